// The views of the control room: the address names the shown one, so that it can be bookmarked and shared.
// Each panel is a script, fetched after the page with retries, and drawn into its place by
// `open<Name>(place, socket, context)`. Add a panel here.
import { byId, h, targetOf } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { loadModule } from "../../lib/lazy_loading.js";
import { number } from "../../lib/dates.js";

const ENDLESS = { tries: Infinity };
/** @type {Record<string, () => Promise<(place: HTMLElement, socket: VenueSocket, context: PanelContext) => unknown>>} */
const PANELS = {
  feed: async () => (await loadModule(() => import("./feed.js"), ENDLESS)).openFeed,
  devices: async () => (await loadModule(() => import("./devices.js"), ENDLESS)).openDevices,
  alerts: async () => (await loadModule(() => import("./alerts.js"), ENDLESS)).openAlerts,
  rooms: async () => (await loadModule(() => import("./waiting_rooms.js"), ENDLESS)).openWaitingRooms,
  conflicts: async () => (await loadModule(() => import("../conflicts/open_conflicts.js"), ENDLESS)).openConflicts,
  disputes: async () => (await loadModule(() => import("../disputes/open_disputes.js"), ENDLESS)).openDisputes,
};

const control = byId("control");
const links = [...byId("views").querySelectorAll("a")];

function show() {
  const requested = location.hash.slice(1);
  const view = links.some((link) => link.dataset.view === requested) ? requested : "board";
  control.dataset.view = view;
  for (const link of links) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** A panel reports its number of open items by the event `tally` with `{ count }`. @param {Event} event */
function tally(event) {
  const name = targetOf(event).closest("section")?.id;
  /** @type {HTMLElement | null | undefined} */
  const mark = links.find((link) => link.dataset.view === name)?.querySelector(".tally");
  if (!mark) return;
  const { count } = /** @type {CustomEvent<{ count: number }>} */ (event).detail;
  mark.hidden = !count;
  mark.replaceChildren(number(count), h("span", { class: "unseen" }, ` ${t("waiting")}`));
}

/** @param {VenueSocket} socket @param {PanelContext} context */
export function openViews(socket, context) {
  addEventListener("hashchange", () => {
    show();
    scrollTo(0, 0);
  });
  control.addEventListener("tally", tally);
  show();
  return Promise.all(
    (control.dataset.panels ?? "").split(" ").filter(Boolean).map(async (name) => {
      const open = await PANELS[name]();
      const place = byId(`${name}-body`) ?? byId(name);
      if (place) open(place, socket, context);
    }),
  );
}
