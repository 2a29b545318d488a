// Below what waits for a decision: what was decided, newest first, page by page, and each that is decided meanwhile.
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
  #next = null;
  #lines = new Map();

  /** `name` is what the answer of `address` calls them; `lineOf` makes an element of one, `idOf` tells them apart. */
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
      const query = new URLSearchParams({ status: "decided", limit: PAGE, ...(this.#next && { before: this.#next }) });
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

  /** Decided just now; told again, the line is made anew in its place at the top. */
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
