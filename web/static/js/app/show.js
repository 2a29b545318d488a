// The page of a show: keeps the places left current, and the list of performances when it changes.
import { byId, first, icon } from "../lib/elements.js";
import { t } from "../lib/i18n.js";
import { AvailabilitySocket } from "../lib/availability_socket.js";
import { followHubClock, hubNow } from "../lib/dates.js";
import { fetchPage, keepLooking } from "../lib/fresh_page.js";
import { performanceStanding } from "../models/performance.js";
import { PLACE_MARKS, placesLeft, placeWords } from "../words/places.js";

const LOOK_EVERY_MS = 60_000;
const root = byId("show");
followHubClock(root.dataset.now);

/** @returns {HTMLElement[]} */
const months = () => [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".month"))];

/** Shows the places of one performance. Returns false for what only the hub can put into words. @param {Slot} slot */
function showPlaces(slot) {
  const row = /** @type {HTMLElement | null} */ (root.querySelector(`[data-performance="${slot.id}"]`));
  if (!row) return false;
  const before = row.dataset.standing ?? "";
  const standing = performanceStanding(before, slot);
  if (standing === null) return (slot.status === "CLOSED") === ["closed", "cancelled"].includes(before);
  if (before !== standing) {
    row.dataset.standing = standing;
    row.classList.replace(before, standing);
    const places = first(row, ".places");
    places.className = `places ${standing}`;
    places.replaceChildren(icon(PLACE_MARKS[standing]), placeWords(standing));
    first(row, "[data-book]").hidden = standing === "full";
  }
  const left = placesLeft(standing, slot.available_count);
  const words = first(row, "[data-left]");
  if (words.textContent !== left) words.textContent = left;
  return true;
}

/** Replaces the list if the hub has another one. */
async function bringUpToDate() {
  const page = await fetchPage(location.pathname + location.search);
  const fresh = page.getElementById("show");
  if (!fresh) {
    location.reload();
    return;
  }
  followHubClock(fresh.dataset.now);
  const list = page.getElementById("months");
  if (!list || fresh.dataset.version === root.dataset.version) return;
  root.dataset.version = fresh.dataset.version;
  byId("months").replaceWith(document.adoptNode(list));
  followSeenMonth();
}

const state = byId("link-state");
const socket =
  state &&
  new AvailabilitySocket({
    whose: { show: root.dataset.show },
    onSlots: (slots, whole, month) => {
      const shown = months().find((one) => one.dataset.month === month);
      const strange = slots.filter((slot) => !showPlaces(slot) && Date.parse(slot.ends_at) > +hubNow()).length;
      const gone = whole && shown ? shown.querySelectorAll("[data-performance]").length > slots.length : false;
      if (strange || gone) look();
    },
    onState: (name) => {
      state.hidden = false;
      state.dataset.state = name === "live" ? "live" : "reconnecting";
      state.textContent = name === "live" ? t("Live") : t("Reconnecting");
    },
  });

/** The socket follows one month: the one that is on the screen. */
const seen = new IntersectionObserver((entries) => {
  const entry = entries.find((one) => one.isIntersecting);
  const month = entry && /** @type {HTMLElement} */ (entry.target).dataset.month;
  if (month) socket?.watch(month);
}, { rootMargin: "-30% 0px -30% 0px" });

function followSeenMonth() {
  seen.disconnect();
  for (const month of months()) seen.observe(month);
}

const look = keepLooking(bringUpToDate, LOOK_EVERY_MS);
if (socket && months().length) {
  socket.watch(months()[0].dataset.month ?? "");
  followSeenMonth();
}
// Tests wait for this.
root.dataset.ready = "true";
