// The reservation page: the hub renders it; this script updates it and moves or cancels the reservation.
import { byId, first, targetOf } from "../lib/elements.js";
import { t } from "../lib/i18n.js";
import { fetchPage, keepLooking } from "../lib/fresh_page.js";
import { followHubClock } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";
import { Canceller } from "../features/reservation/canceller.js";
import { Mover } from "../features/reservation/mover.js";
import { enhancePasses } from "../features/reservation/passes.js";

const LOOK_EVERY_MS = 20_000;
const root = byId("visit");
const { token } = root.dataset;
followHubClock(root.dataset.now);

const part = () => byId("visit-part");
/** In a header, because addresses are logged and the token opens the reservation. */
const headers = { "X-Reservation-Token": token ?? "" };

const mover = byId("mover") && new Mover({ headers, part, onDone: (words) => changedHere(words), onStale: (words) => goneStale(words) });
const canceller = byId("canceller") && new Canceller({ headers, onDone: (words) => changedHere(words), onStale: (words) => goneStale(words) });

/** Replaces the page's content with the hub's current one; returns whether it differs. */
async function bringUpToDate() {
  const page = await fetchPage();
  followHubClock(first(page, "#visit").dataset.now);
  const fresh = first(page, "#visit-part");
  if (fresh.dataset.version === part().dataset.version) return false;
  // A change that is newly possible needs forms that this page lacks.
  if (page.getElementById("mover") && !mover) location.reload();
  const held = part().contains(document.activeElement);
  fresh.hidden = part().hidden;
  part().replaceWith(document.adoptNode(fresh));
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-which]"))) {
    const now = page.querySelector(`[data-which="${place.dataset.which}"]`);
    if (now) place.replaceWith(document.adoptNode(now));
    else place.replaceChildren();
  }
  const still = page.getElementById("mover");
  if (still) byId("mover").dataset.reservation = still.dataset.reservation;
  else {
    mover?.close({ focus: false });
    canceller?.close();
  }
  enhancePasses(part());
  if (held) byId("visit-title").focus();
  return true;
}

/** After a refusal of an outdated page: updates the page and shows the reason above it. @param {Notice} words */
async function goneStale(words) {
  mover?.close({ focus: false });
  canceller?.close();
  await bringUpToDate().catch(() => {});
  showNotice(byId("visit-news"), words);
  byId("visit-title").focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "smooth" });
}

/** After a change on this page: updates the page and confirms the change. @param {Notice} words */
async function changedHere(words) {
  try {
    await bringUpToDate();
  } catch {
    location.reload();
    return;
  }
  showNotice(byId("visit-news"), words, { kind: "good" });
  byId("visit-title").focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "smooth" });
}

const look = keepLooking(async () => {
  if (mover?.busy || canceller?.busy) return;
  if (await bringUpToDate()) {
    showNotice(byId("visit-news"), { title: t("Your visit has changed."), next: t("It was changed by the venue or on another device. This page shows how it is now.") }, { kind: "warn" });
  }
}, LOOK_EVERY_MS);

root.addEventListener("click", (event) => {
  const action = /** @type {HTMLElement | null} */ (targetOf(event).closest("button[data-action]"))?.dataset.action;
  if (action === "move") {
    clearNotice(byId("visit-news"));
    mover.open();
  } else if (action === "cancel") {
    clearNotice(byId("visit-news"));
    canceller.open();
  } else if (action === "print") print();
});

enhancePasses(part());
// Tests wait for this.
root.dataset.ready = "true";
export { look };
