// What has happened since the day's list was written: entries of this device, and what the hub told of others. Kept sealed, so
// that a reload without a link does not forget who is in.
const KIND = "since";
// The list may be read a moment before it says so, and a change told a moment after it was made.
const SLACK_MS = 3_000;
const KEEP_WITHIN_MS = 500;

export class SinceList {
  #entries = new Map();
  #changes = new Map();
  #timer = null;

  constructor({ store, vault, now }) {
    Object.assign(this, { store, vault, now });
  }

  async load() {
    const record = await this.store.read("since", this.vault.owner);
    const kept = record && (await this.vault.seal?.open(KIND, record.sealed));
    for (const [code, entry] of kept?.entries ?? []) if (!this.#entries.has(code)) this.#entries.set(code, entry);
    for (const [hash, change] of kept?.changes ?? []) if (!this.#changes.has(hash)) this.#changes.set(hash, change);
  }

  /** Somebody was let in here. `waits`: the hub does not know yet. */
  entered(code, verified, waits) {
    this.#entries.set(code, { verified, waits, left: false, at: this.now() });
    this.#keepSoon();
  }

  /** The hub has answered for these entries; the next list has them, or has not. */
  settled(codes) {
    for (const code of codes) {
      const entry = this.#entries.get(code);
      if (entry) this.#entries.set(code, { ...entry, waits: false, at: this.now() });
    }
    this.#keepSoon();
  }

  /** An entry of this device was taken back. */
  undone(code) {
    this.#entries.delete(code);
    this.#keepSoon();
  }

  /** News of the hub: SHA-256 names of tickets, and what has happened to them. */
  heard({ hashes, change }) {
    for (const hash of hashes ?? []) this.#changes.set(hash, { change, at: this.now() });
    this.#keepSoon();
  }

  /** The list that is kept on the device was written at `moment`: it knows all that was before. */
  listed(moment) {
    const before = this.#entries.size + this.#changes.size;
    for (const [code, entry] of this.#entries) if (!isNewer(entry, moment)) this.#entries.delete(code);
    for (const [hash, news] of this.#changes) if (!isNewer(news, moment)) this.#changes.delete(hash);
    if (this.#entries.size + this.#changes.size < before) this.#keepSoon();
  }

  /** Somebody left here, whether their entry is known or not. */
  left(code) {
    const known = this.#entries.get(code) ?? { verified: null, waits: true };
    this.#entries.set(code, { ...known, left: true, at: this.now() });
    this.#keepSoon();
  }

  /** What is known of a ticket beyond a list that was written at `moment`: {entry, left, changed}. */
  of(code, hash, moment) {
    const [own, news] = [this.#entries.get(code), this.#changes.get(hash)].map((one) => (one && isNewer(one, moment) ? one : null));
    const left = Boolean(own?.left) || news?.change === "left";
    if (own?.verified && !(news?.change === "undone" && news.at > own.at)) return { entry: own.verified, left, changed: false };
    if (news?.change === "verified") {
      return { entry: { verified_at: new Date(news.at).toISOString(), operator_name: "", gate: null }, left, changed: false };
    }
    // Going out and in again changes nothing about the entry.
    return { entry: null, left, changed: Boolean(news) && news.change !== "left" && news.change !== "returned" };
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#entries.clear();
    this.#changes.clear();
  }

  #keepSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#keep();
    }, KEEP_WITHIN_MS);
  }

  async #keep() {
    const sealed = await this.vault.seal?.close(KIND, { entries: [...this.#entries], changes: [...this.#changes] });
    if (sealed) await this.store.write("since", { owner: this.vault.owner, sealed });
  }
}

const isNewer = ({ waits = false, at }, moment) => waits || at >= moment - SLACK_MS;
