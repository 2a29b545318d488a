// The reservation being booked: kept in this tab through a reload, the back button and a phone that sleeps, for two hours.
import { tabStore } from "../lib/storage.js";

const STORED = "venue-hub.visit";
const LIFE_MS = 2 * 60 * 60 * 1000;
const KEPT = ["orq", "tickets", "together", "email", "phone", "typed", "country", "proofs", "slot", "slots", "step", "results", "place"];

export class BookingDraft {
  /** @type {Ticket[]} */
  tickets = [];
  /** One slot for all tickets, or a slot for each. */
  together = true;
  email = "";
  phone = "";
  typed = "";
  country = "";
  /** @type {Record<string, ContactProof>} by channel */
  proofs = {};
  /** @type {Slot | null} */
  slot = null;
  /** @type {Record<string, Slot | null>} by ticket code */
  slots = {};
  step = "ticket";
  /** @type {any[]} */
  results = [];
  place = "";
  /** @type {string[]} what the hub asked for beyond the venue's own rule */
  demanded = [];

  /** @param {{ orq?: number | null, store?: Storage, now?: () => number }} [options] */
  constructor({ orq = null, store = tabStore(), now = Date.now } = {}) {
    this.store = store;
    this.now = now;
    this.orq = orq;
  }

  clear() {
    const { orq, store, now } = this;
    Object.assign(this, new BookingDraft({ orq, store, now }));
  }

  /** What this tab knew: "fresh", "expired" (it was there, too long ago) or "none". */
  restore() {
    let kept;
    try {
      kept = JSON.parse(this.store.getItem(STORED) ?? "null");
    } catch {
      // An unreadable note is as good as none.
    }
    if (!kept?.tickets || kept.orq !== this.orq) return "none";
    if (!(this.now() - kept.saved < LIFE_MS)) {
      this.forget();
      return "expired";
    }
    for (const name of KEPT) if (kept[name] !== undefined) this[name] = kept[name];
    return "fresh";
  }

  save() {
    const kept = Object.fromEntries(KEPT.map((name) => [name, this[name]]));
    try {
      this.store.setItem(STORED, JSON.stringify({ ...kept, saved: this.now() }));
    } catch {
      // A full or forbidden store costs the reload, not the booking.
    }
  }

  forget() {
    this.store.removeItem(STORED);
  }

  add(ticket) {
    const at = this.tickets.findIndex(({ ticket_code }) => ticket_code === ticket.ticket_code);
    if (at < 0) this.tickets.push(ticket);
    else this.tickets[at] = ticket;
  }

  remove(code) {
    this.tickets = this.tickets.filter(({ ticket_code }) => ticket_code !== code);
    delete this.slots[code];
    if (this.tickets.length < 2 && !this.together) {
      this.together = true;
      this.slot = this.slots[this.codes[0]] ?? null;
    }
  }

  get codes() {
    return this.tickets.map(({ ticket_code }) => ticket_code);
  }

  get venue() {
    return this.tickets.find(({ venue }) => venue)?.venue ?? null;
  }

  get apart() {
    return !this.together && this.tickets.length > 1;
  }

  slotOf(code) {
    return (this.apart ? this.slots[code] : this.slot) ?? null;
  }

  choose(slot, code = null) {
    if (this.apart && code) this.slots[code] = slot;
    else this.slot = slot;
  }

  /** Slot by slot: the ticket whose turn it is, or null. */
  get unplaced() {
    return this.tickets.find(({ ticket_code }) => !this.slotOf(ticket_code)) ?? null;
  }

  get placed() {
    return this.tickets.length > 0 && !this.unplaced;
  }

  /** What is to be sent: one booking per slot, with the tickets that go there. */
  groups() {
    /** @type {Map<number, { slot: Slot, tickets: Ticket[] }>} */
    const groups = new Map();
    for (const ticket of this.tickets) {
      const slot = this.slotOf(ticket.ticket_code);
      if (!slot) continue;
      const group = groups.get(slot.id) ?? { slot, tickets: [] };
      group.tickets.push(ticket);
      groups.set(slot.id, group);
    }
    return [...groups.values()];
  }

  /** The channels a one-time code is still needed for. */
  unproved(moment) {
    const wanted = { email: ["email"], sms: ["sms"], both: ["email", "sms"] }[this.venue?.contact_check] ?? [];
    return [...new Set([...wanted, ...this.demanded])].filter((channel) => !this.#proofOf(channel, moment));
  }

  /** As the API takes it: nothing, one proof or a list. */
  contactProof(moment) {
    const proofs = ["email", "sms"].map((channel) => this.#proofOf(channel, moment)).filter(Boolean);
    return proofs.length > 1 ? proofs : (proofs[0] ?? null);
  }

  #proofOf(channel, moment) {
    const proof = this.proofs[channel];
    const about = channel === "email" ? this.email : this.phone;
    return proof && proof.about === about && Date.parse(proof.expires_at) > moment ? proof.contact_proof : null;
  }
}
