// The scanner's notices: cards at the foot of the screen, the oldest on top, each shown until it is touched or withdrawn. Where they
// have no room, one is whole and the others are a line each, so that none is cut.
import { byId, first, h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { hubNow } from "../../lib/dates.js";

/** @type {Record<Colour | "plain", string>} */
const SHAPES = { GREEN: "check", RED: "cross", YELLOW: "warn", plain: "clock" };

export class NoticeShelf {
  /** @type {Map<string, HTMLElement>} */
  #cards = new Map();
  /** @type {number | undefined} */
  #clock;
  /** The key of the card that is whole where not all are. @type {string | undefined} */
  #whole;

  /** `onTouched` returns the focus to the code input. @param {{ place?: Element, onTouched?: () => void }} options */
  constructor({ place = byId("notices"), onTouched = () => {} } = {}) {
    this.place = place;
    this.onTouched = onTouched;
    new ResizeObserver(() => this.#fit()).observe(place);
  }

  /**
   * Adds a card or replaces the one of this key. `tone` is a decision's colour or "plain". `actions` are [label, handler]
   * pairs; the card goes unless the handler returns false. `since` shows the seconds since a moment. An `urgent` card is
   * scrolled into view.
   *
   * @param {string} key
   * @param {ShelfCard} card
   */
  put(key, { tone = "plain", title, lines = [], actions = [], since = null, urgent = false }) {
    const buttons = actions.map(([label, handler]) => h("button", { type: "button", class: "button small", onclick: async () => {
      const gone = (await handler()) !== false;
      if (gone) this.take(key);
      this.onTouched();
    } }, label));
    const card = h("article", { class: `gate-notice ${tone}`, "data-notice": key, "data-since": since },
      icon(SHAPES[tone]),
      h("div", { class: "gate-notice-words" }, h("strong", {}, title), ...lines.filter(Boolean).map((line) => (line instanceof Node ? line : h("p", {}, line)))),
      buttons.length > 0 && h("div", { class: "gate-notice-buttons" }, ...buttons),
      h("button", { type: "button", class: "button small gate-notice-show", onclick: () => {
        this.#whole = key;
        this.#fit();
        this.onTouched();
      } }, t("Show")));
    const before = this.#cards.get(key);
    this.#cards.set(key, card);
    if (urgent || !this.#whole) this.#whole = key;
    if (before) before.replaceWith(card);
    else {
      this.place.append(card);
      if (urgent) requestAnimationFrame(() => card.scrollIntoView({ block: "nearest" }));
    }
    this.#fit();
    this.#tick();
    this.#clock ??= setInterval(() => this.#tick(), 1000);
  }

  /** @param {string} key */
  has(key) {
    return this.#cards.has(key);
  }

  /** @param {string} key */
  take(key) {
    this.#cards.get(key)?.remove();
    this.#cards.delete(key);
    if (this.#whole === key) this.#whole = [...this.#cards.keys()].at(-1);
    this.#fit();
  }

  /** Shows one card whole and the others as a line each if they have no room together. */
  #fit() {
    const room = this.place.parentElement;
    if (!room) return;
    this.place.removeAttribute("data-crowded");
    for (const [key, card] of this.#cards) card.toggleAttribute("data-whole", key === this.#whole);
    this.place.toggleAttribute("data-crowded", this.#cards.size > 1 && room.scrollHeight > room.clientHeight + 1);
  }

  /** Updates the seconds. They are not spoken: a screen reader says once that somebody waits. */
  #tick() {
    const waiting = [...this.#cards.values()].filter((card) => card.dataset.since);
    if (waiting.length === 0) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
    for (const card of waiting) {
      const seconds = Math.max(0, Math.floor((+hubNow() - Date.parse(card.dataset.since ?? "")) / 1000));
      first(card, "strong").dataset.waited = seconds < 60
        ? t("{seconds} s", { seconds }) : t("{minutes} min", { minutes: Math.floor(seconds / 60) });
    }
  }
}
