// The waiting room (/waiting-room): follows the visitor's place, and tells when their turn comes.
import { byId } from "../lib/elements.js";
import { t } from "../lib/i18n.js";
import { call } from "../lib/api.js";
import { followHubClock } from "../lib/dates.js";
import { RoomSocket } from "../lib/room_socket.js";
import { tabStore } from "../lib/storage.js";
import { keepTurn } from "../lib/turn.js";
import { PlaceHistory } from "../models/room_place.js";
import { spokenPlace } from "../words/waiting_room.js";
import { RoomView } from "../features/waiting_room/room_view.js";
import { TurnSignal } from "../features/waiting_room/turn_signal.js";

/** While the socket is away. The hub keeps a place for two minutes after its visitor was last seen. */
const ASK_EVERY_MS = 15_000;
/** The others' turns end in the same moment, and do not all ask in it. */
const SPREAD_MS = 2_000;

const root = byId("waiting-room");
const { for: key = "", back = "/" } = root.dataset;
followHubClock(root.dataset.now);
const history = new PlaceHistory(key, tabStore());
const view = new RoomView({ onOver: () => setTimeout(ask, 500 + Math.random() * SPREAD_MS) });
const signal = new TurnSignal();
/** @type {number | undefined} */
let asking;

/** @param {RoomPlace} place */
function take(place) {
  // Nobody has to wait here any more.
  if (place.state === "turn" && !place.turn_until) {
    location.replace(back);
    return;
  }
  const isOther = view.show(place, place.ahead === null ? 0 : history.progress(place.ahead));
  if (isOther && view.state === "turn") signal.give();
  if (place.turn_until) keepTurn(place.turn_until);
  if (view.state !== "waiting") history.forget();
  else if (history.isNews(place, performance.now())) byId("room-news").textContent = spokenPlace(place);
  if (view.state === "ended") stop();
}

async function ask() {
  clearTimeout(asking);
  try {
    const { data } = await call("GET", `/api/waiting-room?for=${encodeURIComponent(key)}`);
    take(data);
  } catch {
    // The page says that it is not live, and asks again.
  }
  if (!socket.live && view.state !== "ended") asking = setTimeout(ask, ASK_EVERY_MS);
}

/** @param {boolean} live */
function showLink(live) {
  byId("room-link").textContent = live ? "" : t("The connection is lost. Your place is kept while we try again.");
  clearTimeout(asking);
  if (!live) asking = setTimeout(ask, ASK_EVERY_MS);
}

const socket = new RoomSocket({ key, onPlace: take, onLink: showLink });

function stop() {
  socket.close();
  clearTimeout(asking);
}

if (root.dataset.live !== undefined) {
  const { state, position, ahead, seconds, rate, turnUntil, opensAt } = root.dataset;
  const whole = (/** @type {string | undefined} */ text) => (text ? Number(text) : null);
  take({
    state: state === "early" ? "waiting" : /** @type {RoomPlace["state"]} */ (state), position: whole(position), ahead: whole(ahead),
    seconds: whole(seconds), rate: whole(rate), turn_until: turnUntil || null, opens_at: opensAt || null,
  });
  socket.open();
  // A socket that never comes to stand: a firewall lets only requests through.
  asking = setTimeout(ask, ASK_EVERY_MS);
}
root.dataset.ready = "";
