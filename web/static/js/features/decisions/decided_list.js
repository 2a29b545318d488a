// The list of decided conflicts or disputes: newest first, page by page, with new decisions on top.
import { byId } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { call, Refusal } from "../../lib/api.js";
import { clearNotice, showNotice } from "../../lib/notices.js";

const PAGE = 50;

export class DecidedList {
  #address;
  #name;
  #idOf;
  #lineOf;
  /** @type {string | null} */
  #next = null;
  #lines = new Map();

  /** `name` is what the answer of `address` calls them; `lineOf` makes an element of one, `idOf` gives its id. */
  constructor({ address, name, idOf, lineOf, onEnded }) {
    this.#address = address;
    this.#name = name;
    this.#idOf = idOf;
    this.#lineOf = lineOf;
    this.onEnded = onEnded;
    byId("older").addEventListener("click", () => this.load());
  }

  async load() {
    clearNotice(byId("answer"));
    try {
      const query = new URLSearchParams({ status: "decided", limit: String(PAGE), ...(this.#next !== null && { before: this.#next }) });
      const { data } = await call("GET", `${this.#address}?${query}`);
      for (const one of data[this.#name]) if (!this.#lines.has(this.#idOf(one))) byId("decided").append(this.#line(one));
      this.#next = data.next;
      this.#settle();
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return this.onEnded();
      const title = error instanceof Refusal ? error.message : t("No connection. Please try again.");
      showNotice(byId("answer"), { title, next: "" }, { kind: "warn", actions: [[t("Try again"), () => this.load()]] });
    }
  }

  /** Puts a new decision on top; one that is there already is drawn anew. */
  add(one) {
    this.#lines.get(this.#idOf(one))?.remove();
    byId("decided").prepend(this.#line(one));
    this.#settle();
  }

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
