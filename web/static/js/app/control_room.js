// The control room (/manager): draws the day's counts and figures as they change; opens the panels.
import { byId, targetOf } from "../lib/elements.js";
import { t } from "../lib/i18n.js";
import { retryLoading } from "../lib/lazy_loading.js";
import { LinkState } from "../lib/link_state.js";
import { BoardView } from "../features/control_room/board_view.js";
import { FiguresView } from "../features/control_room/figures_view.js";
import { openMessageTools } from "../features/control_room/message_tools.js";
import { NowView } from "../features/control_room/now_view.js";
import { openSlotTools } from "../features/control_room/slot_tools.js";
import { openViews } from "../features/control_room/views.js";
import { openWall } from "../features/control_room/wall.js";
import { CountBoard } from "../models/count_board.js";
import { runsOn } from "../models/running_day.js";
import { FigureBoard } from "../models/figure_board.js";
import { VenueSocket } from "../lib/socket.js";
import { followHubClock, hubNow, longDay, momentAt, nowAt } from "../lib/dates.js";
import { showNotice } from "../lib/notices.js";

const DAY_MS = 86_400_000;
const linkState = new LinkState(byId("link-state"));
const board = new CountBoard();
/** What plays in the slots of every day shown so far; the event `plays` says that there are more. @type {Map<number, string>} */
const plays = new Map();
const view = new BoardView();
const figures = new FigureBoard();
const figuresView = new FiguresView();
const nowView = new NowView();
/** @type {Venue | null} */
let venue = null;
/** @type {string | null} */
let day = null;
let followsToday = true;
/** @type {(() => void)[]} */
const leaving = [];

const socket = new VenueSocket({
  onState: (state) => {
    linkState.show(state);
    if (state !== "live") view.stale();
  },
  onHello: (frame) => followHubClock(frame.server_time),
  onReady: (frame) => {
    retryLoading();
    venue = frame.venue;
    if (!venue) {
      showNotice(byId("board-answer"), { title: t("This login belongs to no venue."), next: t("Sign in with a login of the venue you want to watch.") });
      return;
    }
    byId("venue-name").textContent = venue.name;
    // After midnight, or a night offline, today is another day.
    if (day === null || (followsToday && day !== venue.today)) watch(venue.today);
    tick();
  },
  onEnded: () => location.assign("/operator/login?next=/manager&ended=1"),
});

/** @param {string} date */
function watch(date) {
  if (!venue) return;
  for (const leave of leaving.splice(0)) leave();
  day = date;
  followsToday = date === venue.today;
  board.clear();
  figures.clear();
  byId("day").value = date;
  byId("day-report").href = `/manager/report?date=${date}`;
  byId("day-name").textContent = followsToday ? t("Today, {day}", { day: longDay(date) }) : longDay(date);
  byId("day-today").disabled = followsToday;
  byId("board-answer").replaceChildren();
  view.waiting();
  figuresView.waiting();
  nowView.waiting();
  const current = () => day === date;
  /**
   * Passes data to a model and draws it, while this day is shown.
   *
   * @template Data
   * @param {(data: Data, revision: number) => unknown} take
   * @param {() => void} draw
   */
  const keep = (take, draw) => (/** @type {Data} */ data, /** @type {number} */ revision) => {
    if (!current()) return;
    take(data, revision);
    draw();
  };
  /** @param {Error} error */
  const refused = (error) => current() && showNotice(byId("board-answer"), { title: error.message, next: "" });
  const drawCounts = () => {
    const known = plays.size;
    for (const { slot_id, show } of board.slots.values()) if (show) plays.set(slot_id, show);
    if (plays.size > known) dispatchEvent(new Event("plays"));
    view.show(board, clockOfVenue());
    drawFigures();
  };
  leaving.push(
    socket.subscribe("counts", { date }, keep((...whole) => board.replace(...whole), drawCounts), keep((...event) => board.update(...event), drawCounts), refused),
    socket.subscribe("figures", { date }, keep((...whole) => figures.replace(...whole), drawFigures), keep((...event) => figures.update(...event), drawFigures), refused),
  );
}

/** Draws at most once a frame, and only when both slots and log have come. */
let drawing = 0;

function drawFigures() {
  if (figures.date !== day || board.date !== day) return;
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    if (!venue || figures.date !== day || board.date !== day) return;
    const { exited } = board.totals;
    const shown = { slots: board.inOrder(), zone: venue.timezone, now: hubNow().getTime(), today: followsToday, inside: exited > 0 };
    figuresView.show(figures, shown);
    nowView.show(board, figures, shown);
  });
}

const clockOfVenue = () => nowAt(venue?.timezone);

function tick() {
  if (!venue) return;
  const now = clockOfVenue();
  byId("venue-clock").textContent = t("{time} at the venue", { time: momentAt(hubNow(), venue.timezone) });
  // Until its slots have come, nobody knows whether the hub's day still runs.
  const known = board.date === venue.today;
  if (followsToday && now.date > venue.today && known && !runsOn(board.inOrder(), venue.today, now)) {
    venue = { ...venue, today: now.date };
    watch(now.date);
  } else {
    view.mark(board, now);
    drawFigures();
  }
}

/** @param {number} days */
function step(days) {
  if (day) watch(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10));
}

byId("day-before").addEventListener("click", () => step(-1));
byId("day-after").addEventListener("click", () => step(1));
byId("day-today").addEventListener("click", () => venue && watch(venue.today));
byId("day").addEventListener("change", (event) => targetOf(event).value && venue && watch(targetOf(event).value));
// Signing out ends the session, of which the socket would tell in its own way: by the sign-in that comes back here.
document.querySelector("form.leave")?.addEventListener("submit", () => socket.close());
setInterval(tick, 10_000);
openWall(() => figuresView.redraw());
/** @type {PanelContext} */
const context = {
  get venue() {
    return venue;
  },
  playOf: (slot) => (slot === null ? undefined : plays.get(slot)),
};
openViews(socket, context);
openSlotTools(context);
openMessageTools(socket, context);
socket.open();
