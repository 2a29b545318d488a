// The draft of a door sale: what is chosen, what can be sold now, and the id by which a sale that was tried twice happens once.
import { FreeFirst } from "./free_first.js";

export class DoorSaleDraft {
  /** @type {Wire.ProductOnSale[]} */
  products = [];
  /** @type {Wire.SlotOnSale[]} */
  slots = [];
  most = 1;
  count = 1;
  /** @type {number | null} */
  productId = null;
  /** @type {number | null} */
  slotId = null;
  #freeFirst = new FreeFirst();
  /** What was chosen; null: as the slot suggests. @type {boolean | null} */
  #admits = null;
  answered = false;
  /** The sale that got no answer. It may have happened, so it is only tried again as it was. @type {{ body: object, scanId: string } | null} */
  #tried = null;

  /** Begins the next sale. The product stays, because visitors often come one after the other for the same. */
  clear() {
    this.count = 1;
    this.#admits = null;
    this.answered = false;
    this.#tried = null;
    this.slotId = null;
    this.#freeFirst.begin();
    this.#choose();
  }

  /** Takes what is on sale now. What is chosen stays, if it still can be had. @param {Wire.OnSale} onSale */
  offer({ products, slots, most }) {
    this.products = products;
    this.slots = this.#freeFirst.order(slots);
    this.most = most;
    this.#choose();
  }

  #choose() {
    if (!this.product) this.productId = this.products[0]?.product_id ?? null;
    if (!this.slot) this.slotId = (this.slots.find((slot) => slot.free >= this.count) ?? this.slots[0])?.slot_id ?? null;
  }

  get product() {
    return this.products.find((product) => product.product_id === this.productId) ?? null;
  }

  get slot() {
    return this.slots.find((slot) => slot.slot_id === this.slotId) ?? null;
  }

  /** Whether the visitors come in now. Those who buy a later time do not, unless that is chosen. */
  get admits() {
    return this.#admits ?? this.slot?.is_running ?? false;
  }

  set admits(admits) {
    this.#admits = admits;
  }

  /** What is asked before an entry; "" where nothing is. */
  get question() {
    return this.admits ? this.product?.question ?? "" : "";
  }

  /** @param {number} count */
  step(count) {
    this.count = Math.min(Math.max(count, 1), this.most);
  }

  /** Whether the slot has a place for each of them. */
  get fits() {
    return (this.slot?.free ?? 0) >= this.count;
  }

  /** A sale got no answer, and nothing is known of it yet. */
  get inDoubt() {
    return this.#tried !== null;
  }

  /** Returns the body of the request: of a sale in doubt, the same one again. @param {{ gate: string | null, name: string, email: string }} beside */
  body({ gate, name, email }) {
    this.#tried ??= {
      scanId: crypto.randomUUID(),
      body: {
        slot_id: this.slotId, product_id: this.productId, count: this.count, admit: this.admits,
        ...(this.question && { answer: this.answered ? "yes" : "no" }), ...(gate && { gate }), ...(name && { name }), ...(email && { email }),
      },
    };
    return { scan_id: this.#tried.scanId, ...this.#tried.body };
  }

  /** The hub has answered, so nothing is in doubt. */
  settle() {
    this.#tried = null;
  }
}
