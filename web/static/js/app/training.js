// The scanner in training, /operator/scan/training: the scanner's own parts, with a hub of this page in the place of the socket. No
// socket is opened here, nothing is stored on the device, and what is kept for the real hub is not touched.
import { byId, write } from "../lib/elements.js";
import { t } from "../lib/i18n.js";
import { copyInMemory, deviceStore } from "../lib/storage.js";
import { Device } from "../models/device.js";
import { isPracticeCode } from "../models/practice/practice_codes.js";
import { PracticeHub } from "../models/practice/practice_hub.js";
import { PracticeRun } from "../models/practice/practice_run.js";
import { GATE, VISITORS } from "../models/practice/visitors.js";
import { RepeatFilter } from "../models/repeat_filter.js";
import { ScanSession } from "../models/scan_session.js";
import { ScanSettings } from "../models/scan_settings.js";
import { TicketNews } from "../models/ticket_news.js";
import { BlockedScan } from "../features/scan/blocked_scan.js";
import { CameraPanel } from "../features/scan/camera_panel.js";
import { CodeInput } from "../features/scan/code_input.js";
import { ExitMode } from "../features/scan/exit_mode.js";
import { PartyPanel } from "../features/scan/party_panel.js";
import { PastScans } from "../features/scan/past_scans.js";
import { ProductPanel } from "../features/scan/product_panel.js";
import { ScanFlow } from "../features/scan/scan_flow.js";
import { Screen } from "../features/scan/screen.js";
import { SettingsDialog } from "../features/scan/settings_dialog.js";
import { Signals } from "../features/scan/signals.js";
import { SoundButton } from "../features/scan/sound_button.js";
import { Stale } from "../features/scan/stale.js";
import { Verdict } from "../features/scan/verdict.js";
import { PracticePanel } from "../features/training/practice_panel.js";
import { notPractised } from "../words/practice.js";

const { codes = "{}", operator = "" } = byId("scan").dataset;
const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const hub = new PracticeHub({ codes: JSON.parse(codes), zone: timezone, operator });
// It asks the socket for answers only, and those are given here.
const socket = /** @type {VenueSocket} */ (/** @type {unknown} */ (hub));
const store = copyInMemory(deviceStore());
const settings = new ScanSettings(store);
settings.set("way", "entry");
const device = new Device(store);
device.setGate(GATE);
const screen = new Screen();
const signals = new Signals(settings);
const session = new ScanSession(socket, { offline: hub.judge });
const linkState = { offline: false };
const repeats = new RepeatFilter();
const toInput = () => input.focus();
const way = new ExitMode({ settings, onTurn: (leaving) => screen.turn(leaving), onTouched: toInput });
const flow = new ScanFlow({
  session, way, device, settings, signals, screen, linkState, repeats,
  news: new TicketNews({ socket, onChange: () => {} }), verdict: new Verdict(), party: new PartyPanel({ onTouched: toInput }),
  product: new ProductPanel({ onAnswer: (answer) => flow.verify(answer) }), stale: new Stale(),
  unfit: (code) => (isPracticeCode(code) ? null : notPractised()), venue: () => ({ timezone, today: hub.today }),
});
flow.onTouched = toInput;
const input = new CodeInput({
  onCode: (text) => flow.present(text), onBlocked: (dialog) => new BlockedScan({ signals }).tell(dialog),
  onEnter: () => flow.enter(), onEscape: () => flow.again(), onKey: () => signals.wake(),
});
new CameraPanel({
  settings, onCode: (text, seenAt) => flow.present(text, seenAt), wants: () => flow.wantsCode, onBlocked: (text) => flow.block(text), onTouched: toInput,
});
const soundButton = new SoundButton({ settings, signals, onTouched: toInput });
new SettingsDialog({ settings, onChange: changed, onClosed: toInput, onGate: toInput });
const past = new PastScans({ session, timezone: () => timezone, waiting: () => [], onClosed: toInput, onAdmit: (code) => flow.admit(code) });
const panel = new PracticePanel({
  run: new PracticeRun(VISITORS), hub, onVisitor: prepare,
  onScan: (code) => {
    repeats.forget();
    flow.present(code);
  },
  onChosen: () => {
    flow.again();
    toInput();
  },
});

flow.on("answered", (answer) => {
  panel.answered(answer, session.mayVerify);
  past.refresh();
});
flow.on("cleared", () => panel.left());
flow.on("left", () => input.clear());

/** The scanner as this visitor finds it: at an entry or an exit, and with or without a connection. @param {PracticeVisitor | null} visitor */
function prepare(visitor) {
  hub.alone = visitor?.alone ? visitor : null;
  way.allow(visitor?.leaves ? "exit" : "entry");
  repeats.forget();
  const offline = !hub.live;
  byId("link-state").dataset.state = offline ? "offline" : "live";
  byId("link-state").textContent = offline ? t("Offline") : t("Training");
  screen.rest({ offline, own: { able: true, listedAt: null } });
  past.refresh();
}

/** @param {keyof ScannerChoices} name */
function changed(name) {
  if (name === "sound") soundButton.show();
  else if (name === "vibration" && settings.get(name)) navigator.vibrate?.(70);
  else if (name === "continuous") document.body.toggleAttribute("data-continuous", settings.get(name));
}

write(byId("venue-name"), t("Practice venue"));
write(byId("gate-name"), t("Gate {gate}", { gate: GATE }));
byId("gate-button").disabled = true;
byId("settings-gate").hidden = true;
changed("continuous");
prepare(null);
addEventListener("pointerdown", () => signals.wake());
input.focus();
