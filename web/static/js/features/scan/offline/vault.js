// The keys of the stored data, bound to the sign-in: the hub gives them only to the same person, and they are deleted
// with the session. Without them list and queue are unreadable; the queue stays until its owner signs in again.
import { call, Refusal } from "../../../lib/api.js";
import { importKeys, Seal } from "./seal.js";
import { asked } from "./store.js";

// The key is asked for again this often while there is contact; on an enrolled scanner it ends some hours after the last time.
const RENEW_MS = 10 * 60_000;

export class Vault {
  /** @type {number | undefined} */
  #timer;

  /**
   * `owner`: organisation and login, from the page. `live()`: whether the hub can be asked. `onEnd()` when the key has ended.
   *
   * @param {{ store: Store, owner: string, now: () => number, live: () => boolean, onEnd: () => void }} parts
   */
  constructor({ store, owner, now, live, onEnd }) {
    this.store = store;
    this.owner = owner;
    this.now = now;
    this.live = live;
    this.onEnd = onEnd;
    /** @type {Seal | null} */
    this.seal = null;
  }

  /** Loads the stored key, for a page that opens offline. Keys of ended sessions are deleted. */
  async unlock() {
    /** @type {KeptRecords["keys"][]} */
    const kept = await this.store.run("keys", "readonly", (keys) => asked(keys.getAll()));
    for (const { owner, until } of kept) {
      if (owner !== this.owner || until <= this.now()) await this.#forget(owner);
    }
    const own = kept.find(({ owner, until }) => owner === this.owner && until > this.now());
    if (own) {
      this.seal ??= new Seal(this.owner, own.keys);
      this.#watch(own.until);
    }
    return this.seal !== null;
  }

  /** Reads the key from the hub. Returns whether there is a key; throws Trouble if the hub does not answer. */
  async renew() {
    try {
      const { data } = await call("GET", "/api/operator/device-key");
      if (data.owner !== this.owner) return this.seal !== null;
      const keys = await importKeys(data.keys);
      const until = Date.parse(data.expires_at);
      await this.store.write("keys", { owner: data.owner, keys, until });
      this.seal = new Seal(data.owner, keys);
      this.#watch(until);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      await this.lock();
    }
    return this.seal !== null;
  }

  /** Ends the session: deletes keys and lists, so that nothing stored is readable. */
  async lock() {
    clearTimeout(this.#timer);
    this.seal = null;
    await this.#forget(this.owner);
  }

  /** Renews the key while there is contact, and ends it at its time. @param {number} until */
  #watch(until) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      if (until <= this.now()) {
        await this.lock();
        this.onEnd();
        return;
      }
      this.#watch(until);
      if (this.live()) await this.renew().catch(() => {});
    }, Math.min(RENEW_MS, Math.max(until - this.now(), 1_000)));
  }

  /** @param {string} owner */
  #forget(owner) {
    return this.store.run(["keys", "lists", "since"], "readwrite", async (keys, lists, since) => {
      keys.delete(owner);
      since.delete(owner);
      lists.delete(IDBKeyRange.bound([owner, ""], [owner, "\uffff"]));
    });
  }
}
