// Whether the answer on the screen is still true: hears of tickets that changed, by the hash of their codes. Knows no page.
const MISSED = "missed";

/** The name of a ticket among the hub's news: SHA-256 in hex of its code. */
export async function hashOf(code) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * `onChange(change)` is told that the ticket being followed stands otherwise than its decision says: "reserved", "moved",
 * "cancelled", "activated", "verified", "undone", "left", "returned", or "missed" where changes may have been missed.
 */
export class TicketNews {
  #followed = null;
  /** While the hub judges, and this page hashes: what is heard then may be newer than the answer, or be the answer itself. */
  #judging = false;
  #heard = [];
  #links = 0;

  /** `onNews(data)` is told all that is heard, whatever is on the screen. */
  constructor({ socket, onChange, onNews = () => {} }) {
    Object.assign(this, { socket, onChange, onNews });
  }

  start() {
    this.socket.subscribe("tickets", {}, () => this.#subscribed(), (data) => this.#hear(data));
  }

  /** The link has been made, for the first time or anew: what is judged from now on is newer than what may be missing. */
  linked() {
    this.#links += 1;
  }

  /** The hub is being asked; `follow`, `keep` or `leave` say what came of it. */
  ask() {
    this.#judging = true;
    this.#heard = [];
  }

  /** This decision is on the screen now. A ticket that is not known has no news. */
  async follow(decision) {
    const code = decision.ticket?.ticket_code;
    const followed = { code, told: toldBy(decision), links: this.#links, hash: null };
    this.#followed = followed;
    if (code) followed.hash = await hashOf(code);
    if (this.#followed !== followed) return;
    this.#judging = false;
    for (const data of this.#heard.splice(0)) this.#weigh(data);
  }

  /** Nothing new is on the screen: what was there before, if anything, is still followed. */
  keep() {
    this.#judging = false;
    for (const data of this.#heard.splice(0)) this.#weigh(data);
  }

  leave() {
    this.#followed = null;
    this.#judging = false;
    this.#heard = [];
  }

  #subscribed() {
    if (this.#followed?.code && this.#followed.links < this.#links) this.onChange(MISSED);
  }

  #hear(data) {
    this.onNews(data);
    if (this.#judging) this.#heard.push(data);
    else this.#weigh(data);
  }

  #weigh({ hashes, change }) {
    const followed = this.#followed;
    if (!followed?.code || (change !== MISSED && !hashes.includes(followed.hash))) return;
    // It is on the screen already: most often it was made here.
    if (!followed.told.has(change)) this.onChange(change);
  }
}

/** The changes that a decision tells of itself. */
function toldBy({ verified, presence, reason, recorded }) {
  const told = new Set();
  if (verified) told.add("verified");
  if (presence?.left_at) told.add("left");
  if (reason === "RE_ENTRY" || recorded === "RE_ENTRY") told.add("returned");
  return told;
}
