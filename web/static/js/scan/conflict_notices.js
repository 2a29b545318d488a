// What becomes of the operator's own entries that were not right: found out at another scanner of theirs, or decided by a manager.
import { t, tn } from "../i18n.js";
import { DECISIONS, kindOf } from "../manager/conflict_words.js";
import { momentAt } from "../moments.js";

// The notice may overtake the answer that brings the same conflicts to the scanner that sent the queue.
const ANSWER_FOLLOWS_MS = 3_000;

const keyOf = (key) => `conflict-${key}`;

export class ConflictNotices {
  /** The notices each card has stood for: whoever has read the last has read them all. */
  #replaced = new Map();

  /** `known()` gives the conflicts this scanner shows already. */
  constructor({ line, shelf, timezone, known }) {
    Object.assign(this, { line, shelf, timezone, known });
    line.on("conflicts", (data, notice) => setTimeout(() => this.#found(data, notice), ANSWER_FOLLOWS_MS));
    line.on("conflict_decided", ({ conflict }, notice) => this.#decided(conflict, notice));
  }

  async #found({ count, conflicts }, { notice_id: id }) {
    const shown = new Set((await this.known()).map(({ scan_id }) => scan_id));
    if (conflicts.some(({ scan_id }) => shown.has(scan_id))) {
      this.line.done(id);
      return;
    }
    // What is decided of it takes its place.
    const key = count === 1 ? conflicts[0].conflict_id : `of-${id}`;
    if (count === 1 && this.shelf.has(keyOf(key))) {
      this.line.done(id);
      return;
    }
    this.#put(key, id, "YELLOW", tn("One of your entries was not right.", "{n} of your entries were not right.", count),
      conflicts.map((conflict) => this.#lineOf(conflict)));
  }

  #decided(conflict, { notice_id: id }) {
    const words = { name: conflict.decided_by ?? t("The supervisor"), decision: DECISIONS[conflict.decision]?.done ?? conflict.decision };
    this.#put(conflict.conflict_id, id, conflict.decision === "leaves" ? "YELLOW" : "plain", t("{name} has decided: {decision}", words),
      [this.#lineOf(conflict), conflict.note && t("“{note}”", { note: conflict.note })]);
  }

  #lineOf(conflict) {
    return t("{kind}: {code}, {time}", { kind: kindOf(conflict), code: conflict.ticket_code, time: momentAt(conflict.scanned_at, this.timezone()) });
  }

  #put(key, id, tone, title, lines) {
    const before = this.#replaced.get(key) ?? [];
    const told = [...before, id];
    this.#replaced.set(key, told);
    this.shelf.put(keyOf(key), { tone, title, lines, actions: [[t("Understood"), () => told.forEach((one) => this.line.done(one))]] });
  }
}
