// The scanner as an app of the device: its files are kept for use without a connection, and a button installs it.
import { byId } from "../../lib/elements.js";

const PAGE = "/operator/scan";
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
  // Without it the scanner works all the same, as long as there is a link.
  navigator.serviceWorker?.register("/operator/service_worker.js", { scope: PAGE }).catch(() => {});
}

/** The page kept for reloads names who was signed in. */
export async function forgetPage() {
  const names = globalThis.caches ? await caches.keys() : [];
  await Promise.all(names.map(async (name) => (await caches.open(name)).delete(PAGE, { ignoreVary: true })));
}
