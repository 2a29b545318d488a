// An ordered list of cards. A redraw changes only new and removed cards, and those that renew themselves, so that the focus and
// typed text stay.
export class Cards {
  /** @type {Map<unknown, HTMLElement>} */
  #cards = new Map();
  #list;
  #elsewhere;

  /**
   * @param {Element} list
   * @param {HTMLElement | null} [elsewhere] takes the focus when the focused last card is removed
   */
  constructor(list, elsewhere = null) {
    this.#list = list;
    this.#elsewhere = elsewhere;
  }

  /**
   * @param {[unknown, () => HTMLElement, ((card: HTMLElement) => void)?][]} wanted in order; the first function is called once per
   * key, the second with a card that stands already
   */
  draw(wanted) {
    const keys = new Set(wanted.map(([key]) => key));
    for (const key of this.#cards.keys()) if (!keys.has(key)) this.#remove(key);
    /** @type {Element | null} */
    let before = null;
    for (const [key, make, renew] of wanted) {
      let card = this.#cards.get(key);
      if (!card) this.#cards.set(key, (card = make()));
      else renew?.(card);
      /** @type {Element | null} */
      const next = before ? before.nextElementSibling : this.#list.firstElementChild;
      if (next !== card) this.#list.insertBefore(card, next);
      before = card;
    }
  }

  /** @param {unknown} key */
  has(key) {
    return this.#cards.has(key);
  }

  [Symbol.iterator]() {
    return this.#cards.values();
  }

  /** @param {unknown} key */
  #remove(key) {
    const card = this.#cards.get(key);
    if (!card) return;
    const focused = card.contains(document.activeElement);
    const neighbour = card.nextElementSibling ?? card.previousElementSibling;
    this.#cards.delete(key);
    card.remove();
    if (focused) (/** @type {HTMLElement | null | undefined} */ (neighbour?.querySelector("h3, button")) ?? this.#elsewhere)?.focus();
  }
}
