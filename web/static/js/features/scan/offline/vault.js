// The keys of what is kept, bound to the sign-in: the hub gives them to the same person only, and they are deleted with the session.
// Without them the list and the queue cannot be read; the queue itself stays until its owner signs in again.
import { call, Refusal } from "../../../lib/api.js";
import { importKeys, Seal } from "./seal.js";
import { asked } from "./store.js";

export class Vault {
  /** `owner`: organisation and login, as the page has it. @param {{ store: Store, owner: string, now: () => number }} parts */
  constructor({ store, owner, now }) {
    this.store = store;
    this.owner = owner;
    this.now = now;
    /** @type {Seal | null} */
    this.seal = null;
  }

  /** With the key this device still has, for a page that opens without a link. Keys of a session that is over are dropped. */
  async unlock() {
    /** @type {KeptRecords["keys"][]} */
    const kept = await this.store.run("keys", "readonly", (keys) => asked(keys.getAll()));
    for (const { owner, until } of kept) {
      if (owner !== this.owner || until <= this.now()) await this.#forget(owner);
    }
    const own = kept.find(({ owner, until }) => owner === this.owner && until > this.now());
    if (own) this.seal ??= new Seal(this.owner, own.keys);
    return this.seal !== null;
  }

  /** Reads the key from the hub. Gives whether there is a key now; throws Trouble where the hub does not answer. */
  async renew() {
    try {
      const { data } = await call("GET", "/api/operator/device-key");
      if (data.owner !== this.owner) return this.seal !== null;
      const keys = await importKeys(data.keys);
      await this.store.write("keys", { owner: data.owner, keys, until: Date.parse(data.expires_at) });
      this.seal = new Seal(data.owner, keys);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      await this.lock();
    }
    return this.seal !== null;
  }

  /** The session is over: nothing kept here can be read any more, and the lists are deleted. */
  async lock() {
    this.seal = null;
    await this.#forget(this.owner);
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
