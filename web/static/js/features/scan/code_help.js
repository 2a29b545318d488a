// Help with our mistyped codes, by the check character: where the error may be, and the likely codes.
import { byId, h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { PARTY_FORM } from "../../models/booking_code.js";
import { diagnose, likelyCodes } from "../../models/code_slips.js";
import { tidyCode } from "../../models/ticket_code.js";

const PAUSE_MS = 600;

export class CodeHelp {
  /** @type {number | undefined} */
  #pause;
  /** @type {string | null} */
  #physical = null;

  /**
   * `onUse(code)`: the operator chose the likely code. `listed(codes)`: those of the codes that the day's list has.
   *
   * @param {{ input: HTMLInputElement, onUse: (code: string) => void, listed: (codes: string[]) => Promise<string[]> }} options
   */
  constructor({ input, onUse, listed }) {
    this.place = byId("code-help");
    this.listed = listed;
    this.onUse = onUse;
    // A hardware scanner ends before the pause is over: only people get advice while they type.
    input.addEventListener("input", () => {
      clearTimeout(this.#pause);
      this.clear();
      this.#pause = setTimeout(() => input.value && this.advise(tidyCode(input.value)), PAUSE_MS);
    });
  }

  clear() {
    clearTimeout(this.#pause);
    this.place.replaceChildren();
  }

  /** The code that is presented now has this text by the physical keys, if that is another. @param {string | null} physical */
  heard(physical) {
    this.#physical = physical;
  }

  /** @param {string} code */
  advise(code) {
    if (this.#physical) {
      const meant = this.#physical;
      this.place.replaceChildren(
        h("p", {}, t("The scanner is set to another keyboard language than this device. Set both to the same language.")),
        h("button", { type: "button", class: "button", onclick: () => this.#use(meant) }, t("Use {code}", { code: meant })),
      );
      return;
    }
    const ofParty = PARTY_FORM.begins.test(code);
    const found = ofParty ? diagnose(code, PARTY_FORM) : diagnose(code);
    if (!found) {
      this.clear();
      return;
    }
    if (found.kind === "length") {
      this.place.replaceChildren(
        h("p", {}, ofParty
          ? tn("A code has 27 characters after {letters}; this one has {n}.", "A code has 27 characters after {letters}; this one has {n}.", found.have, { letters: code.slice(0, 3).toUpperCase() })
          : tn("A code has 12 characters after the year; this one has {n}.", "A code has 12 characters after the year; this one has {n}.", found.have)),
      );
      return;
    }
    const shown = h("p", { class: "code" }, ...[...code].map((letter, i) => (found.marks.includes(i) ? h("mark", {}, letter) : letter)));
    /** @param {string} meant */
    const use = (meant) => h("button", { type: "button", class: "button", onclick: () => this.#use(meant) }, t("Use {code}", { code: meant }));
    const said = h("p", {}, t("This code was mistyped: its check character does not fit."));
    this.place.replaceChildren(said, found.marks.length ? shown : "");
    // A code is offered only if it is the one of today's tickets that a slip makes of it.
    this.listed(ofParty ? [] : likelyCodes(code)).then((meant) => meant.length === 1 && said.isConnected && this.place.append(use(meant[0])));
  }

  /** @param {string} code */
  #use(code) {
    this.clear();
    this.heard(null);
    this.onUse(code);
  }
}
