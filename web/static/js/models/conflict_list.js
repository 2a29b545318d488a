// The conflicts that wait for a decision: a snapshot first, then each that is new or was decided.
export class ConflictList {
  /** @type {Map<number, Wire.Conflict>} */
  #known = new Map();

  /** `count` is of all that are open; the hub sends only the newest. */
  constructor() {
    this.count = 0;
    this.ready = false;
  }

  /** @param {Topics["conflicts"]["snapshot"]} data */
  replace({ open, conflicts }) {
    this.#known = new Map(conflicts.map((one) => [one.conflict_id, one]));
    this.count = open;
    this.ready = true;
  }

  /** True where some events were lost and a new snapshot is needed. @param {Topics["conflicts"]["event"]} data */
  update(data) {
    if (data.missed) return true;
    const { open, conflict } = data;
    if (conflict.decision === null) this.#known.set(conflict.conflict_id, conflict);
    else this.#known.delete(conflict.conflict_id);
    this.count = open;
    return false;
  }

  /** Newest first by the moment of the scan; of one moment, the one found later. */
  get shown() {
    return [...this.#known.values()].sort(
      (a, b) => Date.parse(b.scanned_at) - Date.parse(a.scanned_at) || b.conflict_id - a.conflict_id,
    );
  }

  /** How many are open and not in this list. */
  get further() {
    return Math.max(0, this.count - this.#known.size);
  }
}
