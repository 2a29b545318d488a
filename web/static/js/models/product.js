// What a ticket's product says to the steward. The hub sends it in the scanner's language; the day's list has both.

/** Verdicts after which nothing is left to ask. */
const SETTLED = new Set(["ALREADY_VERIFIED", "MAY_RETURN", "VERIFIED", "NOTED", "RE_ENTRY", "OVERRIDDEN"]);

/**
 * A product of the day's list as the hub would send it. A text stands where there is none in the other language.
 *
 * @param {Wire.ListedProduct} listed
 * @param {string} language
 * @returns {Wire.Product}
 */
export function productIn({ product_id, name, name_zh, note, note_zh, attention, question, question_zh, gates }, language) {
  /** @param {string} text @param {string} chinese */
  const said = (text, chinese) => (language.startsWith("zh") ? chinese || text : text || chinese);
  return { product_id, name: said(name, name_zh), note: said(note, note_zh) || null, attention, question: said(question, question_zh) || null, gates };
}

/** The question that is to be answered before this entry, or null. @param {Decision} decision */
export const questionOf = ({ product, can_verify, reason }) => (can_verify && !SETTLED.has(reason) ? (product?.question ?? null) : null);

/** Whether the steward must look at this answer before anybody goes in. @param {Decision} decision */
export const needsAttention = ({ product, result, reason }) => Boolean(product?.attention) && result !== "RED" && !SETTLED.has(reason);

/**
 * The decision on a ticket whose question was answered here, without the hub.
 *
 * @param {Decision} decision
 * @param {Answer} answer
 * @returns {Decision}
 */
export function answeredHere(decision, answer) {
  if (answer === "no") {
    return { ...decision, result: "RED", reason: "QUESTION_DENIED", can_verify: false, message: "DO NOT ADMIT", detail: "The question was answered with no" };
  }
  if (decision.reason !== "QUESTION_UNANSWERED") return decision;
  if (decision.reservation) return { ...decision, result: "GREEN", reason: "VALID", message: "VALID TICKET" };
  return { ...decision, reason: "NO_RESERVATION", message: "NO RESERVATION" };
}
