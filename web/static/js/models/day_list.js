// One day's list: who has a place and when, by hash. Knows how a code is found in it and how changes are taken in.
const HASH_BYTES = 8;

export class DayList {
  /** @type {Promise<CryptoKey> | null} */
  #key = null;
  /** What the list says of its day and venue, and the key of its hashes. @type {any} */
  head = null;
  /** @type {Map<number, any>} */
  slots = new Map();

  /** `data` as the hub writes it (docs/protocol.md), or as `asData` gave it. */
  constructor(data) {
    this.#take(data);
    this.tickets = new Map(data.tickets.map((row) => [row[0], row]));
  }

  /** Takes in what has changed since this edition. */
  apply(changes) {
    for (const row of changes.tickets) this.tickets.set(row[0], row);
    for (const hash of changes.gone) this.tickets.delete(hash);
    this.#take(changes);
  }

  asData() {
    return { ...this.head, whole: true, gone: [], tickets: [...this.tickets.values()] };
  }

  get generatedAt() {
    return Date.parse(this.head.generated_at);
  }

  async hashOf(code) {
    this.#key ??= crypto.subtle.importKey("raw", bytesOf(this.head.salt), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = await crypto.subtle.sign("HMAC", await this.#key, new TextEncoder().encode(code));
    return Array.from(new Uint8Array(mac, 0, HASH_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** The facts of a code as the rule wants them, or null where the list does not have it. */
  async find(code) {
    const row = this.tickets.get(await this.hashOf(code));
    const slot = row && this.slots.get(row[2]);
    if (!slot) return null;
    const [, status, slot_id, verified, valid_until, channel, verified_at, gate, left_at = null] = row;
    return {
      ticket: { status, channel, valid_until, venue_id: null },
      reservation: {
        slot_id, venue_id: this.head.venue_id, date: slot.date, start_time: slot.start, end_time: slot.end,
        starts_at: slot.starts_at, ends_at: slot.ends_at, opens_at: slot.opens_at, closes_at: slot.closes_at,
      },
      firstEntry: verified && verified_at ? { verified_at, operator_name: "", gate } : null,
      left: left_at && { left_at, gate: null },
    };
  }

  #take({ tickets: _tickets, gone: _gone, whole: _whole, ...head }) {
    if (head.salt !== this.head?.salt) this.#key = null;
    this.head = head;
    this.slots = new Map(head.slots.map((slot) => [slot.slot_id, slot]));
  }
}

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
