// The conflicts that wait for a decision, as the hub sends them: a snapshot first, then each that is new or was decided.
export class ConflictList {
  #known = new Map();

  /** `count` is of all that are open; only the newest of them are here. */
  constructor() {
    this.count = 0;
    this.ready = false;
  }

  replace({ open, conflicts }) {
    this.#known = new Map(conflicts.map((one) => [one.conflict_id, one]));
    this.count = open;
    this.ready = true;
  }

  /** True where some of it was missed, and all of it must be asked for anew. */
  update(data) {
    if (data.missed) return true;
    const { open, conflict } = data;
    if (conflict.decision === null) this.#known.set(conflict.conflict_id, conflict);
    else this.#known.delete(conflict.conflict_id);
    this.count = open;
    return false;
  }

  /** Newest first by the moment of the scan; of one moment, the one that came to light later. */
  get shown() {
    return [...this.#known.values()].sort(
      (a, b) => Date.parse(b.scanned_at) - Date.parse(a.scanned_at) || b.conflict_id - a.conflict_id,
    );
  }

  /** How many are open and not here. */
  get further() {
    return Math.max(0, this.count - this.#known.size);
  }
}
