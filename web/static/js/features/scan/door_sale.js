// The door sale: product, number and time, one touch that sells and lets in, and the tickets as QR codes.
import { byId, h } from "../../lib/elements.js";
import { call, messageOf, Refusal } from "../../lib/api.js";
import { span } from "../../lib/dates.js";
import { t, tn } from "../../lib/i18n.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { DoorSaleDraft } from "../../models/door_sale_draft.js";
import { SoldTickets } from "./sold_tickets.js";

const ADDRESS = "/api/operator/door-sales";
/** A rush changes the places many times a second. */
const READ_AGAIN_MS = 2_000;

export class DoorSale {
  #draft = new DoorSaleDraft();
  /** @type {(() => void) | null} */
  #unsubscribe = null;
  /** @type {number | undefined} */
  #reading;
  #busy = false;

  /**
   * `onSold()` after a sale, `onClosed()` returns the focus.
   *
   * @param {{ socket: VenueSocket, device: Device, onSold: () => void, onClosed: () => void }} options
   */
  constructor({ socket, device, onSold, onClosed }) {
    this.socket = socket;
    this.device = device;
    this.onSold = onSold;
    this.dialog = byId("door-sale");
    this.form = byId("door-sale-form");
    this.problem = byId("door-sale-problem");
    this.sold = new SoldTickets({ onAgain: () => this.#begin(), onFinished: () => this.dialog.close() });
    byId("door-sale-on").addEventListener("click", () => this.open());
    byId("door-sale-close").addEventListener("click", () => this.dialog.close());
    byId("door-sale-fewer").addEventListener("click", () => this.#step(-1));
    byId("door-sale-more").addEventListener("click", () => this.#step(1));
    byId("door-sale-admit").addEventListener("change", () => {
      this.#draft.admits = byId("door-sale-admit").checked;
      this.#draw();
    });
    byId("door-sale-answer").addEventListener("change", () => {
      this.#draft.answered = byId("door-sale-answer").checked;
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sell();
    });
    this.dialog.addEventListener("close", () => {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
      clearTimeout(this.#reading);
      this.#reading = undefined;
      onClosed();
    });
  }

  open() {
    if (!this.#draft.inDoubt) this.#begin();
    this.dialog.showModal();
    byId("door-sale-title").focus();
    this.#unsubscribe = this.socket.subscribe("counts", {}, () => this.#read(), () => {
      this.#reading ??= setTimeout(() => this.#read(), READ_AGAIN_MS);
    });
  }

  #begin() {
    this.#draft.clear();
    this.sold.hide();
    this.form.hidden = false;
    byId("door-sale-name").value = "";
    byId("door-sale-email").value = "";
    byId("door-sale-contact").open = false;
    clearNotice(this.problem);
    this.#draw();
    this.#read();
  }

  /** Reads the places. What was read is replaced as a whole, so an answer that comes late does no harm for long. */
  async #read() {
    clearTimeout(this.#reading);
    this.#reading = undefined;
    try {
      const { data } = await call("GET", ADDRESS);
      this.#draft.offer(data);
      byId("door-sale-said").textContent = data.slots.length === 0 ? t("No time can be booked today any more.")
        : data.products.length === 0 ? t("There is nothing to sell. An administrator adds products.") : "";
    } catch (error) {
      byId("door-sale-said").textContent = error instanceof Refusal ? messageOf(error) : t("Selling needs a connection.");
    }
    this.#draw();
  }

  /** @param {number} by */
  #step(by) {
    this.#draft.step(this.#draft.count + by);
    this.#draw();
  }

  #draw() {
    const draft = this.#draft;
    const { product, slot, count, question } = draft;
    draw(byId("door-sale-products"), draft.products.map((one) => ({
      id: one.product_id, chosen: one === product, take: () => this.#take({ productId: one.product_id }), about: [h("span", { translate: "no" }, one.name)],
    })));
    draw(byId("door-sale-slots"), draft.slots.map((one) => ({
      id: one.slot_id, chosen: one === slot, soldOut: one.free === 0, take: () => this.#take({ slotId: one.slot_id }), about: this.#aboutSlot(one),
    })));
    byId("door-sale-note").textContent = product?.note ?? "";
    byId("door-sale-note").hidden = !product?.note;
    byId("door-sale-count").textContent = String(count);
    byId("door-sale-fewer").setAttribute("aria-disabled", String(count === 1));
    byId("door-sale-more").setAttribute("aria-disabled", String(count === draft.most));
    byId("door-sale-admit").checked = draft.admits;
    byId("door-sale-admit-means").textContent = draft.admits ? t("They are counted as inside.") : t("They come back with their ticket.");
    byId("door-sale-question").hidden = !question;
    byId("door-sale-asked").textContent = question;
    byId("door-sale-answer").checked = draft.answered;
    byId("door-sale-fields").disabled = this.#busy || draft.inDoubt;
    const button = byId("door-sale-sell");
    button.disabled = this.#busy || !product || !slot || (!draft.fits && !draft.inDoubt);
    button.textContent = this.#busy ? t("Selling…") : draft.inDoubt ? t("Try again")
      : slot && !draft.fits ? tn("Only one space is left", "Only {n} spaces are left", slot.free)
      : draft.admits ? tn("Sell and let one in", "Sell and let {n} in", count) : tn("Sell one ticket", "Sell {n} tickets", count);
    if (slot && slot.free === 0 && !draft.inDoubt) button.textContent = t("Sold out");
  }

  /** @param {Wire.SlotOnSale} slot */
  #aboutSlot(slot) {
    const time = span(slot.start_time, slot.end_time);
    const left = slot.free === 0 ? t("Sold out") : tn("one space free", "{n} spaces free", slot.free);
    return [h("span", {}, slot.is_running ? t("Now, {time}", { time }) : time), h("span", { class: "door-sale-free" }, left)];
  }

  /** @param {{ productId?: number, slotId?: number }} chosen */
  #take(chosen) {
    Object.assign(this.#draft, chosen);
    if (chosen.productId !== undefined) this.#draft.answered = false;
    this.#draw();
  }

  async #sell() {
    if (this.#busy) return;
    const draft = this.#draft;
    if (draft.question && !draft.answered && !draft.inDoubt) {
      showNotice(this.problem, { title: t("Answer the question first."), next: t("Or sell the ticket without letting them in.") });
      return;
    }
    clearNotice(this.problem);
    const body = draft.body({ gate: this.device.gate, name: byId("door-sale-name").value.trim(), email: byId("door-sale-email").value.trim() });
    this.#busy = true;
    this.#draw();
    try {
      const { data } = await call("POST", ADDRESS, { body });
      draft.settle();
      this.form.hidden = true;
      this.sold.show(data);
      this.onSold();
    } catch (error) {
      this.#explain(error);
    } finally {
      this.#busy = false;
      this.#draw();
    }
  }

  /** @param {unknown} error */
  #explain(error) {
    if (!(error instanceof Refusal)) {
      showNotice(this.problem, { title: t("No answer yet."), next: t("Try again. Nothing is sold twice.") });
      return;
    }
    this.#draft.settle();
    const wrong = error.details.errors?.[0] ?? error.details.validation_errors?.[0];
    showNotice(this.problem, { title: messageOf(error), next: wrong?.message ?? t("Nothing was sold.") });
    if (wrong?.field === "email" || wrong?.field === "customer.name") byId("door-sale-contact").open = true;
    this.#read();
  }
}

/** @typedef {{ id: number, chosen: boolean, soldOut?: boolean, take: () => void, about: HTMLElement[] }} Choice */

/** Draws the choices. Lines stay and only their words change, so that a touch is not lost. @param {HTMLElement} place @param {Choice[]} choices */
function draw(place, choices) {
  const ids = choices.map(({ id }) => id).join();
  if (place.dataset.ids !== ids) {
    const focused = place.contains(document.activeElement) ? document.activeElement?.id : null;
    place.replaceChildren(...choices.map(({ id, take }) => line(place.id, id, take)));
    place.dataset.ids = ids;
    if (focused) document.getElementById(focused)?.focus();
  }
  for (const [at, input] of place.querySelectorAll("input").entries()) {
    const { chosen, soldOut = false, about } = choices[at];
    input.checked = chosen;
    input.disabled = soldOut;
    while (input.nextSibling) input.nextSibling.remove();
    input.after(...about);
  }
}

/** @param {string} name @param {number} id @param {() => void} onchange */
function line(name, id, onchange) {
  return h("label", { class: "door-sale-choice" }, h("input", { type: "radio", name, id: `${name}-${id}`, value: String(id), onchange }));
}
