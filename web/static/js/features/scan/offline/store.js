// The device's storage in IndexedDB: what an offline scanner needs and records. The content is encrypted (seal.js);
// only owner and order are readable.
export const NAME = "venue-hub.offline";
const VERSION = 1;

/**
 * A promise for one IndexedDB request.
 *
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export class Store {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
  }

  static async open(name = NAME) {
    const opening = indexedDB.open(name, VERSION);
    opening.onupgradeneeded = () => {
      const database = opening.result;
      database.createObjectStore("keys", { keyPath: "owner" });
      database.createObjectStore("lists", { keyPath: ["owner", "date"] });
      database.createObjectStore("since", { keyPath: "owner" });
      for (const kind of ["queue", "conflicts"]) {
        database.createObjectStore(kind, { keyPath: "seq", autoIncrement: true }).createIndex("owner", "owner");
      }
    };
    const store = new Store(await asked(opening));
    // Closes, so that a newer page in another tab can upgrade the stores.
    store.database.onversionchange = () => store.database.close();
    return store;
  }

  /**
   * Runs `work(stores...)` in one transaction, all or nothing, which is on the disk before this resolves.
   *
   * @template T
   * @param {StoreName | StoreName[]} names
   * @param {IDBTransactionMode} mode
   * @param {(...stores: IDBObjectStore[]) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async run(names, mode, work) {
    const transaction = this.database.transaction(names, mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
    // If the work fails, its error is thrown, not the transaction's.
    done.catch(() => {});
    const result = await Promise.race([work(...[names].flat().map((name) => transaction.objectStore(name))), done.then(() => undefined)]);
    await done;
    return /** @type {T} */ (result);
  }

  /** @template {StoreName} Name @param {Name} name @param {IDBValidKey} key @returns {Promise<KeptRecords[Name] | undefined>} */
  read(name, key) {
    return this.run(name, "readonly", (store) => asked(store.get(key)));
  }

  /** @template {StoreName} Name @param {Name} name @param {Partial<KeptRecords[Name]>} record */
  write(name, record) {
    return this.run(name, "readwrite", (store) => asked(store.put(record)));
  }

  /** @param {StoreName} name @param {IDBValidKey | IDBKeyRange} key */
  remove(name, key) {
    return this.run(name, "readwrite", (store) => asked(store.delete(key)));
  }
}
