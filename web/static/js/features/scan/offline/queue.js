// The queue of unsent scans, in order. A scan leaves it only when the hub has answered it.
import { asked } from "./store.js";

const KIND = "scan";
const PAGE = 250;

export class Queue {
  /** @param {{ store: Store, vault: Vault }} parts */
  constructor({ store, vault }) {
    this.store = store;
    this.vault = vault;
    this.length = 0;
  }

  /** Stores a scan and returns its place. @param {QueuedScan} scan */
  async add(scan) {
    return this.#put({ scan_id: scan.scan_id }, scan);
  }

  /**
   * Replaces a check by its entry. If the check was sent meanwhile, the entry is added.
   *
   * @param {number} seq
   * @param {QueuedScan} scan
   */
  async replace(seq, scan) {
    return this.#put({ seq, scan_id: scan.scan_id }, scan);
  }

  /** The first scans, up to `most`. Scans that cannot be opened stay and delay nothing. @returns {Promise<QueuedAt[]>} */
  async first(most = Infinity) {
    /** @type {QueuedAt[]} */
    const found = [];
    let after = 0;
    while (found.length < most) {
      const range = IDBKeyRange.lowerBound(after, true);
      /** @type {KeptRecords["queue"][]} */
      const records = await this.store.run("queue", "readonly", (queue) => asked(queue.getAll(range, PAGE)));
      if (!records.length) break;
      after = records[records.length - 1].seq;
      const own = records.filter(({ owner }) => owner === this.vault.owner);
      const opened = await Promise.all(own.map(async ({ seq, rev, sealed }) => ({ seq, rev, scan: await this.vault.seal?.open(KIND, sealed) })));
      found.push(...opened.filter(({ scan }) => scan));
    }
    return found.slice(0, most);
  }

  /**
   * Removes answered scans; one that was replaced meanwhile stays. The conflicts in `found` are stored in the same transaction.
   *
   * @param {QueuedAt[]} sent
   * @param {OwnConflict[]} found
   */
  async settle(sent, found = []) {
    const sealed = await Promise.all(found.map(async (conflict) => ({ owner: this.vault.owner, sealed: await this.#close("conflict", conflict) })));
    await this.store.run(["queue", "conflicts"], "readwrite", async (queue, conflicts) => {
      for (const { seq, rev } of sent) {
        const record = await asked(queue.get(seq));
        if (record?.rev === rev) queue.delete(seq);
      }
      for (const record of sealed) conflicts.put(record);
    });
    await this.count();
  }

  async count() {
    this.length = await this.store.run("queue", "readonly", (queue) => asked(queue.index("owner").count(this.vault.owner)));
    return this.length;
  }

  /** The conflicts that this operator has not dismissed yet. @returns {Promise<KeptConflict[]>} */
  async conflicts() {
    /** @type {KeptRecords["conflicts"][]} */
    const records = await this.store.run("conflicts", "readonly", (conflicts) => asked(conflicts.index("owner").getAll(this.vault.owner)));
    const opened = await Promise.all(records.map(async ({ seq, sealed }) => ({ seq, ...(await this.vault.seal?.open("conflict", sealed)) })));
    return opened.filter(({ scan_id }) => scan_id);
  }

  /** @param {number} seq */
  putAway(seq) {
    return this.store.remove("conflicts", seq);
  }

  /** @param {{ seq?: number, scan_id: string }} place @param {QueuedScan} scan */
  async #put(place, scan) {
    const record = { ...place, owner: this.vault.owner, rev: crypto.randomUUID(), sealed: await this.#close(KIND, scan) };
    const seq = Number(await this.store.write("queue", record));
    await this.count();
    return seq;
  }

  /** @param {string} kind @param {unknown} value */
  #close(kind, value) {
    if (!this.vault.seal) throw new Error("no key to seal with");
    return this.vault.seal.close(kind, value);
  }
}

/** Counts all operators' queued scans on this device, without reading them. @param {Store} store */
export function waitingOn(store) {
  return store.run("queue", "readonly", (queue) => asked(queue.count()));
}
