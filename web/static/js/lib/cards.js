// A list of cards in order, drawn again and again: only what came or went is touched, so that what is being written in a card
// stays as it is, and so does the focus.
export class Cards {
  #cards = new Map();
  #list;
  #elsewhere;

  /** `elsewhere` takes the focus when the last card goes while the focus is in it. */
  constructor(list, elsewhere = null) {
    this.#list = list;
    this.#elsewhere = elsewhere;
  }

  /** `wanted` are [key, make] in order; `make` is called once for a key, and gives its element. */
  draw(wanted) {
    const keys = new Set(wanted.map(([key]) => key));
    for (const key of this.#cards.keys()) if (!keys.has(key)) this.#remove(key);
    let before = null;
    for (const [key, make] of wanted) {
      let card = this.#cards.get(key);
      if (!card) this.#cards.set(key, (card = make()));
      const next = before ? before.nextElementSibling : this.#list.firstElementChild;
      if (next !== card) this.#list.insertBefore(card, next);
      before = card;
    }
  }

  has(key) {
    return this.#cards.has(key);
  }

  [Symbol.iterator]() {
    return this.#cards.values();
  }

  #remove(key) {
    const card = this.#cards.get(key);
    const focused = card.contains(document.activeElement);
    const neighbour = card.nextElementSibling ?? card.previousElementSibling;
    this.#cards.delete(key);
    card.remove();
    if (focused) (neighbour?.querySelector("h3, button") ?? this.#elsewhere)?.focus();
  }
}
