// The page of a booking: the hub renders it; this script keeps it current and shows the code large.
import { byId, first, targetOf } from "../lib/elements.js";
import { t } from "../lib/i18n.js";
import { followHubClock } from "../lib/dates.js";
import { fetchPage, keepLooking } from "../lib/fresh_page.js";
import { enhanceSteppers, sendOnce } from "../features/booking/stepper.js";
import { showAtDoor } from "../features/reserve/passes.js";

const LOOK_EVERY_MS = 15_000;
const root = byId("booking");
followHubClock(root.dataset.now);

const part = () => byId("booking-part");

function enhance() {
  enhanceSteppers(part());
  for (const form of part().querySelectorAll("form")) sendOnce(form);
}

/** Replaces the page's content with the hub's current one, unless a form is on its way. */
async function bringUpToDate() {
  if (part().querySelector("[data-sent]")) return;
  const page = await fetchPage();
  followHubClock(first(page, "#booking").dataset.now);
  const fresh = first(page, "#booking-part");
  if (fresh.dataset.version === part().dataset.version || part().querySelector("[data-sent]")) return;
  const held = part().contains(document.activeElement);
  const turned = fresh.dataset.standing !== part().dataset.standing;
  part().replaceWith(document.adoptNode(fresh));
  enhance();
  if (turned) byId("refusal")?.remove();
  if (held || turned) byId("booking-title").focus({ preventScroll: true });
}

root.addEventListener("click", (event) => {
  if (!targetOf(event).closest("[data-action=large]")) return;
  const picture = /** @type {HTMLImageElement} */ (first(part(), ".qr"));
  showAtDoor(picture.src, first(part(), ".code").textContent ?? "", t("QR code of your booking"));
});

enhance();
const look = keepLooking(bringUpToDate, LOOK_EVERY_MS);
// Tests wait for this.
root.dataset.ready = "true";
export { look };
