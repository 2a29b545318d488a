// Keeps the scanner's page and its files on the device, so that it opens without a link. The hub writes SHELL before this
// text: the version of the files and their addresses. Answers of the hub are never kept: what is judged is judged now.
const PAGE = "/operator/scan";
const NAME = `venue-hub.scanner.${SHELL.version}`;
// A gate's network is more often slow than gone.
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
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function fill() {
  const cache = await caches.open(NAME);
  await cache.addAll(SHELL.files);
  // The page itself names these very files; without a session there is none to keep yet.
  const response = await fetch(PAGE, { redirect: "manual", credentials: "same-origin" });
  if (response.ok) await cache.put(PAGE, response);
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("venue-hub.scanner.") && name !== NAME).map((name) => caches.delete(name)));
}

/**
 * The hub's own page whenever the hub answers in time, else the one kept.
 *
 * @param {Request} request
 * @returns {Promise<Response>}
 */
async function page(request) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(PAGE, { ignoreVary: true });
  const fresh = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(PAGE, response.clone());
    // The hub wants a sign-in first: the page of the earlier login is deleted.
    else if (response.type === "opaqueredirect") await cache.delete(PAGE);
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
