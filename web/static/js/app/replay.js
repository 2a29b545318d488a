// The replay page: plays a day's log on the control room's board, forwards and back, at a chosen speed.
import { byId, targetOf } from "../lib/elements.js";
import { t, tn } from "../lib/i18n.js";
import { BoardView } from "../features/control_room/board_view.js";
import { FiguresView } from "../features/control_room/figures_view.js";
import { ReplayDay } from "../models/replay_day.js";
import { readLines } from "../lib/json_lines.js";
import { longDay, momentAt, nowAt } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The play begins this long before the first scan and ends this long after the last. */
const LEAD_MS = 5 * MINUTE_MS;
const { venue, timezone, today } = byId("control").dataset;
const view = new BoardView();
const figuresView = new FiguresView();
const [play, place, speed] = [byId("play"), byId("place"), byId("speed")];
/** @type {string | null} */
let day = null;
/** @type {ReplayDay | null} */
let replay = null;
/** @type {AbortController | null} */
let loading = null;
let at = 0;
let playing = false;
let ticked = 0;

/** @param {string} date */
async function load(date, { remember = true } = {}) {
  loading?.abort();
  const mine = (loading = new AbortController());
  stop();
  [day, replay] = [date, null];
  byId("day").value = date;
  byId("day-name").textContent = t("Replay of {day}", { day: longDay(date) });
  if (remember) history.pushState(null, "", `?date=${date}`);
  play.disabled = place.disabled = true;
  byId("loaded").textContent = t("Loading");
  view.waiting();
  figuresView.waiting();
  clearNotice(byId("board-answer"));
  try {
    const response = await fetch(`/api/replay?venue_id=${venue}&date=${date}`, { signal: mine.signal, credentials: "same-origin" });
    if (response.status === 401 || response.status === 403) {
      location.assign(`/operator/login?next=/manager/replay&ended=1`);
      return;
    }
    if (!response.ok) throw new Error((await response.json()).error?.message);
    await readLines(response, take);
    if (mine === loading && !(/** @type {ReplayDay | null} */ (replay)?.complete)) throw new Error();
  } catch (error) {
    if (mine !== loading || !(error instanceof Error) || error.name === "AbortError") return;
    byId("loaded").textContent = "";
    showNotice(byId("board-answer"), { title: error.message || t("No connection. Please try again."), next: "" }, { kind: "warn" });
  }
}

/** @param {ReplayHead | ReplayRow | { end: true }} line */
function take(line) {
  if (Array.isArray(line)) replay?.push(line);
  else if ("columns" in line) replay = new ReplayDay(line);
  else loaded();
}

function loaded() {
  if (!replay) return;
  replay.complete = true;
  const { first, last, events } = replay;
  byId("loaded").textContent = tn("One event", "{n} events", events.length);
  // The replay of today ends now.
  const end = Math.min(replay.length, Math.max(last ?? 0, Date.now() - replay.startsAt));
  const [from, to] = first === null || last === null ? [0, end] : [Math.max(0, first - LEAD_MS), Math.min(end, last + LEAD_MS)];
  place.min = String(Math.floor(from / MINUTE_MS));
  place.max = String(Math.ceil(to / MINUTE_MS));
  play.disabled = place.disabled = first === null;
  go(first === null ? 0 : Number(place.min) * MINUTE_MS, { anew: true });
}

/** @param {number} moment */
function go(moment, { anew = false } = {}) {
  if (!replay) return;
  at = moment;
  const changed = replay.seek(at);
  const minute = Math.floor(at / MINUTE_MS);
  const now = replay.startsAt + at;
  const words = momentAt(now, timezone);
  if (anew || changed || Number(place.value) !== minute) {
    view.show(replay.counts, nowAt(timezone, new Date(now)));
    figuresView.show(replay.figures, { slots: replay.counts.inOrder(), zone: timezone, now, today: true, inside: replay.counts.totals.exited > 0 });
  }
  place.value = String(minute);
  place.setAttribute("aria-valuetext", words);
  byId("player-clock").textContent = words;
}

/** @param {number} stamp */
function step(stamp) {
  if (!playing) return;
  // A hidden page gets no frames: that time is left out.
  const passed = Math.min(250, stamp - ticked);
  if (passed >= 90) {
    ticked = stamp;
    const end = Number(place.max) * MINUTE_MS;
    go(Math.min(end, at + passed * Number(speed.value)));
    if (at >= end) stop();
  }
  requestAnimationFrame(step);
}

function start() {
  if (at >= Number(place.max) * MINUTE_MS) go(Number(place.min) * MINUTE_MS, { anew: true });
  playing = true;
  play.textContent = t("Pause");
  ticked = performance.now();
  requestAnimationFrame(step);
}

function stop() {
  playing = false;
  play.textContent = t("Play");
}

/** @param {number} days */
const shift = (days) => load(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10));

play.addEventListener("click", () => (playing ? stop() : start()));
place.addEventListener("input", () => replay && go(Number(place.value) * MINUTE_MS, { anew: true }));
byId("day-before").addEventListener("click", () => shift(-1));
byId("day-after").addEventListener("click", () => shift(1));
byId("day").addEventListener("change", (event) => targetOf(event).value && load(targetOf(event).value));
const requestedDate = () => new URLSearchParams(location.search).get("date") ?? today ?? "";
addEventListener("popstate", () => load(requestedDate(), { remember: false }));
load(requestedDate(), { remember: false });
