// The scanner as an installed app: registers the service worker for offline use, and a button installs the app.
import { byId } from "../../lib/elements.js";

const PAGES = ["/operator/scan", "/operator/scan/training"];
/** The browser's offer, kept until the button is pressed. @type {InstallPromptEvent | null} */
let offer = null;

export function makeInstallable() {
  const button = byId("install");
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = /** @type {InstallPromptEvent} */ (event);
    button.hidden = false;
  });
  addEventListener("appinstalled", () => (button.hidden = true));
  button.addEventListener("click", async () => {
    button.hidden = true;
    await offer?.prompt();
    offer = null;
  });
  // Without it the scanner still works while it is connected.
  navigator.serviceWorker?.register("/operator/service_worker.js", { scope: PAGES[0] }).catch(() => {});
}

/** Deletes the stored pages, which name the operator. */
export async function forgetPage() {
  const names = globalThis.caches ? await caches.keys() : [];
  await Promise.all(names.flatMap((name) => PAGES.map(async (path) => (await caches.open(name)).delete(path, { ignoreVary: true }))));
}
