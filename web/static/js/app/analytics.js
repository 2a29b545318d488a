// The analytics page (/manager/analytics): reads a range of days and shows rates, charts, times and tables.
import { byId, fieldOf, h } from "../lib/elements.js";
import { t, tn } from "../lib/i18n.js";
import { ChecksChart, placeOf, SharesChart, VisitsChart } from "../features/analytics/day_charts.js";
import { openerOf, share, showTiles } from "../features/analytics/parts.js";
import { PeopleView } from "../features/analytics/people_view.js";
import { PortalView } from "../features/analytics/portal_view.js";
import { percent, showReasons } from "../features/control_room/figures_view.js";
import { call, Refusal } from "../lib/api.js";
import { clock, longDay, number, shortDay, span } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";

const DAY_MS = 86_400_000;
const { venue, today, timezone } = byId("figures").dataset;
const form = byId("filters");
const visits = new VisitsChart(byId("visits-chart"), byId("visits-told"));
const checks = new ChecksChart(byId("checks-chart"), byId("checks-told"));
const shares = new SharesChart(byId("shares-chart"), byId("shares-told"));
const portal = new PortalView();
const people = new PeopleView(timezone);
let asked = 0;

/** @param {string} date @param {number} days */
const earlier = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);

async function show({ remember = true } = {}) {
  const mine = ++asked;
  const filters = new URLSearchParams({ from: fieldOf(form, "from").value, to: fieldOf(form, "to").value });
  if (remember) history.pushState(null, "", `?${filters}`);
  const query = new URLSearchParams([["venue_id", venue ?? ""], ...filters]);
  byId("export").href = `/api/analytics?format=csv&${query}`;
  byId("figures").setAttribute("aria-busy", "true");
  try {
    const { data } = await call("GET", `/api/analytics?${query}`);
    if (mine !== asked) return;
    clearNotice(byId("answer"));
    settle(draw(data));
    // One after the other, so that the page of a large venue leaves connections to others.
    const ofPortal = await call("GET", `/api/analytics/portal?${query}`);
    if (mine !== asked) return;
    settle(portal.show(ofPortal.data, String(query)) || !byId("shown").hidden);
    const ofPeople = await call("GET", `/api/analytics/operators?${query}`);
    if (mine !== asked) return;
    settle(people.show(ofPeople.data, String(query)) || !byId("shown").hidden || !byId("portal").hidden);
  } catch (error) {
    if (mine !== asked) return;
    if (error instanceof Refusal && (error.status === 401 || error.status === 403)) {
      location.assign("/operator/login?next=/manager/analytics&ended=1");
      return;
    }
    const title = error instanceof Refusal ? (error.details.errors?.[0]?.message ?? error.message) : t("No connection. Please try again.");
    showNotice(byId("answer"), { title, next: "" }, { kind: "warn" });
  } finally {
    if (mine === asked) byId("figures").removeAttribute("aria-busy");
  }
}

/** Says that there is nothing in these days, or what the figures mean. @param {boolean} some */
function settle(some) {
  byId("nothing").hidden = some;
  byId("meanings").hidden = !some;
}

/** Returns whether there is anything to show. @param {Wire.Analytics} data */
function draw({ total, shows, days }) {
  const empty = !total.capacity && !total.scans && !total.verified && !total.checked;
  byId("shown").hidden = empty;
  if (empty) return false;
  drawRates(total);
  drawCharts(total, days);
  drawTimes(days);
  drawShows(shows);
  showReasons(total.reasons.map(({ scans: count, ...one }) => ({ ...one, count })), total);
  byId("days").replaceChildren(...days.filter((day) => day.capacity || day.scans || day.verified || day.checked).reverse().flatMap(dayRows));
  return true;
}

/** @param {Wire.FiguresWithChecks} total */
function drawRates(total) {
  const rates = [
    [t("Utilisation"), share(total.utilisation), t("{booked} of {capacity} spaces", { booked: number(total.booked), capacity: number(total.capacity) })],
    [t("Arrived"), number(total.verified), total.walk_ins ? tn("one without a reservation", "{n} without a reservation", total.walk_ins) : ""],
    [t("No-shows"), share(total.no_show_rate), total.no_show === null ? t("no slot is over yet") : tn("one person", "{n} people", total.no_show)],
    [t("Rejected"), share(total.rejection), t("{red} of {scans} scans", { red: number(total.red), scans: number(total.scans) })],
    [t("Conversion"), share(total.conversion), t("{booked} of {checked} checked tickets booked", { booked: number(total.converted), checked: number(total.checked) })],
    [t("Show-up rate"), share(total.kept), t("of reservations became visits")],
  ];
  showTiles(byId("rates"), rates);
}

/** @param {Wire.FiguresWithChecks} total @param {Wire.DayFigures[]} days */
function drawCharts(total, days) {
  const at = days.map((day) => placeOf(day.date));
  const common = { now: null, from: at[0] - DAY_MS / 2000, to: at[at.length - 1] + DAY_MS / 2000 };
  /** @typedef {"capacity" | "booked" | "verified" | "checked" | "converted" | "conversion" | "no_show_rate" | "rejection"} Figure */
  /** @param {Figure} name */
  const of = (name) => days.map((day) => day[name]);
  /** @param {Figure} name */
  const hundred = (name) => of(name).map((value) => (value === null ? null : 100 * value));
  const totals = { arrived: number(total.verified), booked: number(total.booked), capacity: number(total.capacity) };
  visits.draw({ ...common, columns: [at, of("capacity"), of("booked"), of("verified")], totals });
  const counts = { booked: number(total.converted), checked: number(total.checked), share: share(total.conversion) };
  checks.draw({ ...common, columns: [at, of("checked"), of("converted")], totals: counts, shares: of("conversion").map(share) });
  /** @param {number | null} value */
  const words = (value) => (value === null ? "–" : share(value / 100));
  const told = { missing: share(total.no_show_rate), rejected: share(total.rejection) };
  shares.draw({ ...common, columns: [at, hundred("no_show_rate"), hundred("rejection")], totals: told, words });
}

/** Sums the slots of one start time over all days. @param {Wire.DayFigures[]} days */
function drawTimes(days) {
  /** @type {Map<string, { capacity: number, booked: number, due: number, missing: number }>} */
  const times = new Map();
  for (const slot of days.flatMap((day) => day.slots)) {
    const sum = times.get(slot.start_time) ?? { capacity: 0, booked: 0, due: 0, missing: 0 };
    sum.capacity += slot.capacity;
    sum.booked += slot.booked;
    if (slot.no_show !== null) {
      sum.due += slot.due;
      sum.missing += slot.no_show;
    }
    times.set(slot.start_time, sum);
  }
  byId("times").replaceChildren(...[...times].sort().map(([start, sum]) => {
    const bar = h("i", { class: "booked" });
    bar.style.setProperty("--part", String(sum.capacity ? sum.booked / sum.capacity : 0));
    return h("tr", {}, h("th", { scope: "row" }, clock(start)),
      h("td", {}, h("div", { class: "full" }, h("div", { class: "meter", "aria-hidden": "true" }, bar), h("span", {}, percent(sum.booked, sum.capacity)))),
      h("td", { class: "number" }, percent(sum.missing, sum.due)));
  }));
}

/** The sums of each show; without shows the card is hidden. @param {Wire.ShowFigures[]} shows */
function drawShows(shows) {
  byId("shows").replaceChildren(...shows.map((one) => h("tr", { "data-show": one.show_id },
    h("th", { scope: "row" }, h("span", { translate: "no" }, one.show), h("small", { class: "soft" }, tn("one performance", "{n} performances", one.performances))),
    ...[number(one.booked), number(one.capacity), share(one.utilisation), number(one.verified),
      one.no_show === null ? "–" : number(one.no_show), share(one.kept), number(one.scans), share(one.rejection)]
      .map((text) => h("td", { class: "number" }, text)))));
  byId("shows-card").hidden = shows.length === 0;
}

/** @param {Wire.SlotFigures & { conversion?: number | null } | Wire.DayFigures} one */
const numbers = (one) => [
  number(one.booked), number(one.capacity), share(one.utilisation), number(one.verified),
  one.no_show === null ? "–" : number(one.no_show), share(one.kept), share(one.conversion), number(one.scans), share(one.rejection),
].map((text) => h("td", { class: "number" }, text));

/** @param {Wire.DayFigures} day */
function dayRows(day) {
  const slots = day.slots.map((slot) => h("tr", { class: "slot-row", hidden: true, "data-slot": slot.slot_id },
    h("th", { scope: "row" }, span(slot.start_time, slot.end_time), slot.show && h("small", { class: "soft", translate: "no" }, slot.is_cancelled ? t("{show}, cancelled", { show: slot.show }) : slot.show)), ...numbers(slot)));
  const opener = openerOf(shortDay(day.date), longDay(day.date), slots);
  const replay = h("a", { href: `/manager/replay?date=${day.date}` }, t("Replay"));
  const report = h("a", { href: `/manager/report?date=${day.date}` }, t("Day report"));
  return [h("tr", { "data-day": day.date }, h("th", { scope: "row" }, slots.length ? opener : shortDay(day.date), " ", h("span", { class: "day-links" }, day.scans ? replay : null, day.scans || day.capacity ? report : null)), ...numbers(day)), ...slots];
}

/** @param {number} days */
function choose(days) {
  fieldOf(form, "to").value = today ?? "";
  fieldOf(form, "from").value = earlier(today ?? "", days - 1);
}

function readAddress() {
  const given = new URLSearchParams(location.search);
  choose(30);
  for (const name of ["from", "to"]) fieldOf(form, name).value = given.get(name) || fieldOf(form, name).value;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-days]"))) {
  button.addEventListener("click", () => {
    choose(Number(button.dataset.days));
    show();
  });
}
addEventListener("popstate", () => {
  readAddress();
  show({ remember: false });
});
readAddress();
show({ remember: false });
