// The texts of the box office at the gate.
import { t, tn } from "../lib/i18n.js";

/** The button beside an answer, and the title of the box office. @type {Record<BoxOfficeOffer, { button: string, title: string }>} */
export const OFFERS = {
  book: { button: t("Book a time"), title: t("Book a time and admit") },
  swap: { button: t("Admit now instead"), title: t("Swap to now and admit") },
  ticket: { button: t("Ticket and contact"), title: t("Ticket and contact") },
};

/** @param {number} free */
export const freeWords = (free) => (free > 0 ? tn("1 free", "{n} free", free) : t("Sold out"));

/** What a touch of this slot does: nothing, if it is sold out. @param {DoorSlot} slot */
export const meansOf = ({ free, running, admits }) => (free === 0 ? "" : !admits ? t("Books only: entry is not open yet") : running ? t("Now") : t("Later today"));

/** @param {BoxOfficeOffer} offer */
export const noneLeft = (offer) => (offer === "swap" ? t("No time that has begun has room.") : t("There is no time left today."));
