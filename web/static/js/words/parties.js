// The texts of parties: how many were booked, how many are in, how many an entry admits.
import { t, tn } from "../lib/i18n.js";

// Stand for the numbers in a text; no translation contains them.
const FIRST = "\ue000";
const SECOND = "\ue001";
const NUMBERS = /([\ue000\ue001])/;

/** Reasons that show only how many are in, because nobody is expected now. */
const AFTERWARDS = new Set(["VERIFIED", "NOTED", "OVERRIDDEN", "RE_ENTRY", "MAY_RETURN", "ALREADY_VERIFIED", "LEAVING"]);

/**
 * "5 booked, 2 in", "3 of 5 in" or, after an exit, "1 of 5 inside", in parts: numbers as numbers, and the words between them.
 *
 * @param {Decision} decision with a party
 * @returns {(string | number)[]}
 */
export function figuresOf({ party, reason, presence }) {
  if (!party) return [];
  const inside = reason === "EXIT_RECORDED" ? presence?.inside : null;
  const text = inside != null ? t("{inside} of {size} inside", { inside: FIRST, size: SECOND })
    : AFTERWARDS.has(reason) ? t("{admitted} of {size} in", { admitted: FIRST, size: SECOND })
    : t("{size} booked, {admitted} in", { size: SECOND, admitted: FIRST });
  return text.split(NUMBERS).filter(Boolean).map((part) => (part === FIRST ? (inside ?? party.admitted) : part === SECOND ? party.size : part));
}

/** @typedef {{ chosen: number, most: number }} Chosen */

/** @param {{ leaving: boolean }} asked */
export const questionOf = ({ leaving }) => (leaving ? t("How many leave?") : t("How many come in?"));

/** The button that admits some of those who remain. @param {Chosen} count */
export function admitWords({ chosen, most }) {
  if (most === 1) return t("Admit the last one");
  if (chosen === most && most === 2) return t("Admit both");
  return chosen === most ? t("Admit all {n}", { n: chosen }) : t("Admit {n} of {remaining}", { n: chosen, remaining: most });
}

/** The button that lets some of those inside leave. @param {Chosen} count */
export function leaveWords({ chosen, most }) {
  if (most === 1) return t("The last one leaves");
  if (chosen === most && most === 2) return t("Both leave");
  return chosen === most ? t("All {n} leave", { n: chosen }) : tn("One of {inside} leaves", "{n} of {inside} leave", chosen, { inside: most });
}

/** Where the scanner is not sure. @param {Chosen} count */
export const onMyWord = ({ chosen }) => tn("Admit one on my word", "Admit {n} on my word", chosen);

/** Why no number was admitted. @param {number} remaining */
export const tooMany = (remaining) => (remaining === 0 ? t("Nobody was admitted: all of them are in.") : tn(
  "Nobody was admitted: only one of them is still to come in.", "Nobody was admitted: only {n} of them are still to come in.", remaining,
));

/** The same of an exit. @param {number} inside */
export const tooManyLeave = (inside) => tn("Nobody left: only one of them is inside.", "Nobody left: only {n} of them are inside.", inside);

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
