// The booking being made, kept in this tab for two hours and through reloads. Add a new field here.
import { tabStore } from "../lib/storage.js";

const STORED = "venue-hub.visit";
const LIFE_MS = 2 * 60 * 60 * 1000;
const KEPT = /** @type {const} */ (["orq", "home", "venueId", "tickets", "together", "email", "phone", "typed", "country", "proofs", "slot", "slots", "step", "results", "place"]);
/** @type {Channel[]} */
const CHANNELS = ["email", "sms"];

export class BookingDraft {
  /** @type {Ticket[]} */
  tickets = [];
  /** One slot for all tickets, or one for each. */
  together = true;
  email = "";
  phone = "";
  typed = "";
  country = "";
  /** @type {{ [channel in Channel]?: ContactProof }} */
  proofs = {};
  /** @type {PickedSlot | null} */
  slot = null;
  /** @type {Record<string, PickedSlot | null>} by ticket */
  slots = {};
  /** @type {StepName} */
  step = "ticket";
  /** @type {Booked[]} */
  results = [];
  /** @type {TicketVenue | null} */
  place = null;
  /** The chosen venue, where the tickets are valid at several. @type {number | null} */
  venueId = null;
  /** @type {Channel[]} asked for by the hub */
  demanded = [];

  /** `home` is the venue in the page's address. @param {{ orq?: number | null, home?: number | null, store?: Storage, now?: () => number }} [options] */
  constructor({ orq = null, home = null, store = tabStore(), now = Date.now } = {}) {
    this.home = home;
    this.store = store;
    this.now = now;
    this.orq = orq;
  }

  clear() {
    const { orq, home, store, now } = this;
    Object.assign(this, new BookingDraft({ orq, home, store, now }));
  }

  /** "fresh", "expired" or "none". */
  restore() {
    let kept;
    try {
      kept = JSON.parse(this.store.getItem(STORED) ?? "null");
    } catch {
      // Unreadable: none.
    }
    if (!kept?.tickets || kept.orq !== this.orq || kept.home !== this.home) return "none";
    if (!(this.now() - kept.saved < LIFE_MS)) {
      this.forget();
      return "expired";
    }
    for (const name of KEPT) if (kept[name] !== undefined) Object.assign(this, { [name]: kept[name] });
    return "fresh";
  }

  save() {
    const kept = Object.fromEntries(KEPT.map((name) => [name, this[name]]));
    try {
      this.store.setItem(STORED, JSON.stringify({ ...kept, saved: this.now() }));
    } catch {
      // Only a reload is lost, not the booking.
    }
  }

  forget() {
    this.store.removeItem(STORED);
  }

  add(/** @type {Ticket} */ ticket) {
    const at = this.tickets.findIndex(({ ticket_code }) => ticket_code === ticket.ticket_code);
    if (at < 0) this.tickets.push(ticket);
    else this.tickets[at] = ticket;
  }

  remove(/** @type {string} */ code) {
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

  /** The venues where all tickets can be booked, with another one if it is given; of the page's own, that alone. */
  venues(/** @type {Ticket[]} */ tickets = this.tickets) {
    const [first, ...others] = tickets.filter(({ venues }) => venues?.length);
    const common = first?.venues.filter(({ id }) => others.every(({ venues }) => venues.some((one) => one.id === id))) ?? [];
    return this.home ? common.filter(({ id }) => id === this.home) : common;
  }

  /** Null until it is known or chosen. */
  get venue() {
    const venues = this.venues();
    return venues.find(({ id }) => id === this.venueId) ?? (venues.length === 1 ? venues[0] : null);
  }

  get choosesVenue() {
    return !this.venue && this.venues().length > 1;
  }

  /** Times of another venue are of no use. */
  chooseVenue(/** @type {number} */ id) {
    if (this.venue?.id !== id) Object.assign(this, { slot: null, slots: {} });
    this.venueId = id;
  }

  get apart() {
    return !this.together && this.tickets.length > 1;
  }

  slotOf(/** @type {string} */ code) {
    return (this.apart ? this.slots[code] : this.slot) ?? null;
  }

  choose(/** @type {PickedSlot} */ slot, code = "") {
    if (this.apart && code) this.slots[code] = slot;
    else this.slot = slot;
  }

  /** The next ticket without a slot, or null. */
  get unplaced() {
    return this.tickets.find(({ ticket_code }) => !this.slotOf(ticket_code)) ?? null;
  }

  get placed() {
    return this.tickets.length > 0 && !this.unplaced;
  }

  /** One booking per slot. */
  groups() {
    /** @type {Map<number, Group>} */
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

  /** The channels that still need a one-time code. */
  unproved(/** @type {number} */ moment) {
    const check = this.venue?.contact_check;
    return CHANNELS.filter((one) => check === one || check === "both" || this.demanded.includes(one)).filter((channel) => !this.#proofOf(channel, moment));
  }

  /** In the API's form: nothing, one proof or a list. */
  contactProof(/** @type {number} */ moment) {
    const proofs = CHANNELS.flatMap((channel) => this.#proofOf(channel, moment) ?? []);
    return proofs.length > 1 ? proofs : (proofs[0] ?? null);
  }

  #proofOf(/** @type {Channel} */ channel, /** @type {number} */ moment) {
    const proof = this.proofs[channel];
    const about = channel === "email" ? this.email : this.phone;
    return proof && proof.about === about && Date.parse(proof.expires_at) > moment ? proof.contact_proof : null;
  }
}
