// The control room: one subscription to the day's counts, drawn as it changes.
import { byId } from "./elements.js";
import { t } from "./i18n.js";
import { LinkState } from "./link_state.js";
import { BoardView } from "./manager/board_view.js";
import { openViews } from "./manager/views.js";
import { CountBoard } from "./models/count_board.js";
import { VenueSocket } from "./models/socket.js";
import { hearHubClock, hubNow, longDay, momentAt, nowAt } from "./moments.js";
import { showNotice } from "./notices.js";

const DAY_MS = 86_400_000;
const linkState = new LinkState(byId("link-state"));
const board = new CountBoard();
const view = new BoardView();
let venue = null;
let day = null;
let followsToday = true;
let leave = null;

const socket = new VenueSocket({
  onState: (state) => {
    linkState.show(state);
    if (state !== "live") view.stale();
  },
  onHello: (frame) => hearHubClock(frame.server_time),
  onReady: (frame) => {
    venue = frame.venue;
    if (!venue) {
      showNotice(byId("board-answer"), { title: t("This login belongs to no venue."), next: t("Sign in with a login of the venue you want to watch.") });
      return;
    }
    byId("venue-name").textContent = venue.name;
    // After midnight, or after a night without a link, today is another day.
    if (day === null || (followsToday && day !== venue.today)) watch(venue.today);
    tick();
  },
  onEnded: () => location.assign("/operator/login?next=/manager&ended=1"),
});

function watch(date) {
  leave?.();
  day = date;
  followsToday = date === venue.today;
  board.clear();
  byId("day").value = date;
  byId("day-name").textContent = followsToday ? t("Today, {day}", { day: longDay(date) }) : longDay(date);
  byId("day-today").disabled = followsToday;
  byId("board-answer").replaceChildren();
  view.waiting();
  const current = () => day === date;
  leave = socket.subscribe(
    "counts",
    { date },
    (data, revision) => {
      if (!current()) return;
      board.replace({ date, ...data }, revision);
      view.show(board, clockOfVenue());
    },
    (data, revision) => {
      if (!current()) return;
      board.update(data, revision);
      view.show(board, clockOfVenue());
    },
    (error) => current() && showNotice(byId("board-answer"), { title: error.message, next: "" }),
  );
}

const clockOfVenue = () => nowAt(venue?.timezone);

function tick() {
  if (!venue) return;
  const now = clockOfVenue();
  byId("venue-clock").textContent = t("{time} at the venue", { time: momentAt(hubNow(), venue.timezone) });
  if (followsToday && now.date > venue.today) {
    venue = { ...venue, today: now.date };
    watch(now.date);
  } else view.mark(board, now);
}

function step(days) {
  if (day) watch(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10));
}

byId("day-before").addEventListener("click", () => step(-1));
byId("day-after").addEventListener("click", () => step(1));
byId("day-today").addEventListener("click", () => venue && watch(venue.today));
byId("day").addEventListener("change", (event) => event.target.value && venue && watch(event.target.value));
byId("sign-out").addEventListener("click", async () => {
  try {
    await fetch("/api/operator/logout", { method: "POST", credentials: "same-origin" });
  } finally {
    socket.close();
    location.assign("/operator/login");
  }
});

setInterval(tick, 10_000);
openViews(socket, {
  get venue() {
    return venue;
  },
});
socket.open();
