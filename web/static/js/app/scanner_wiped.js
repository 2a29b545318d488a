// The page of a scanner that an administrator has wiped: it deletes what the device keeps, and reports what was lost.
import { byId, h } from "../lib/elements.js";
import { t, tn } from "../lib/i18n.js";
import { call, Trouble } from "../lib/api.js";
import { wipeDevice, wipeReported } from "../features/scan/offline/wipe.js";

const AGAIN_MS = 4_000;

/** @param {number} lost */
async function report(lost) {
  try {
    await call("POST", "/api/devices/wiped", { body: { lost } });
  } catch (error) {
    // A refusal means that the hub knows this scanner no more.
    if (error instanceof Trouble) {
      setTimeout(() => report(lost), AGAIN_MS);
      return;
    }
  }
  wipeReported();
  byId("wipe-said").replaceChildren(h("strong", {}, t("Everything that this scanner kept is deleted.")));
  byId("wipe-said").className = "notice good";
}

async function wipe() {
  const lost = await wipeDevice();
  byId("wipe-lost").textContent = lost
    ? tn("One scan was lost, because it had not been sent.", "{n} scans were lost, because they had not been sent.", lost)
    : t("No scan was lost.");
  byId("wipe-lost").hidden = false;
  await report(lost);
}

wipe();
