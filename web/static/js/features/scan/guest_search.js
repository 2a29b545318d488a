// The guest list at a gate: a guest is found by name and then scanned by code, so one thumb admits some or all.
import { byId, h } from "../../lib/elements.js";
import { messageOf } from "../../lib/api.js";
import { t, tn } from "../../lib/i18n.js";

const TYPING_MS = 200;
const LEAST_LETTERS = 2;

export class GuestSearch {
  /** @type {number | undefined} */
  #typing;
  #asked = 0;

  /**
   * `onChosen(code)`: the steward touched a guest. `onClosed()` returns the focus.
   *
   * @param {{ socket: import("../../lib/socket.js").VenueSocket, onChosen: (code: string) => void, onClosed: () => void }} options
   */
  constructor({ socket, onChosen, onClosed }) {
    this.socket = socket;
    this.onChosen = onChosen;
    this.dialog = byId("guests-dialog");
    this.input = byId("guests-name");
    this.list = byId("guests-found");
    this.said = byId("guests-said");
    byId("guests-on").addEventListener("click", () => this.open());
    byId("guests-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", onClosed);
    this.input.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#find(), TYPING_MS);
    });
    byId("guests-form").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.#typing);
      this.#find();
    });
  }

  open() {
    this.input.value = "";
    this.#show([]);
    this.dialog.showModal();
    this.input.focus();
  }

  async #find() {
    const name = this.input.value.trim();
    const mine = ++this.#asked;
    if ([...name].length < LEAST_LETTERS) {
      this.#show([]);
      return;
    }
    try {
      const { guests } = await this.socket.request("find_guests", { name });
      if (mine === this.#asked) this.#show(guests, name);
    } catch (error) {
      if (mine !== this.#asked) return;
      this.list.replaceChildren();
      this.said.textContent = navigator.onLine ? messageOf(error) : t("The guest list needs a connection. Scan the guest's code instead.");
    }
  }

  /** @param {GuestAtGate[]} guests @param {string} [name] */
  #show(guests, name) {
    this.list.replaceChildren(...guests.map((guest) => this.#line(guest)));
    this.said.textContent = name === undefined ? t("Type two letters of the name.")
      : guests.length === 0 ? t("No guest of today has this name.")
      : tn("One guest found.", "{n} guests found.", guests.length);
  }

  /** @param {GuestAtGate} guest */
  #line(guest) {
    const left = guest.size - guest.admitted;
    const people = left <= 0 ? t("all in") : guest.admitted ? t("{admitted} of {size} in", { admitted: guest.admitted, size: guest.size }) : tn("one person", "{n} people", guest.size);
    const hours = guest.whole_day ? t("All day") : `${guest.start_time.slice(0, 5)}–${guest.end_time.slice(0, 5)}`;
    const about = [hours, guest.title, guest.note].filter(Boolean).join(" · ");
    const choose = () => {
      this.dialog.close();
      this.onChosen(guest.code);
    };
    return h("li", {},
      h("button", { type: "button", class: left <= 0 ? "guest-found all-in" : "guest-found", onclick: choose },
        h("b", { translate: "no" }, guest.name), h("span", { class: "guest-people" }, people), h("span", { class: "guest-about" }, about)));
  }
}
