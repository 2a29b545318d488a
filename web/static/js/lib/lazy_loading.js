// Modules and style sheets that are fetched later. A failed fetch is retried after a growing pause, and at once when the
// network or the hub is back. Chromium does not cache a failed fetch, so the address stays the same.
import { waitBefore } from "./backoff.js";
import { loadTexts } from "./i18n.js";

/** About three seconds, for a step that a person waits for. */
const TRIES = 3;
/** In every browser's error for a module that was not fetched. */
const NOT_FETCHED = /import/i;

/** Ends each current pause. @type {Set<() => void>} */
const pauses = new Set();
/** @type {Map<string, Promise<unknown>>} */
const styleSheets = new Map();

/** `loadModule(() => import(...))`, with a literal address: web/pages/page_language.py looks for it. @type {LazyLoading["loadModule"]} */
export function loadModule(load, { tries = TRIES } = {}) {
  return tryAgain(() => loadTexts()?.then(load) ?? load(), tries, (error) => error instanceof TypeError && NOT_FETCHED.test(error.message));
}

/** Loads css/<name>.css once. @type {LazyLoading["loadStyleSheet"]} */
export function loadStyleSheet(name, { tries = TRIES } = {}) {
  const known = styleSheets.get(name);
  if (known) return known;
  const loading = tryAgain(() => linkStyleSheet(name), tries, () => true);
  styleSheets.set(name, loading);
  loading.catch(() => styleSheets.delete(name));
  return loading;
}

/** Ends every pause: the hub is reachable again. */
export function retryLoading() {
  for (const end of [...pauses]) end();
}

/** @type {LazyLoading["tryAgain"]} */
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

/** @type {LazyLoading["linkStyleSheet"]} */
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
