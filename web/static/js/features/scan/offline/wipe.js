// Deletes everything that this device keeps of the hub: the offline store, the settings, and the stored pages.
import { NAME, Store } from "./store.js";
import { waitingOn } from "./queue.js";

const OURS = "venue-hub.";
const LOST = "venue-hub.lost-scans";

/** Returns how many scans were lost, because the hub never got them. */
export async function wipeDevice() {
  const lost = await lostScans();
  // Kept until the hub knows of it, in case this page is closed before.
  localStorage.setItem(LOST, String(lost));
  await deleted(NAME);
  const names = globalThis.caches ? await caches.keys() : [];
  await Promise.all(names.filter((name) => name.startsWith(OURS)).map((name) => caches.delete(name)));
  const workers = (await navigator.serviceWorker?.getRegistrations?.()) ?? [];
  await Promise.all(workers.map((worker) => worker.unregister()));
  for (const key of Object.keys(localStorage)) if (key.startsWith(OURS) && key !== LOST) localStorage.removeItem(key);
  sessionStorage.clear();
  return lost;
}

/** The hub knows what was lost. */
export function wipeReported() {
  localStorage.removeItem(LOST);
}

async function lostScans() {
  const before = Number(localStorage.getItem(LOST) ?? 0);
  const known = await globalThis.indexedDB?.databases?.();
  if (known && !known.some(({ name }) => name === NAME)) return before;
  const store = await Store.open();
  try {
    return before + (await waitingOn(store));
  } finally {
    store.database.close();
  }
}

/** Other tabs close the database when it is to be deleted (store.js). @param {string} name @returns {Promise<void>} */
const deleted = (name) => new Promise((resolve, reject) => {
  const deleting = indexedDB.deleteDatabase(name);
  deleting.onsuccess = () => resolve();
  deleting.onerror = () => reject(deleting.error);
});
