// What a customer reads when the hub cannot be reached.
import { t } from "../lib/i18n.js";

export const NO_CONNECTION = {
  title: t("No connection to the venue."),
  next: t("Check your network and try again. What you typed is kept."),
};
