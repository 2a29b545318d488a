// The offline scanner's rule of products, twin of hub/rules/product_at_gate.py: change both, and the cases with a product
// in tests/rules/entry_cases.json.

/**
 * The verdict on a ticket of this product at this gate, once the rule of entry has given its own. A refusal and an entry
 * recorded before stay as they are. A holder who comes back is not asked again.
 *
 * @param {EntryVerdict} verdict
 * @param {Pick<Wire.ListedProduct, "gates" | "question" | "question_zh">} product
 * @param {string | null | undefined} gate
 * @param {Answer | null | undefined} answer
 * @returns {EntryVerdict}
 */
export function atGate(verdict, product, gate, answer) {
  if (!verdict.can_verify || verdict.reason === "ALREADY_VERIFIED") return verdict;
  const { days_from_now } = verdict;
  const { gates } = product;
  if (gates && !gates.map(plain).includes(plain(gate))) {
    return { result: "RED", reason: "WRONG_GATE", can_verify: false, message: "WRONG GATE", detail: gateWords(gates, plain(gate) !== ""), days_from_now };
  }
  const asks = product.question || product.question_zh;
  if (!asks || verdict.reason === "MAY_RETURN" || answer === "yes") return verdict;
  if (answer === "no") {
    return { result: "RED", reason: "QUESTION_DENIED", can_verify: false, message: "DO NOT ADMIT", detail: "The question was answered with no", days_from_now };
  }
  return { ...verdict, result: "YELLOW", reason: "QUESTION_UNANSWERED", message: "ASK FIRST" };
}

/** Where the holder may enter. @param {string[]} gates @param {boolean} hasGate */
function gateWords(gates, hasGate) {
  const others = gates.slice(0, -1);
  const last = gates[gates.length - 1];
  const words = !last ? "This ticket enters by no gate of this venue"
    : others.length ? `Enter by gate ${others.join(", ")} or ${last}` : `Enter by gate ${last}`;
  return hasGate ? words : `This scanner has no gate. ${words}`;
}

/** Names of gates are compared without case and blanks around them. @param {string | null | undefined} gate */
const plain = (gate) => (gate ?? "").trim().toLowerCase();
