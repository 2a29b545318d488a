// The box office at the gate, for the visitor on the screen: a place of today is booked and the visitor admitted by one touch, the ticket is
// shown or sent again, and the contact corrected.
import { byId, h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { call, messageOf, Refusal, Trouble } from "../../lib/api.js";
import { CommandRefused, LinkLost } from "../../lib/socket.js";
import { span } from "../../lib/dates.js";
import { shortCode } from "../../models/booking_code.js";
import { boxOfficeOffer, offeredSlots } from "../../models/box_office.js";
import { FreeFirst } from "../../models/free_first.js";
import { freeWords, meansOf, noneLeft, OFFERS } from "../../words/box_office.js";
import { detailOf, wordOf } from "../../words/verdicts.js";

/** Counts change with every scan of the venue; the places are read once in this time. */
const READ_EVERY_MS = 1_000;

export class BoxOffice {
  /** @type {BoxOfficeOffer | null} */
  #offer = null;
  /** The code of a visitor who was looked for. */
  #found = "";
  /** Ends the news of the counts. @type {(() => void) | null} */
  #leave = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #reading;
  #busy = false;
  #freeFirst = new FreeFirst();
  /** The slots as they were last read. @type {Map<number, DoorSlot>} */
  #places = new Map();
  /** The slot that was chosen, while its product asks something. */
  #asked = 0;

  /** @param {BoxOfficeOptions} options */
  constructor({ flow, socket, venue, onClosed, books = byId("scan").dataset.books !== undefined, corrects = byId("scan").dataset.supervisor !== undefined }) {
    this.flow = flow;
    this.socket = socket;
    this.venue = venue;
    this.books = books;
    this.corrects = corrects;
    this.button = byId("office-on");
    this.dialog = byId("office-dialog");
    this.slots = byId("office-slots");
    this.said = byId("office-said");
    this.button.addEventListener("click", () => this.#open());
    byId("office-close").addEventListener("click", () => this.dialog.close());
    byId("office-show").addEventListener("click", () => this.#show());
    byId("office-send").addEventListener("click", () => this.#send());
    byId("office-correct").addEventListener("click", () => {
      this.#fold("office-show", "office-code", false);
      this.#fold("office-correct", "office-contact");
    });
    byId("office-yes").addEventListener("click", () => this.#book(this.#asked, { answer: "yes" }));
    byId("office-no").addEventListener("click", () => this.#answeredNo());
    byId("office-contact").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#correct();
    });
    this.dialog.addEventListener("close", () => {
      this.#leave?.();
      this.#leave = null;
      clearTimeout(this.#reading);
      this.#reading = undefined;
      onClosed();
    });
    flow.on("answered", ({ decision }) => this.#answered(decision));
    flow.on("cleared", () => {
      this.button.hidden = true;
      this.dialog.close();
    });
  }

  /** The next answer is about a visitor who was looked for. @param {string} code */
  found(code) {
    this.#found = code;
  }

  get #decision() {
    return this.flow.session.current?.decision ?? null;
  }

  /** @param {Decision} decision */
  #answered(decision) {
    const found = this.#found !== "" && decision.ticket?.ticket_code === this.#found;
    // Without a current scan the answer is an exit.
    this.#offer = this.flow.session.current ? boxOfficeOffer(decision, { books: this.books, found }) : null;
    this.button.hidden = this.#offer === null;
    if (this.#offer) this.button.textContent = OFFERS[this.#offer].button;
  }

  #open() {
    const ticket = this.#decision?.ticket;
    if (!this.#offer || !ticket) return;
    byId("office-title").textContent = OFFERS[this.#offer].title;
    byId("office-visitor").textContent = ticket.customer_name || shortCode(ticket.ticket_code);
    byId("office-email").value = ticket.customer_email ?? "";
    byId("office-phone").value = ticket.customer_phone ?? "";
    byId("office-correct").hidden = !this.corrects;
    for (const [button, part] of /** @type {const} */ ([["office-show", "office-code"], ["office-correct", "office-contact"]])) this.#fold(button, part, false);
    byId("office-question").hidden = true;
    byId("office-send").disabled = false;
    this.#say("");
    this.#draw([]);
    this.#freeFirst.begin();
    this.dialog.showModal();
    byId("office-title").focus();
    if (this.#offer !== "ticket") this.#leave = this.socket.subscribe("counts", {}, () => this.#read(), () => this.#readSoon());
    if (!this.socket.live) this.#say(t("This needs a connection."));
  }

  /** @param {string} words */
  #say(words) {
    this.said.textContent = words;
  }

  /** @param {"office-show" | "office-correct"} button @param {"office-code" | "office-contact"} part @param {boolean} [open] */
  #fold(button, part, open = Boolean(byId(part).hidden)) {
    byId(part).hidden = !open;
    byId(button).setAttribute("aria-expanded", String(open));
    if (open) byId(part).scrollIntoView({ block: "nearest" });
  }

  #readSoon() {
    this.#reading ??= setTimeout(() => this.#read(), READ_EVERY_MS);
  }

  async #read() {
    clearTimeout(this.#reading);
    this.#reading = undefined;
    try {
      const { slots } = await this.socket.request("door_slots");
      if (this.dialog.open && this.#offer) this.#draw(this.#freeFirst.order(offeredSlots(slots, this.#offer)), noneLeft(this.#offer));
    } catch (error) {
      if (!(error instanceof CommandRefused) && !(error instanceof LinkLost)) throw error;
      this.#say(error instanceof LinkLost ? t("This needs a connection.") : error.message);
    }
  }

  /** Lines stay and only their words change, so that a touch is not lost. @param {DoorSlot[]} slots @param {string} [none] */
  #draw(slots, none) {
    const same = slots.length === this.#places.size && slots.every(({ slot_id: id }) => this.#places.has(id));
    this.#places = new Map(slots.map((slot) => [slot.slot_id, slot]));
    if (!same) this.slots.replaceChildren(...slots.map(({ slot_id: id }) => this.#line(id)));
    this.slots.hidden = slots.length === 0;
    for (const line of /** @type {NodeListOf<HTMLButtonElement>} */ (this.slots.querySelectorAll(".office-slot"))) this.#write(line);
    if (none && slots.length === 0) this.#say(none);
  }

  /** @param {number} id */
  #line(id) {
    const choose = () => {
      const slot = this.#places.get(id);
      if (slot?.free) this.#book(id, { admit: slot.admits });
    };
    return h("li", {}, h("button", { type: "button", class: "office-slot", "data-slot": String(id), onclick: choose }));
  }

  /** @param {HTMLButtonElement} line */
  #write(line) {
    const slot = this.#places.get(Number(line.dataset.slot));
    if (!slot) return;
    line.classList.toggle("running", slot.running);
    line.setAttribute("aria-disabled", String(slot.free === 0));
    line.replaceChildren(h("b", {}, span(slot.start_time, slot.end_time)), h("span", { class: "office-free" }, freeWords(slot.free)), h("span", { class: "office-means" }, meansOf(slot)));
  }

  /** @param {number} slotId @param {{ admit?: boolean, answer?: Answer }} [how] */
  async #book(slotId, how = {}) {
    if (this.#busy) return;
    this.#wait(true);
    this.#say(how.admit === false ? t("Booking…") : t("Booking and admitting…"));
    this.flow.news.ask();
    try {
      const decision = await this.flow.session.book(slotId, this.flow.device.gate, how);
      if (!decision) return;
      if (decision.reason === "VERIFIED" || how.admit === false || decision.undone) this.#done(decision);
      else {
        this.flow.news.keep();
        this.#refused(decision, slotId);
      }
    } catch (error) {
      if (!(error instanceof CommandRefused) && !(error instanceof LinkLost)) throw error;
      this.flow.news.keep();
      this.#say(error instanceof LinkLost ? t("This needs a connection.") : error.message);
      this.#readSoon();
    } finally {
      this.#wait(false);
    }
  }

  /** @param {Decision} decision */
  #done(decision) {
    const { current } = this.flow.session;
    if (current) current.scanId = decision.scan_id ?? current.scanId;
    this.dialog.close();
    this.flow.replaced(decision);
  }

  /** Nothing was booked: the product asks first, or the visitor may not come in here. @param {Decision} decision @param {number} slotId */
  #refused(decision, slotId) {
    const question = decision.reason === "QUESTION_UNANSWERED" ? decision.product?.question : null;
    byId("office-question").hidden = !question;
    if (question) {
      this.#asked = slotId;
      byId("office-question-text").textContent = question;
      this.#say("");
      byId("office-yes").focus();
    } else this.#say(`${wordOf(decision)}: ${detailOf(decision, this.venue())}`);
  }

  #answeredNo() {
    byId("office-question").hidden = true;
    this.#say(t("Not admitted. Nothing was booked."));
  }

  /** @param {boolean} busy */
  #wait(busy) {
    this.#busy = busy;
    this.slots.setAttribute("aria-busy", String(busy));
  }

  #show() {
    const ticket = this.#decision?.ticket;
    if (!ticket) return;
    byId("office-picture").src = `/api/tickets/${ticket.ticket_id}/qr.svg`;
    byId("office-code-text").textContent = shortCode(ticket.ticket_code);
    this.#fold("office-correct", "office-contact", false);
    this.#fold("office-show", "office-code");
  }

  async #send() {
    const ticket = this.#decision?.ticket;
    if (!ticket) return;
    byId("office-send").disabled = true;
    await this.#ask(async () => {
      const { data } = await call("POST", `/api/operator/tickets/${ticket.ticket_id}/send`);
      return t("Sent to {address}.", { address: data.sent_to });
    });
    byId("office-send").disabled = false;
  }

  async #correct() {
    const ticket = this.#decision?.ticket;
    const email = byId("office-email").value.trim();
    const phone = byId("office-phone").value.trim();
    if (!ticket) return;
    byId("office-save").disabled = true;
    await this.#ask(async () => {
      const body = { ...(email !== (ticket.customer_email ?? "") && { email }), ...(phone !== (ticket.customer_phone ?? "") && { phone }) };
      const { data } = await call("PATCH", `/api/operator/tickets/${ticket.ticket_id}`, { body });
      Object.assign(ticket, { customer_email: data.email, customer_phone: data.phone });
      this.#fold("office-correct", "office-contact", false);
      return t("The contact is corrected.");
    });
    byId("office-save").disabled = false;
  }

  /** Says what came of a request. @param {() => Promise<string>} work */
  async #ask(work) {
    this.#say("");
    try {
      this.#say(await work());
    } catch (error) {
      if (error instanceof Refusal) this.#say(messageOf(error));
      else if (error instanceof Trouble) this.#say(t("No connection. Try again when the scanner is online."));
      else throw error;
    }
  }
}
