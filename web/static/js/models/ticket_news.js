// Detects an outdated decision on the screen: follows the changes of tickets by hashed code.
import { isParty } from "./party.js";

const MISSED = "missed";

/** A ticket's name in the hub's news: SHA-256 of its code, in hex. @param {string} code */
export async function hashOf(code) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * `onChange(change)` is called when the followed ticket no longer fits its decision: "reserved", "moved", "cancelled",
 * "activated", "verified", "undone", "left", "returned", or "missed" if changes may have been missed.
 */
export class TicketNews {
  /** @type {{ code?: string, told: Set<string>, admitted: number | null, links: number, hash: string | null } | null} */
  #followed = null;
  /** While the hub decides and this page hashes: news received then may be newer than the answer, or be its own change. */
  #judging = false;
  /** @type {Wire.TicketsBody[]} */
  #received = [];
  #links = 0;

  /**
   * @param {object} options
   * @param {VenueSocket} options.socket
   * @param {(change: string) => void} options.onChange
   * @param {(news: Wire.TicketsBody) => void} [options.onNews] receives all news
   */
  constructor({ socket, onChange, onNews = () => {} }) {
    this.socket = socket;
    this.onChange = onChange;
    this.onNews = onNews;
  }

  start() {
    this.socket.subscribe("tickets", {}, () => this.#subscribed(), (data) => this.#receive(data));
  }

  /** Connected or reconnected: decisions from now on are newer than any missed news. */
  linked() {
    this.#links += 1;
  }

  /** A request has begun; `follow`, `keep` or `leave` gives its result. */
  ask() {
    this.#judging = true;
    this.#received = [];
  }

  /** This decision is on the screen now. An unknown ticket has no news. @param {Decision} decision */
  async follow(decision) {
    const code = decision.ticket?.ticket_code;
    const followed = { code, told: toldBy(decision), admitted: decision.party?.admitted ?? null, links: this.#links, hash: /** @type {string | null} */ (null) };
    this.#followed = followed;
    if (code) followed.hash = await hashOf(code);
    if (this.#followed !== followed) return;
    this.#judging = false;
    for (const data of this.#received.splice(0)) this.#weigh(data);
  }

  /** The screen is unchanged: its ticket, if any, is still followed. */
  keep() {
    this.#judging = false;
    for (const data of this.#received.splice(0)) this.#weigh(data);
  }

  leave() {
    this.#followed = null;
    this.#judging = false;
    this.#received = [];
  }

  #subscribed() {
    if (this.#followed?.code && this.#followed.links < this.#links) this.onChange(MISSED);
  }

  /** @param {Wire.TicketsBody} data */
  #receive(data) {
    this.onNews(data);
    if (this.#judging) this.#received.push(data);
    else this.#weigh(data);
  }

  /** @param {Wire.TicketsBody} news */
  #weigh({ hashes, change, party }) {
    const followed = this.#followed;
    if (!followed?.code || (change !== MISSED && !hashes.includes(followed.hash ?? ""))) return;
    // Already on the screen: most often it was made here.
    if (followed.told.has(change) || (party && party.admitted === followed.admitted)) return;
    this.onChange(change);
  }
}

/** The changes that a decision contains already. @param {Decision} decision */
function toldBy({ ticket, reservation, verified, presence, party, reason, recorded }) {
  /** @type {Set<string>} */
  const told = new Set();
  // News may come after the answer that knew of it, where somebody books and shows the ticket at once.
  if (reservation) told.add("reserved");
  if (ticket?.status && ticket.status !== "INACTIVE") told.add("activated");
  // While the operator is asked how many of a party come in, every other entry of it counts.
  const open = isParty(party) && party.remaining > 0 && reason !== "VERIFIED";
  if (verified && !open) for (const change of ["verified", "party"]) told.add(change);
  if (reason === "TICKET_CANCELLED") told.add("cancelled");
  if (presence?.left_at) told.add("left");
  if (reason === "RE_ENTRY" || recorded === "RE_ENTRY") told.add("returned");
  return told;
}
