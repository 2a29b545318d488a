// The order of times in a list at the gate: those with places first, those that are sold out below them.

export class FreeFirst {
  /** The slots that were sold out when the list was opened. @type {Set<number> | null} */
  #soldOut = null;

  /** The next list is a new one. */
  begin() {
    this.#soldOut = null;
  }

  /**
   * Returns the slots in that order. A slot that sells out while the list is open keeps its place: no line moves under a finger.
   *
   * @template {{ slot_id: number, free: number }} Slot
   * @param {Slot[]} slots in order of time
   * @returns {Slot[]}
   */
  order(slots) {
    const soldOut = (this.#soldOut ??= new Set(slots.filter(({ free }) => free === 0).map((slot) => slot.slot_id)));
    return [...slots.filter((slot) => !soldOut.has(slot.slot_id)), ...slots.filter((slot) => soldOut.has(slot.slot_id))];
  }
}
