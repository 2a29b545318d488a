// What the waiting room says of a place. hub/text/wait_words.py says the same on the page without JavaScript.
import { t, tn } from "../lib/i18n.js";
import { number } from "../lib/dates.js";

/** Above this number the hub rounds a position. */
const EXACT = 100;
/** Above these, minutes are rounded up to five. */
const EXACT_MINUTES = 10;

/** The time to wait in words; it is an estimate, so it is rounded up. @param {number} seconds */
export function timeWords(seconds) {
  if (seconds < 60) return t("Less than a minute");
  const minutes = Math.ceil(seconds / 60);
  const rounded = minutes <= EXACT_MINUTES ? minutes : Math.ceil(minutes / 5) * 5;
  if (rounded < 60) return tn("About one minute", "About {n} minutes", rounded);
  if (minutes <= 60) return t("About an hour");
  return tn("More than an hour", "More than {n} hours", Math.floor(seconds / 3600));
}

/** @param {RoomPlace} place */
export function waitWords({ seconds, rate }) {
  if (rate === 0) return t("The line is paused");
  return seconds === null ? t("Waiting for a space to come free") : timeWords(seconds);
}

/** @param {RoomPlace} place */
export function aheadWords({ ahead }) {
  if (ahead === null) return "";
  if (ahead === 0) return t("You're next in line.");
  return ahead > EXACT
    ? tn("About one person is ahead of you.", "About {n} people are ahead of you.", ahead)
    : tn("One person is ahead of you.", "{n} people are ahead of you.", ahead);
}

/** How fast the line moves, or why it does not. @param {RoomPlace} place */
export function rateWords({ rate, seconds }) {
  if (rate === 0) return t("The venue has stopped it for a moment. Your place is kept.");
  if (seconds === null) return t("Every space left is in the hands of somebody whose turn it is.");
  return rate ? tn("One person is let in each minute.", "Up to {n} people are let in each minute.", rate) : "";
}

/** For a screen reader. @param {RoomPlace} place */
export const spokenPlace = (place) => t("You are number {n} in line. {wait}.", { n: number(place.position ?? 0), wait: waitWords(place) });

/** @param {string} moment */
export const untilWords = (moment) => t("until {time}", { time: moment });
/** @param {string} moment */
export const opensWords = (moment) => t("Booking opens {moment}", { moment });
