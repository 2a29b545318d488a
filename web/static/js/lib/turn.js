// The end of this visitor's turn in the waiting room, kept in the tab for the page where they book.
import { tabStore } from "./storage.js";

const KEY = "venue-hub.turn";

/** @param {string} until RFC 3339 */
export const keepTurn = (until) => tabStore().setItem(KEY, until);

export const keptTurn = () => tabStore().getItem(KEY) ?? "";

export const dropTurn = () => tabStore().removeItem(KEY);
