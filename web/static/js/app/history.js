// The scan history page. Its address holds the filters, so that a view can be bookmarked and shared.
import { byId, fieldOf, h, icon } from "../lib/elements.js";
import { t, tn } from "../lib/i18n.js";
import { call, Refusal } from "../lib/api.js";
import { momentAt } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";
import { MODES, modeOf, pageOf, REASONS, reasonOf, RESULTS, SHAPES } from "../words/scans.js";

const PAGE = 100;
const NAMES = ["from", "to", "gate", "operator_id", "result", "reason", "mode", "code"];
const { venue, timezone, today } = byId("records").dataset;
const form = byId("filters");
/** @type {string | null} */
let next = null;
let asked = 0;

function question() {
  const filters = new URLSearchParams();
  for (const name of NAMES) {
    const value = fieldOf(form, name).value.trim();
    if (value) filters.set(name, value);
  }
  return filters;
}

function readAddress() {
  const given = new URLSearchParams(location.search);
  for (const name of NAMES) fieldOf(form, name).value = given.get(name) ?? "";
  // A first visit shows today; chosen filters stay, "every day" included.
  if (!NAMES.some((name) => given.has(name)) && !given.has("all")) fieldOf(form, "from").value = fieldOf(form, "to").value = today ?? "";
}

async function show({ remember = true } = {}) {
  const filters = question();
  if (remember) history.pushState(null, "", `?${filters.size ? filters : "all=1"}`);
  byId("export").href = `/api/operators/scan-history?${new URLSearchParams([["format", "csv"], ["venue_id", venue ?? ""], ...filters])}`;
  next = null;
  await load(filters, { fresh: true });
}

/** @param {URLSearchParams} filters @param {{ fresh: boolean }} how */
async function load(filters, { fresh }) {
  const mine = ++asked;
  const query = new URLSearchParams([["limit", String(PAGE)], ["venue_id", venue ?? ""], ...filters, ...(next ? [["before", next]] : [])]);
  byId("frame").setAttribute("aria-busy", "true");
  try {
    const { data } = await call("GET", `/api/operators/scan-history?${query}`);
    if (mine !== asked) return;
    clearNotice(byId("answer"));
    draw(data, fresh);
  } catch (error) {
    if (mine !== asked) return;
    if (error instanceof Refusal && (error.status === 401 || error.status === 403)) {
      location.assign(`/operator/login?next=/manager/history&ended=1`);
      return;
    }
    const title = error instanceof Refusal ? (error.details.errors?.[0]?.message ?? error.message) : t("No connection. Please try again.");
    showNotice(byId("answer"), { title, next: "" }, { kind: "warn" });
  } finally {
    if (mine === asked) byId("frame").removeAttribute("aria-busy");
  }
}

/** @param {Wire.LoggedScanPage} data @param {boolean} fresh */
function draw(data, fresh) {
  const rows = data.scans.map(row);
  if (fresh) byId("rows").replaceChildren(...rows);
  else byId("rows").append(...rows);
  next = data.next;
  const shown = byId("rows").childElementCount;
  byId("frame").hidden = shown === 0;
  byId("nothing").hidden = shown > 0;
  byId("older").hidden = next === null;
  // A venue without shows has no column for them.
  byId("frame").classList.toggle("plays", [...byId("rows").querySelectorAll(".play")].some((cell) => cell.textContent !== ""));
  byId("spoken").textContent = next ? tn("One scan shown, there are more", "{n} scans shown, there are more", shown) : tn("One scan shown", "{n} scans shown", shown);
}

/** @param {Wire.LoggedScan} scan */
function row(scan) {
  const at = momentAt(scan.happened_at, timezone, { seconds: true, day: true });
  const people = scan.people > 1 ? tn("one person", "{n} people", scan.people) : null;
  const note = [people, scan.undone ? t("undone") : scan.note].filter(Boolean).join(" · ");
  return h("tr", { class: scan.result, "data-scan": scan.scan_id },
    h("td", {}, h("time", { datetime: scan.happened_at }, at)),
    h("td", {}, h("span", { class: "verdict-mark" }, icon(SHAPES[scan.result] ?? "clock"), h("span", { class: "unseen" }, `${RESULTS[scan.result]}: `), reasonOf(scan.reason))),
    h("td", { class: "code" }, scan.ticket_id ? h("a", { href: pageOf(scan) }, scan.ticket_code) : scan.ticket_code),
    h("td", { class: "play", translate: "no" }, scan.show ?? ""),
    h("td", { translate: "no" }, scan.gate ?? "–"),
    h("td", { translate: "no" }, scan.operator_name ?? `#${scan.operator_id}`),
    h("td", {}, modeOf(scan.mode)),
    h("td", { class: "note" }, note),
  );
}

for (const [reason, words] of Object.entries(REASONS)) byId("reason").append(h("option", { value: reason }, words));
for (const [mode, words] of Object.entries(MODES)) byId("mode").append(h("option", { value: mode }, words));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
byId("clear").addEventListener("click", () => {
  for (const name of NAMES) fieldOf(form, name).value = "";
  show();
});
byId("older").addEventListener("click", () => load(question(), { fresh: false }));
addEventListener("popstate", () => {
  readAddress();
  show({ remember: false });
});
readAddress();
show({ remember: false });
