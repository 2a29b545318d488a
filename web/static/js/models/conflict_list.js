// The open conflicts: first a snapshot, then each new or decided one.
export class ConflictList {
  /** @type {Map<number, Wire.Conflict>} */
  #known = new Map();

  /** `count` counts all open conflicts; the hub sends only the newest. */
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

  /** True if events were lost and a new snapshot is needed. @param {Topics["conflicts"]["event"]} data */
  update(data) {
    if (data.missed) return true;
    const { open, conflict } = data;
    if (conflict.decision === null) this.#known.set(conflict.conflict_id, conflict);
    else this.#known.delete(conflict.conflict_id);
    this.count = open;
    return false;
  }

  /** Newest scan first; at the same moment, the one found later first. */
  get shown() {
    return [...this.#known.values()].sort(
      (a, b) => Date.parse(b.scanned_at) - Date.parse(a.scanned_at) || b.conflict_id - a.conflict_id,
    );
  }

  /** How many open conflicts are not in this list. */
  get further() {
    return Math.max(0, this.count - this.#known.size);
  }
}
