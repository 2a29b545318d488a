// What the scanner says of a scan that came while the answer before still waits for an action.
import { t } from "../lib/i18n.js";

/** `asked`: what the answer asks for. `held`: a tap on it clears it. @param {{ asked: "question" | "party" | null, mayVerify: boolean, held: boolean }} answer */
export function whatComesFirst({ asked, mayVerify, held }) {
  if (asked === "question") return t("Answer the question first, or press Scan again.");
  if (asked === "party") return t("Answer for this party first, or press Scan again.");
  if (mayVerify) return t("Admit this visitor first, or press Scan again.");
  return held ? t("Tap to clear this result before the next scan.") : t("Press Scan again before the next scan.");
}
