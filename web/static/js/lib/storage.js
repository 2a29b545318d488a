// The browser's two stores, for models, which name no browser API.

/** Stays on the device. */
export const deviceStore = () => localStorage;

/** Ends with the tab. */
export const tabStore = () => sessionStorage;

/** What the store has, and what is written here; nothing is written to the store. @param {Pick<Storage, "getItem">} store */
export function copyInMemory(store) {
  /** @type {Map<string, string>} */
  const written = new Map();
  return {
    getItem: (/** @type {string} */ name) => written.get(name) ?? store.getItem(name),
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => void written.set(name, value),
  };
}
