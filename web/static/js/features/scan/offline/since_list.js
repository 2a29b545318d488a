// The changes since the day's list was written: entries and exits at this device, and the hub's news of others. They are
// stored encrypted, so that an offline reload does not forget who is inside.
import { KnownParties } from "../../../models/known_parties.js";

const KIND = "since";
// The list may be read shortly before its stated moment, and news may come shortly after the change.
const SLACK_MS = 3_000;
const KEEP_WITHIN_MS = 500;
/** News that change how many of a party are in. */
const COUNTED = new Set(["verified", "party", "undone"]);

export class SinceList {
  /** @type {Map<string, Entered>} */
  #entries = new Map();
  // The last exit or return here, by code.
  /** @type {Map<string, Moved>} */
  #moves = new Map();
  /** @type {Map<string, News>} */
  #changes = new Map();
  #parties = new KnownParties();
  /** @type {number | undefined} */
  #timer;

  /** @param {{ store: Store, vault: Vault, now: () => number }} parts */
  constructor({ store, vault, now }) {
    this.store = store;
    this.vault = vault;
    this.now = now;
  }

  async load() {
    const record = await this.store.read("since", this.vault.owner);
    const kept = record && (await this.vault.seal?.open(KIND, record.sealed));
    for (const [code, entry] of kept?.entries ?? []) if (!this.#entries.has(code)) this.#entries.set(code, entry);
    for (const [code, move] of kept?.moves ?? []) if (!this.#moves.has(code)) this.#moves.set(code, move);
    this.#parties.load(kept?.parties ?? []);
    for (const [hash, change] of kept?.changes ?? []) if (!this.#changes.has(hash)) this.#changes.set(hash, change);
  }

  /**
   * Adds an entry made here. `waits`: the hub does not know it yet.
   *
   * @param {string} code
   * @param {FirstEntry} verified
   * @param {boolean} waits
   */
  entered(code, verified, waits) {
    this.#entries.set(code, { verified, waits, at: this.now() });
    this.#keepSoon();
  }

  /**
   * Adds an exit made here, or a return (`left` null). `waits`: the hub does not know it yet.
   *
   * @param {string} code
   * @param {Leaving | null} left
   * @param {boolean} waits
   */
  moved(code, left, waits) {
    this.#moves.set(code, { left, waits, at: this.now() });
    this.#keepSoon();
  }

  /** The hub has said how many of a party are in. @param {string} key @param {number} admitted */
  partyAnswered(key, admitted) {
    this.#parties.answered(key, admitted, this.now());
    this.#keepSoon();
  }

  /**
   * Adds people of a party admitted here, of whom the hub does not know yet.
   *
   * @param {string} key
   * @param {string} scanId
   * @param {number} people
   * @param {FirstEntry} verified
   */
  partyEntered(key, scanId, people, verified) {
    this.#parties.entered(key, scanId, people, verified);
    this.#keepSoon();
  }

  /**
   * How many of a party are in, and whether that is sure, after a list written at `moment`.
   *
   * @param {string} key
   * @param {ListedParty} listed
   * @param {string} hash
   * @param {number} moment
   */
  ofParty(key, { admitted }, hash, moment) {
    const news = this.#changes.get(hash);
    return this.#parties.of(key, admitted, moment, news && COUNTED.has(news.change) && isNewer(news, moment) ? { at: news.at, admitted: news.admitted ?? null } : null);
  }

  /**
   * The hub has answered for these codes and scans: lists written later contain the result.
   *
   * @param {string[]} codes
   * @param {Set<string>} scanIds
   */
  settled(codes, scanIds) {
    this.#parties.settled(scanIds, this.now());
    for (const code of codes) {
      for (const one of [this.#entries.get(code), this.#moves.get(code)]) if (one) Object.assign(one, { waits: false, answeredAt: this.now() });
    }
    this.#keepSoon();
  }

  /** An entry of this device was undone. @param {string} code @param {string} key of its party, or the code */
  undone(code, key) {
    this.#entries.delete(code);
    this.#moves.delete(code);
    this.#parties.undone(key);
    this.#keepSoon();
  }

  /** Adds the hub's news: SHA-256 names of tickets, and their change. @param {Wire.TicketsBody} news */
  addNews({ hashes, change, party }) {
    for (const hash of hashes ?? []) this.#changes.set(hash, { change, at: this.now(), ...(party && { admitted: party.admitted }) });
    this.#keepSoon();
  }

  /** The stored list was written at `moment`: drops what it contains. @param {number} moment */
  listed(moment) {
    let fewer = this.#parties.listed(moment);
    for (const kept of [this.#entries, this.#moves, this.#changes]) {
      for (const [name, one] of kept) if (!isNewer(one, moment)) fewer = kept.delete(name);
    }
    if (fewer) this.#keepSoon();
  }

  /**
   * What is known of a ticket after a list written at `moment`.
   *
   * @param {string} code
   * @param {string} hash
   * @param {number} moment
   * @returns {BeyondList}
   */
  of(code, hash, moment) {
    /** @template {Happened} One @param {One | undefined} one */
    const newer = (one) => (one && isNewer(one, moment) ? one : null);
    const [own, here, news] = [newer(this.#entries.get(code)), newer(this.#moves.get(code)), newer(this.#changes.get(hash))];
    const moved = movedLast(own, here, news);
    if (own && !(news?.change === "undone" && news.at > own.at)) return { entry: own.verified, changed: false, ...moved };
    if (news?.change === "verified" || news?.change === "returned") {
      return { entry: { verified_at: momentOf(news.at), operator_name: "", gate: null }, changed: false, ...moved };
    }
    // An exit does not change the entry.
    return { entry: null, changed: news !== null && news.change !== "left", ...moved };
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#entries.clear();
    this.#moves.clear();
    this.#changes.clear();
    this.#parties.clear();
  }

  #keepSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#keep();
    }, KEEP_WITHIN_MS);
  }

  async #keep() {
    const sealed = await this.vault.seal?.close(KIND, { entries: [...this.#entries], moves: [...this.#moves], changes: [...this.#changes], parties: this.#parties.asData() });
    if (sealed) await this.store.write("since", { owner: this.vault.owner, sealed });
  }
}

/** @param {Happened} one @param {number} moment */
const isNewer = ({ waits = false, at, answeredAt = at }, moment) => waits || answeredAt >= moment - SLACK_MS;
/** @param {number} at */
const momentOf = (at) => new Date(at).toISOString();

/**
 * The last known movement: out (`left`) or in again (`left` null, `since`); {} without any.
 *
 * @param {Entered | null} own
 * @param {Moved | null} here
 * @param {News | null} news
 */
function movedLast(own, here, news) {
  const told = news?.change === "left" ? { at: news.at, left: { left_at: momentOf(news.at), gate: null } }
    : news?.change === "returned" ? { at: news.at, left: null } : null;
  const came = own && { at: own.at, left: null, first: true };
  // Facts before an undo do not count.
  /** @type {(Moved & { first?: boolean })[]} */
  const known = [told, here, came].filter((one) => one !== null);
  const standing = known.filter((one) => !(news?.change === "undone" && news.at > one.at));
  let last = standing.sort((a, b) => b.at - a.at)[0];
  if (!last) return {};
  // The news is about this device's own action, of which more is known here.
  if (told && last === told && here && Boolean(here.left) === Boolean(told.left)) last = here;
  return { left: last.left, since: last.left || last.first ? null : momentOf(last.at) };
}
