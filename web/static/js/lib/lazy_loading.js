// Modules and style sheets that only a later step needs, fetched with that step. A fetch that fails is tried again after a growing
// pause, and at once when the network or the link to the hub is back. Browsers forget a failed fetch, so the same address is asked.
import { waitBefore } from "./backoff.js";

/** Tries for a step that a person waits for: about three seconds, then the page says that there is no connection. */
const TRIES = 3;
/** How every browser words a module that could not be fetched; a module that throws by itself says something else. */
const NOT_FETCHED = /import/i;

/** Those that pause before another try. @type {Set<() => void>} */
const pauses = new Set();
/** @type {Map<string, Promise<unknown>>} */
const styleSheets = new Map();

/**
 * Loads a module: `loadModule(() => import(...))` with the address as a literal, from which web/pages/page_language.py finds the
 * texts that the page needs.
 *
 * @template T
 * @param {() => Promise<T>} load
 * @param {{ tries?: number }} [options] `tries: Infinity` for a part of the page that nobody waits for
 * @returns {Promise<T>}
 */
export function loadModule(load, { tries = TRIES } = {}) {
  return tryAgain(load, tries, (error) => error instanceof TypeError && NOT_FETCHED.test(error.message));
}

/**
 * Loads `css/<name>.css` once. Its address carries the hash of this file's folder.
 *
 * @param {string} name
 * @param {{ tries?: number }} [options]
 * @returns {Promise<unknown>}
 */
export function loadStyleSheet(name, { tries = TRIES } = {}) {
  const known = styleSheets.get(name);
  if (known) return known;
  const loading = tryAgain(() => linkStyleSheet(name), tries, () => true);
  styleSheets.set(name, loading);
  loading.catch(() => styleSheets.delete(name));
  return loading;
}

/** Ends every pause: the hub can be reached again. */
export function retryLoading() {
  for (const end of [...pauses]) end();
}

/**
 * @template T
 * @param {() => Promise<T>} load
 * @param {number} tries
 * @param {(error: unknown) => boolean} mayPass whether the failure is one that passes
 * @returns {Promise<T>}
 */
async function tryAgain(load, tries, mayPass) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await load();
    } catch (error) {
      if (attempt + 1 >= tries || !mayPass(error)) throw error;
    }
    await pause(waitBefore(attempt) * 1000);
  }
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      pauses.delete(end);
      resolve(undefined);
    };
    const timer = setTimeout(end, ms);
    pauses.add(end);
  });
}

/** @param {string} name */
function linkStyleSheet(name) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../../css/${name}.css`, import.meta.url).href;
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error(name));
    });
    document.head.append(link);
  });
}

addEventListener("online", retryLoading);
