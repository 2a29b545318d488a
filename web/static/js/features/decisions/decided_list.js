// The list of decided conflicts or disputes: newest first, by pages; new decisions go on top.
import { byId } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { Refusal } from "../../lib/api.js";
import { clearNotice, showNotice } from "../../lib/notices.js";

const PAGE = 50;

/** @template One */
export class DecidedList {
  #read;
  #idOf;
  #lineOf;
  /** @type {number | null} */
  #next = null;
  /** @type {Map<number, HTMLElement>} */
  #lines = new Map();

  /** @param {DecidedListOptions<One>} options */
  constructor({ read, idOf, lineOf, onEnded }) {
    this.#read = read;
    this.#idOf = idOf;
    this.#lineOf = lineOf;
    this.onEnded = onEnded;
    byId("older").addEventListener("click", () => this.load());
  }

  async load() {
    clearNotice(byId("answer"));
    try {
      const query = new URLSearchParams({ status: "decided", limit: String(PAGE), ...(this.#next !== null && { before: String(this.#next) }) });
      const { shown, next } = await this.#read(query);
      for (const one of shown) if (!this.#lines.has(this.#idOf(one))) byId("decided").append(this.#line(one));
      this.#next = next;
      this.#settle();
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return this.onEnded();
      const title = error instanceof Refusal ? error.message : t("No connection. Please try again.");
      showNotice(byId("answer"), { title, next: "" }, { kind: "warn", actions: [[t("Try again"), () => this.load()]] });
    }
  }

  /** Puts a new decision on top; a known one is drawn again. @param {One} one */
  add(one) {
    this.#lines.get(this.#idOf(one))?.remove();
    byId("decided").prepend(this.#line(one));
    this.#settle();
  }

  /** @param {One} one */
  #line(one) {
    const line = this.#lineOf(one);
    this.#lines.set(this.#idOf(one), line);
    return line;
  }

  #settle() {
    byId("nothing").hidden = byId("decided").childElementCount > 0;
    byId("older").hidden = this.#next === null;
  }
}
