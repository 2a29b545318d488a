// The scanner page, /operator/scan: makes its parts and connects their events.
import { byId } from "../lib/elements.js";
import { tn } from "../lib/i18n.js";
import { loadModule } from "../lib/lazy_loading.js";
import { LinkState } from "../lib/link_state.js";
import { Device } from "../models/device.js";
import { Enrolment } from "../models/enrolment.js";
import { HubClock } from "../models/hub_clock.js";
import { isPracticeCode } from "../models/practice/practice_codes.js";
import { GateNotices } from "../models/gate_notices.js";
import { RepeatFilter } from "../models/repeat_filter.js";
import { ScanSettings } from "../models/scan_settings.js";
import { ScanSession } from "../models/scan_session.js";
import { Signals } from "../features/scan/signals.js";
import { TicketNews } from "../models/ticket_news.js";
import { VenueSocket } from "../lib/socket.js";
import { followHubClock, hubNow, setClockSkew } from "../lib/dates.js";
import { Offline } from "../features/scan/offline/offline.js";
import { BlockedScan } from "../features/scan/blocked_scan.js";
import { CameraPanel } from "../features/scan/camera_panel.js";
import { CodeHelp } from "../features/scan/code_help.js";
import { CodeInput } from "../features/scan/code_input.js";
import { ConflictNotices } from "../features/scan/conflict_notices.js";
import { ScanFlow } from "../features/scan/scan_flow.js";
import { Enrolled, WIPE_PAGE } from "../features/scan/enrolled.js";
import { ExitMode } from "../features/scan/exit_mode.js";
import { GateAlarm } from "../features/scan/gate_alarm.js";
import { GateChoice } from "../features/scan/gate_choice.js";
import { forgetPage, makeInstallable } from "../features/scan/install.js";
import { OfflinePanel } from "../features/scan/offline_panel.js";
import { ModeChoice } from "../features/scan/mode_choice.js";
import { GateMessages } from "../features/scan/gate_messages.js";
import { NoticeShelf } from "../features/scan/notices.js";
import { NoticesCount } from "../features/scan/notices_count.js";
import { PartyPanel } from "../features/scan/party_panel.js";
import { ProductPanel } from "../features/scan/product_panel.js";
import { PastScans } from "../features/scan/past_scans.js";
import { ShiftEnd } from "../features/scan/shift_end.js";
import { Screen } from "../features/scan/screen.js";
import { SettingsDialog } from "../features/scan/settings_dialog.js";
import { SoundButton } from "../features/scan/sound_button.js";
import { Stale } from "../features/scan/stale.js";
import { Supervisor } from "../features/scan/supervisor.js";
import { Telemetry } from "../features/scan/telemetry.js";
import { BoxOffice } from "../features/scan/box_office.js";
import { VisitorSearch } from "../features/scan/visitor_search.js";
import { Verdict } from "../features/scan/verdict.js";
import { practised } from "../words/practised.js";

// The venue's name, for a page that opens offline.
const VENUE = "venue-hub.venue";
const device = new Device();
const settings = new ScanSettings();
const { kiosk: isKiosk, enrolment: told, gates: gatesTold } = byId("scan").dataset;
/** @type {string[]} */
const gates = JSON.parse(gatesTold ?? "[]");
const kiosk = isKiosk !== undefined;
const screen = new Screen({ kiosk });
const enrolment = new Enrolment(JSON.parse(told ?? "null"));
if (kiosk) settings.fixed = { continuous: true, chosen: true, parties: "all", cameraOn: true, seconds: 4, vibration: false };
const signals = new Signals(settings);
const clock = new HubClock({ onSkew: setClockSkew });
/** @type {Venue | null} */
let venue = null;

// Until the hub answers, the venue comes from the stored list.
const venueKnown = () => venue ?? offline.venue;
const timezone = () => venueKnown()?.timezone;
const linkState = new LinkState(byId("link-state"), { timezone, onOffline: (away) => screen.rest({ offline: away }) });
const socket = new VenueSocket({
  device: device.gate ? device.describe() : null,
  onState: (state) => {
    linkState.show(state);
    if (state === "reconnecting") {
      offline.lost();
      shiftEnd.alone();
    }
  },
  onHello: (frame) => {
    // Only to the second; the pings that follow are finer.
    if (clock.roundTripMs === null) followHubClock(frame.server_time);
  },
  onPong: ({ server_time, sent, received }) => clock.measure(server_time, sent, received),
  onReady: (frame) => {
    news.linked();
    venue = frame.venue;
    localStorage.setItem(VENUE, venue?.name ?? "");
    screen.showVenue(venue?.name);
    if (frame.operator.gates) gateChoice.limit(frame.operator.gates);
    shiftEnd.await(frame.operator.shift_ends_at);
    past.refresh();
    supervisor.operator = frame.operator;
    supervisor.refresh();
    offline.linked();
  },
  onEnded: async (_code, error) => {
    const reason = error?.code;
    if (error?.code === "OUTSIDE_SHIFT" && error.ended_at) await shiftEnd.end(error.ended_at, error.timezone);
    if (shiftEnd.ended) return undefined;
    if (reason === "SCANNER_WIPED") return location.assign(WIPE_PAGE);
    await offline.lock();
    if (reason === "SCANNER_REVOKED") await forgetPage();
    return location.assign(reason === "SCANNER_REVOKED" ? "/operator/enrol" : kiosk ? "/operator/scan" : "/operator/login?next=/operator/scan&ended=1");
  },
});
const { owner, operator: operatorName } = byId("scan").dataset;
const telemetry = new Telemetry({ socket, device, clock, queued: () => offline.state.queued });
const offline = new Offline({
  socket, clock, owner, operatorName,
  onState: (state) => {
    offlinePanel.showQueue(state);
    screen.rest({ own: state });
    enrolled.waiting(state);
    telemetry.send();
    if (state.queued) past.redraw();
    else past.refresh();
  },
  onConflicts: (conflicts) => offlinePanel.showConflicts(conflicts),
  onTaken: (scanIds) => flow.taken(scanIds),
});
const shiftEnd = new ShiftEnd({
  now: () => hubNow().getTime(), timezone, queued: () => offline.state.queued,
  onEnd: async () => {
    socket.close();
    await offline.lock();
  },
});
const session = new ScanSession(socket, { offline, hubNow });
const news = new TicketNews({ socket, onChange: (change) => supervisor.awaits(change) || flow.outdated(change), onNews: (received) => offline.receiveNews(received) });
const repeats = new RepeatFilter();
const way = new ExitMode({ settings, onTurn: turned, onTouched: () => input.focus(), inShift: () => past.any });
const party = new PartyPanel({ onTouched: () => input.focus() });
const product = new ProductPanel({ onAnswer: (answer) => flow.verify(answer) });
const flow = new ScanFlow({
  session, way, news, device, settings, signals, screen, linkState,
  repeats, kiosk, verdict: new Verdict({ kiosk }), party, product, stale: new Stale(), venue: venueKnown, unfit: (code) => (isPracticeCode(code) ? practised() : null),
});
const shelf = new NoticeShelf({ onTouched: () => input.focus() });
const noticesCount = new NoticesCount({ onTouched: () => input.focus() });
const notices = new GateNotices({ socket });
const supervisor = new Supervisor({ flow, socket, notices, shelf, timezone: () => venue?.timezone });
new GateAlarm({ notices, shelf, signals, timezone: () => venue?.timezone });
new GateMessages({ socket, notices, shelf, signals, timezone: () => venue?.timezone });
const blocked = new BlockedScan({ signals });
const input = new CodeInput({
  onCode: (text, physical) => {
    help.heard(physical);
    flow.present(text);
  },
  onBlocked: (dialog) => blocked.tell(dialog), onEnter: () => flow.enter(), onEscape: () => flow.again(), onKey: () => signals.wake(),
});
const toInput = () => input.focus();
flow.onTouched = toInput;
const help = new CodeHelp({ input: byId("code"), listed: (codes) => offline.listed(codes), onUse: (code) => {
  flow.again();
  flow.present(code);
} });
const cameraPanel = new CameraPanel({
  settings, onCode: (text, seenAt) => {
    help.heard(null);
    flow.present(text, seenAt);
  }, wants: () => flow.wantsCode, onBlocked: (text) => flow.block(text), onTouched: toInput,
});
const mode = new ModeChoice({ settings, onChosen: () => changed("continuous"), onClosed: toInput });
const gateChoice = new GateChoice({ device, gates, onChosen: () => telemetry.send(), onClosed: () => {
  toInput();
  if (device.gate) mode.ask();
} });
const boxOffice = new BoxOffice({ flow, socket, venue: venueKnown, onClosed: toInput });
new VisitorSearch({ socket, timezone, onClosed: toInput, onChosen: (code) => {
  boxOffice.found(code);
  flow.check(code);
} });
if (document.getElementById("door-sale-on")) {
  loadModule(() => import("../features/scan/door_sale.js"), { tries: Infinity }).then(({ DoorSale }) =>
    new DoorSale({ socket, device, onSold: () => past.refresh({ fold: true }), onClosed: toInput }));
}
const enrolled = new Enrolled({
  socket, enrolment, device, settings, way, gateChoice, screen, kiosk,
  idle: () => !flow.busy && !flow.verdict.shown, onGate: () => telemetry.send(),
});
const soundButton = new SoundButton({ settings, signals, onTouched: toInput });
new SettingsDialog({ settings, onChange: changed, onClosed: toInput, onGate: () => gateChoice.ask() });
const past = new PastScans({ session, timezone, waiting: () => offline.waiting, onClosed: toInput, onAdmit: (code) => flow.admit(code) });
const offlinePanel = new OfflinePanel({
  timezone, onClosed: toInput, putAway: (conflict) => offline.putAway(conflict), onNew: () => signals.give("YELLOW"),
});
new ConflictNotices({ notices, shelf, timezone, known: async () => (await offline.queue?.conflicts().catch(() => [])) ?? [] });

flow.on("answered", ({ decision, code }) => {
  noticesCount.fold();
  past.refresh({ fold: true });
  if (decision.reason === "TICKET_NOT_FOUND" || decision.reason === "NOT_LISTED") help.advise(code);
});
flow.on("cleared", () => {
  noticesCount.fold();
  help.clear();
});
flow.on("left", () => input.clear());

/** The same code in the other direction is another scan. @param {boolean} leaving */
function turned(leaving) {
  repeats.forget();
  screen.turn(leaving);
}

/** @param {keyof ScannerChoices} name */
function changed(name) {
  if (name === "sound") soundButton.show();
  else if (name === "vibration" && settings.get(name)) navigator.vibrate?.(70);
  else if (name === "continuous") document.body.toggleAttribute("data-continuous", settings.get(name));
}

byId("wipe-sign-out").addEventListener("click", () => {
  byId("sign-out").dataset.sure = "";
  byId("sign-out").click();
});
byId("sign-out").addEventListener("click", async () => {
  const button = byId("sign-out");
  const { queued } = offline.state;
  if (queued && !button.dataset.sure) {
    button.dataset.sure = "";
    screen.say(tn(
      "One scan is not sent yet. It stays on this device until you sign in here again. To sign out all the same, press again.",
      "{n} scans are not sent yet. They stay on this device until you sign in here again. To sign out all the same, press again.", queued,
    ));
    return;
  }
  try {
    settings.set("way", "entry");
    await offline.lock();
    await forgetPage();
    // First, so that the end of the session causes no notice here.
    socket.close();
    await fetch("/api/operator/logout", { method: "POST", credentials: "same-origin" });
  } finally {
    location.assign("/operator/login");
  }
});
addEventListener("pointerdown", () => signals.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && offline.lost());

if (localStorage.getItem(VENUE)) screen.showVenue(localStorage.getItem(VENUE));
makeInstallable();
changed("continuous");
cameraPanel.begin();
news.start();
enrolled.start();
offline.open().then(() => socket.live || shiftEnd.await(byId("scan").dataset.shiftEndsAt || undefined));
notices.start();
socket.open();
telemetry.start();
if (!device.gate) gateChoice.ask();
else mode.ask();
input.focus();
