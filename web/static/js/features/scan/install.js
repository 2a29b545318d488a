// The scanner as an app of the device: its files kept for a gate without a link, and a button where the browser offers to install.
import { byId } from "../../lib/elements.js";

const PAGE = "/operator/scan";
/** What the browser holds until the button is pressed. @type {any} */
let offer = null;

export function makeInstallable() {
  const button = byId("install");
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
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
