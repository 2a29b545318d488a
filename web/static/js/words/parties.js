// The texts of parties: how many were booked, how many are in, how many an entry admits.
import { t, tn } from "../lib/i18n.js";

// Stand for the numbers in a text; no translation contains them.
const FIRST = "\ue000";
const SECOND = "\ue001";
const NUMBERS = /([\ue000\ue001])/;

/** What a decision shows of a party: the people in after an entry, else also the people booked. @type {Set<string>} */
const AFTERWARDS = new Set(["VERIFIED", "NOTED", "OVERRIDDEN", "RE_ENTRY", "ALREADY_VERIFIED"]);

/**
 * "5 booked, 2 in" or "3 of 5 in", in parts: numbers as numbers, and the words between them.
 *
 * @param {Party} party
 * @param {string} reason
 * @returns {(string | number)[]}
 */
export function figuresOf({ size, admitted }, reason) {
  const after = AFTERWARDS.has(reason);
  const text = after ? t("{admitted} of {size} in", { admitted: FIRST, size: SECOND }) : t("{size} booked, {admitted} in", { size: SECOND, admitted: FIRST });
  return text.split(NUMBERS).filter(Boolean).map((part) => (part === FIRST ? admitted : part === SECOND ? size : part));
}

/** The button that admits `count` of those who remain. @param {number} count @param {number} remaining */
export function admitWords(count, remaining) {
  if (remaining === 1) return t("Admit the last one");
  return count === remaining ? t("Admit all {n}", { n: count }) : t("Admit {n} of {remaining}", { n: count, remaining });
}

/** Where the scanner is not sure. @param {number} count */
export const onMyWord = (count) => tn("Admit one on my word", "Admit {n} on my word", count);

/** Why no number was admitted. @param {number} remaining */
export const tooMany = (remaining) => (remaining === 0 ? t("Nobody was admitted: all of them are in.") : tn(
  "Nobody was admitted: only one of them is still to come in.", "Nobody was admitted: only {n} of them are still to come in.", remaining,
));

/** @type {Record<string, (people: number) => string>} */
const PEOPLE = {
  VERIFIED: (n) => tn("one person admitted", "{n} people admitted", n),
  RE_ENTRY: (n) => tn("one person came back in", "{n} people came back in", n),
  EXIT_RECORDED: (n) => tn("one person left", "{n} people left", n),
  UNDONE: (n) => tn("entry of one person undone", "entry of {n} people undone", n),
  EXIT_UNDONE: (n) => tn("exit of one person undone", "exit of {n} people undone", n),
  RETURN_UNDONE: (n) => tn("return of one person undone", "return of {n} people undone", n),
};

/** How many people a scan moved, where they were several. @param {Pick<PastScan, "reason" | "people">} scan */
export const peopleOf = ({ reason, people = 1 }) => (people > 1 ? (PEOPLE[reason]?.(people) ?? null) : null);

/** A party in a list: "Party of 5, 2 in". @param {Pick<Party, "size" | "admitted">} party */
export const partyOf = ({ size, admitted }) => t("Party of {size}, {admitted} in", { size, admitted });
