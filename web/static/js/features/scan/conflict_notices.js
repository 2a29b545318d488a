// The notices about the operator's own entries that were conflicts: found by another scanner, or decided by a manager.
import { t, tn } from "../../lib/i18n.js";
import { doneOf, kindOf, surplusOf } from "../../words/conflicts.js";
import { momentAt } from "../../lib/dates.js";
import { shortCode } from "../../models/booking_code.js";

// The scanner that sent the queue also gets these conflicts as an answer, which may arrive after the notice.
const ANSWER_FOLLOWS_MS = 3_000;

export class ConflictNotices {
  /** The notices of each conflict: reading the newest one marks all as read. @type {Map<ConflictKey, number[]>} */
  #of = new Map();
  /** @type {Set<ConflictKey>} */
  #decisions = new Set();

  /** `known()` returns the conflicts that this scanner already shows. @param {ConflictNoticesOptions} options */
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

  /** @param {ConflictKey} key @param {NoticeKinds["conflicts"]} found */
  async #found(key, { count, conflicts }) {
    // The notice of its decision has replaced it.
    if (this.#decisions.has(key)) return;
    const shown = new Set((await this.known()).map(({ scan_id }) => scan_id));
    if (conflicts.some(({ scan_id }) => shown.has(scan_id))) this.#done(key);
    else this.#put(key, "YELLOW", tn("1 of your entries needs review.", "{n} of your entries need review.", count), conflicts.map((conflict) => this.#lineOf(conflict)));
  }

  /** @param {Wire.Conflict} conflict */
  #decided(conflict) {
    const words = { name: conflict.decided_by ?? t("The supervisor"), decision: doneOf(conflict.decision) };
    const tone = conflict.decision === "leaves" ? "YELLOW" : "plain";
    this.#put(conflict.conflict_id, tone, t("{name} has decided: {decision}", words), [this.#lineOf(conflict), conflict.note && t("“{note}”", { note: conflict.note })]);
  }

  /** @param {Wire.Conflict} conflict */
  #lineOf(conflict) {
    const line = t("{kind}: {code}, {time}", { kind: kindOf(conflict), code: shortCode(conflict.ticket_code), time: momentAt(conflict.scanned_at, this.timezone()) });
    return [line, surplusOf(conflict)].filter(Boolean).join(" · ");
  }

  /** @param {ConflictKey} key @param {number} id */
  #keep(key, id) {
    this.#of.set(key, [...(this.#of.get(key) ?? []), id]);
  }

  /** @param {ConflictKey} key */
  #done(key) {
    for (const id of this.#of.get(key) ?? []) this.notices.done(id);
  }

  /** @param {ConflictKey} key @param {Colour | "plain"} tone @param {string} title @param {(string | null)[]} lines */
  #put(key, tone, title, lines) {
    this.shelf.put(`conflict-${key}`, { tone, title, lines, actions: [[t("Got it"), () => this.#done(key)]] });
  }
}
