// One day's list: the reservations by hashed code. Finds a code and its party, and applies changes.
const HASH_BYTES = 8;

export class DayList {
  /** @type {Promise<CryptoKey> | null} */
  #key = null;
  /** The tickets of each family, made when it is first needed. @type {Map<string, DayListRow[]> | null} */
  #families = null;

  /** `data` comes from the hub (docs/protocol.md) or from `asData`. @param {DayListData} data */
  constructor(data) {
    this.head = headOf(data);
    this.slots = slotsOf(data);
    this.products = productsOf(data);
    this.tickets = new Map(data.tickets.map((row) => [row[0], row]));
  }

  /** Applies the changes since this edition. @param {DayListData} changes */
  apply(changes) {
    for (const row of changes.tickets) this.tickets.set(row[0], row);
    for (const hash of changes.gone) this.tickets.delete(hash);
    if (changes.salt !== this.head.salt) this.#key = null;
    this.#families = null;
    this.head = headOf(changes);
    this.slots = slotsOf(changes);
    this.products = productsOf(changes);
  }

  /** @returns {DayListData} */
  asData() {
    return { ...this.head, whole: true, gone: [], tickets: [...this.tickets.values()] };
  }

  get generatedAt() {
    return Date.parse(this.head.generated_at);
  }

  /** @param {string} code */
  async hashOf(code) {
    this.#key ??= crypto.subtle.importKey("raw", bytesOf(this.head.salt), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = await crypto.subtle.sign("HMAC", await this.#key, new TextEncoder().encode(code));
    return Array.from(new Uint8Array(mac, 0, HASH_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** The code as the list has it: the same, else the only one in capitals or in small letters. @param {string} code */
  async spelt(code) {
    if (this.tickets.has(await this.hashOf(code))) return code;
    const others = [];
    for (const other of [code.toUpperCase(), code.toLowerCase()]) if (other !== code && this.tickets.has(await this.hashOf(other))) others.push(other);
    return others.length === 1 ? others[0] : code;
  }

  /**
   * The facts of a code for the rule, or null if the list does not have it.
   *
   * @param {string} code
   * @returns {Promise<ListedFacts | null>}
   */
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
      left: left_at ? { left_at, gate: null } : null,
      party: this.#partyOf(row),
      product: this.products.get(row[12] ?? 0) ?? null,
    };
  }

  /** @param {DayListRow} row @returns {ListedParty | null} */
  #partyOf(row) {
    const [, , , , , , , , , size = 1, admitted = 0, family = null] = row;
    if (family === null) return size > 1 ? { size, admitted, family } : null;
    this.#families ??= familiesOf(this.tickets.values());
    const tickets = this.#families.get(family) ?? [row];
    return tickets.length > 1 ? { size: tickets.length, admitted: tickets.filter(([, , , verified]) => verified).length, family } : null;
  }
}

/** @param {Iterable<DayListRow>} rows */
function familiesOf(rows) {
  /** @type {Map<string, DayListRow[]>} */
  const families = new Map();
  for (const row of rows) {
    const family = row[11];
    if (family) families.set(family, [...(families.get(family) ?? []), row]);
  }
  return families;
}

/** @param {DayListData} data @returns {DayListHead} */
const headOf = ({ tickets: _tickets, gone: _gone, whole: _whole, ...head }) => head;
/** @param {DayListData} data */
const slotsOf = ({ slots }) => new Map(slots.map((slot) => [slot.slot_id, slot]));
/** A list that was stored by an earlier page has no products. @param {DayListData} data */
const productsOf = ({ products = [] }) => new Map(products.map((product) => [product.product_id, product]));
/** @param {string} hex */
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
