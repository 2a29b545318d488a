// Notices about the operator's own entries that were conflicts: found out at another scanner of theirs, or decided by a manager.
import { t, tn } from "../../lib/i18n.js";
import { DECISIONS, kindOf } from "../../words/conflicts.js";
import { momentAt } from "../../lib/dates.js";

// The notice may overtake the answer that brings the same conflicts to the scanner that sent the queue.
const ANSWER_FOLLOWS_MS = 3_000;

export class ConflictNotices {
  /** The notices of each conflict: whoever has read the newest of them has read them all. */
  #of = new Map();
  #decisions = new Set();

  /** `known()` gives the conflicts this scanner shows already. */
  constructor({ notices, shelf, timezone, known }) {
    this.notices = notices;
    this.shelf = shelf;
    this.timezone = timezone;
    this.known = known;
    notices.on("conflicts", (data, { notice_id: id }) => {
      const key = data.count === 1 ? data.conflicts[0].conflict_id : `of-${id}`;
      this.#keep(key, id);
      setTimeout(() => this.#found(key, data), ANSWER_FOLLOWS_MS);
    });
    notices.on("conflict_decided", ({ conflict }, { notice_id: id }) => {
      this.#keep(conflict.conflict_id, id);
      this.#decisions.add(conflict.conflict_id);
      this.#decided(conflict);
    });
  }

  async #found(key, { count, conflicts }) {
    // What is decided of it has taken its place.
    if (this.#decisions.has(key)) return;
    const shown = new Set((await this.known()).map(({ scan_id }) => scan_id));
    if (conflicts.some(({ scan_id }) => shown.has(scan_id))) this.#done(key);
    else this.#put(key, "YELLOW", tn("One of your entries was not right.", "{n} of your entries were not right.", count), conflicts.map((conflict) => this.#lineOf(conflict)));
  }

  #decided(conflict) {
    const words = { name: conflict.decided_by ?? t("The supervisor"), decision: DECISIONS[conflict.decision]?.done ?? conflict.decision };
    const tone = conflict.decision === "leaves" ? "YELLOW" : "plain";
    this.#put(conflict.conflict_id, tone, t("{name} has decided: {decision}", words), [this.#lineOf(conflict), conflict.note && t("“{note}”", { note: conflict.note })]);
  }

  #lineOf(conflict) {
    return t("{kind}: {code}, {time}", { kind: kindOf(conflict), code: conflict.ticket_code, time: momentAt(conflict.scanned_at, this.timezone()) });
  }

  #keep(key, id) {
    this.#of.set(key, [...(this.#of.get(key) ?? []), id]);
  }

  #done(key) {
    for (const id of this.#of.get(key) ?? []) this.notices.done(id);
  }

  #put(key, tone, title, lines) {
    this.shelf.put(`conflict-${key}`, { tone, title, lines, actions: [[t("Understood"), () => this.#done(key)]] });
  }
}
