// How many places a performance has left, in the words and shapes of web/templates/shows/places.html.
import { t, tn } from "../lib/i18n.js";

/** @type {Record<string, string>} */
export const PLACE_MARKS = { available: "open", filling: "half", full: "full" };

/** @param {string} standing */
export const placeWords = (standing) => (standing === "available" ? t("Available") : standing === "filling" ? t("Filling up") : t("Sold out"));

/** @param {string} standing @param {number} left */
export const placesLeft = (standing, left) => (standing === "filling" ? tn("{n} space left", "{n} spaces left", left) : "");
