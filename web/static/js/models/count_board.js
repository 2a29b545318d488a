// The day's counts: whole slots with revisions; older revisions are dropped. What plays in a slot has no revision, so its newest
// title counts.
/** @typedef {{ verified: number, booked: number, capacity: number, inside: number | null, exited: number }} Totals */

const TOTALS = /** @type {const} */ (["verified", "booked", "capacity", "inside", "exited"]);
/** @returns {Totals} */
const nothing = () => ({ verified: 0, booked: 0, capacity: 0, inside: null, exited: 0 });

/** @param {Wire.SlotCountBody} one @param {Wire.SlotCountBody} other */
const samePlay = (one, other) => one.show === other.show && one.room === other.room && one.is_cancelled === other.is_cancelled;

export class CountBoard {
  /** @type {Map<number, Wire.SlotCountBody>} whole slots by id */
  slots = new Map();
  /** @type {Totals} */
  totals = nothing();
  revision = -1;
  /** @type {string | null} */
  date = null;

  clear() {
    this.slots = new Map();
    this.totals = nothing();
    this.revision = -1;
    this.date = null;
  }

  /**
   * A snapshot names every slot of the day; other slots are gone.
   *
   * @param {Wire.CountsBody} data
   * @param {number} revision
   */
  replace(data, revision) {
    const named = new Set(data.slots.map((slot) => slot.slot_id));
    for (const id of this.slots.keys()) if (!named.has(id)) this.slots.delete(id);
    this.date = data.date;
    this.#take(data, revision);
    return this.#merge(data.slots);
  }

  /** Returns the ids of the changed slots. @param {Wire.CountsBody} data @param {number} revision */
  update(data, revision) {
    if (this.date !== null && data.date !== undefined && data.date !== this.date) return [];
    if (revision === undefined || revision > this.revision) this.#take(data, revision);
    return this.#merge(data.slots ?? []);
  }

  inOrder() {
    return [...this.slots.values()].sort((a, b) =>
      a.start_time === b.start_time ? a.slot_id - b.slot_id : a.start_time < b.start_time ? -1 : 1,
    );
  }

  /** Entries without a slot, such as visitors without a reservation. */
  get withoutSlot() {
    const inSlots = [...this.slots.values()].reduce((sum, slot) => sum + slot.verified, 0);
    return Math.max(0, this.totals.verified - inSlots);
  }

  /** @param {Wire.CountsBody} data @param {number} revision */
  #take(data, revision) {
    this.revision = revision ?? this.revision;
    for (const name of TOTALS) if (Number.isInteger(data[name])) this.totals[name] = data[name];
  }

  /** @param {Wire.SlotCountBody[]} slots */
  #merge(slots) {
    const changed = [];
    for (const slot of slots) {
      const known = this.slots.get(slot.slot_id);
      if (known && (slot.revision < known.revision || (slot.revision === known.revision && samePlay(known, slot)))) continue;
      this.slots.set(slot.slot_id, { ...known, ...slot });
      changed.push(slot.slot_id);
    }
    return changed;
  }
}
