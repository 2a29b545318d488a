// What the scanner at work says of a code that belongs to the training.
import { t } from "../lib/i18n.js";

export const practised = () => t("This is a practice code. It admits nobody. Open Training to use it.");
