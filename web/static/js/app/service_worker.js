// Stores the scanner's page and files on the device, so that it opens offline. The hub writes SHELL above this text: the
// files' version and addresses. The hub's answers are never stored: each decision is made when it is asked for.
const PAGES = ["/operator/scan", "/operator/scan/training"];
const NAME = `venue-hub.scanner.${SHELL.version}`;
// A gate's network is more often slow than lost.
const PATIENCE_MS = 4_000;

/**
 * @param {"install" | "activate" | "fetch"} name
 * @param {(event: WorkerEvent) => void} handle
 */
const on = (name, handle) => addEventListener(name, (event) => handle(/** @type {WorkerEvent} */ (event)));

on("install", (event) => event.waitUntil(fill().then(() => skipWaiting())));
on("activate", (event) => event.waitUntil(forgetOlder().then(() => clients.claim())));
on("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.includes(pathname)) event.respondWith(page(request, pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function fill() {
  const cache = await caches.open(NAME);
  await cache.addAll(SHELL.files);
  // Without a session there is no page to store yet.
  for (const path of PAGES) {
    const response = await fetch(path, { redirect: "manual", credentials: "same-origin" });
    if (response.ok) await cache.put(path, response);
  }
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("venue-hub.scanner.") && name !== NAME).map((name) => caches.delete(name)));
}

/**
 * The hub's page if it answers in time, else the stored one.
 *
 * @param {Request} request
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function page(request, path) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(path, { ignoreVary: true });
  const fresh = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(path, response.clone());
    // The hub wants a sign-in: the earlier login's page is deleted.
    else if (response.type === "opaqueredirect") await cache.delete(path);
    return response.status >= 500 && kept ? kept : response;
  });
  if (!kept) return fresh;
  /** @type {Promise<Response>} */
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([fresh.catch(() => kept), late]);
}

/** @param {Request} request */
async function file(request) {
  const cache = await caches.open(NAME);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}
