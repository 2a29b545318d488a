// The scanner page: a code comes in, the answer fills the screen, the entry is one key away.
import { byId, h } from "./elements.js";
import { t } from "./i18n.js";
import { LinkState } from "./link_state.js";
import { Device } from "./models/device.js";
import { ScanGate } from "./models/scan_gate.js";
import { ScanSettings } from "./models/scan_settings.js";
import { CommandRefused, LinkLost, ScanSession } from "./models/scan_session.js";
import { Signals } from "./models/signals.js";
import { TicketNews } from "./models/ticket_news.js";
import { VenueSocket } from "./models/socket.js";
import { tidyCode } from "./models/ticket_code.js";
import { hearHubClock } from "./moments.js";
import { CameraPanel } from "./scan/camera_panel.js";
import { CodeHelp } from "./scan/code_help.js";
import { CodeInput } from "./scan/code_input.js";
import { forgetPage, makeInstallable } from "./scan/install.js";
import { PastScans } from "./scan/past_scans.js";
import { SettingsDialog } from "./scan/settings_dialog.js";
import { Stale } from "./scan/stale.js";
import { Verdict } from "./scan/verdict.js";

const SLOW_MS = 1_500;
// The hub takes no longer ones, and no ticket has such a code.
const LONGEST_CODE = 512;
// The name of the venue, for a page that opens without a link.
const VENUE = "venue-hub.venue";
const root = byId("scan");
const device = new Device();
const settings = new ScanSettings();
const signals = new Signals(settings);
const gate = new ScanGate();
const verdict = new Verdict();
const stale = new Stale();
const linkState = new LinkState(byId("link-state"), { onOffline: showReady });
let venue = null;
let dismissal = null;

const socket = new VenueSocket({
  device: device.gate ? device.describe() : null,
  onState: (state) => linkState.show(state),
  onHello: (frame) => hearHubClock(frame.server_time),
  onReady: (frame) => {
    news.linked();
    venue = frame.venue;
    localStorage.setItem(VENUE, venue?.name ?? "");
    showVenue();
    byId("gates").replaceChildren(...(venue?.gates ?? []).map((item) => h("option", { value: item.name ?? item })));
    past.refresh();
  },
  onEnded: () => location.assign("/operator/login?next=/operator/scan&ended=1"),
});
const session = new ScanSession(socket);
const news = new TicketNews({ socket, onChange: outdated });
const input = new CodeInput({ onCode: present, onEnter: enter, onEscape: again, onKey: () => signals.wake() });
const help = new CodeHelp({ input: byId("code"), onUse: (code) => {
  again();
  present(code);
} });
const cameraPanel = new CameraPanel({ settings, onCode: (text, seenAt) => present(text, seenAt), wants: wantsCode, onTouched: () => input.focus() });
new SettingsDialog({ settings, onChange: changed, onClosed: () => input.focus(), onGate: askGate });
const past = new PastScans({ session, timezone: () => venue?.timezone, onClosed: () => input.focus() });

/** Does one thing over the socket; says so when the link makes it wait. Gives null when there is no answer to show. */
async function waitingFor(deed, work) {
  root.dataset.busy = "";
  const slow = setTimeout(() => say(socket.live ? t("{deed}: waiting for the hub", { deed }) : t("{deed}: sent as soon as the link is back", { deed })), SLOW_MS);
  try {
    const decision = await work();
    if (decision) say("");
    return decision;
  } catch (error) {
    if (!(error instanceof CommandRefused) && !(error instanceof LinkLost)) throw error;
    gate.forget();
    news.keep();
    signals.give("RED");
    say(error instanceof CommandRefused ? error.message : t("{deed}: no connection", { deed }));
    return null;
  } finally {
    clearTimeout(slow);
    delete root.dataset.busy;
  }
}

/** An answer that ends the matter well, so that the next visitor may come. */
const good = () => document.body.dataset.reason === "VERIFIED" && !stale.shown;
/** In continuous mode an answer that is not good stays until somebody touches it. */
const held = () => settings.get("continuous") && verdict.shown && !good();
/** The camera sees whatever is held before it; it may not take an answer away that somebody has yet to act on. */
function wantsCode() {
  if (document.querySelector("dialog[open]") || root.dataset.busy !== undefined) return false;
  return !verdict.shown || good();
}

/** `seenAt` is the moment of the camera's frame, where there was one. */
async function present(typed, seenAt = null) {
  const code = tidyCode(typed);
  if (!code) return;
  if (held()) {
    say(t("Touch the answer first, then scan the next ticket."));
    return;
  }
  if (code.length > LONGEST_CODE) {
    signals.give("RED");
    say(t("This is no ticket: the code is too long."));
    return;
  }
  if (settings.get("continuous") && root.dataset.busy !== undefined) {
    signals.give("RED");
    say(t("Not checked: the ticket before has no answer yet."));
    return;
  }
  if (linkState.offline) {
    // Nothing here could judge it, and an answer that comes minutes later would be another visitor's.
    signals.give("YELLOW");
    say(t("Not checked: there is no connection. Scan it again when the scanner is live."));
    return;
  }
  if (!gate.admits(code)) {
    say(t("Same code again, counted once"));
    return;
  }
  clear();
  say("");
  showReady(linkState.offline, true);
  news.ask();
  let decision = await waitingFor(t("Check"), () => session.present(code));
  if (decision?.reason === "VALID" && settings.get("continuous") && session.mayVerify) {
    // What cannot be recorded stays on the screen as valid, to be admitted by hand.
    news.ask();
    decision = (await waitingFor(t("Entry"), () => session.verify(device.gate))) ?? (session.current ? decision : null);
  }
  showReady();
  if (!decision) return;
  answer(decision);
  if (decision.reason === "TICKET_NOT_FOUND") help.advise(code);
  if (seenAt !== null) timeColour(seenAt);
}

/** How long the visitor's code waited for its colour: from the camera's frame to the painted screen. */
function timeColour(seenAt) {
  requestAnimationFrame(() => setTimeout(() => {
    performance.clearMeasures("frame-to-colour");
    performance.measure("frame-to-colour", { start: seenAt, end: performance.now() });
  }));
}

/** Asks about the ticket on the screen once more; the answer before stays, marked, until the new one is there. */
async function recheck() {
  if (root.dataset.busy !== undefined) return;
  const { code } = session.current;
  stale.recheck.disabled = true;
  news.ask();
  const decision = await waitingFor(t("Check"), () => session.present(code));
  stale.recheck.disabled = false;
  if (decision) answer(decision);
  // Without an answer the mark stays, and so does the way to ask again.
  else session.current ??= { code, decision: null, scanId: null };
  input.focus();
}

/** The ticket on the screen stands otherwise than the screen says. */
function outdated(change) {
  if (!verdict.shown) return;
  stay();
  stale.show(change);
  signals.give("YELLOW");
}

async function verify() {
  if (!session.mayVerify || root.dataset.busy !== undefined) return;
  const button = byId("verify");
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  news.ask();
  const decision = await waitingFor(t("Entry"), () => session.verify(device.gate));
  button.disabled = false;
  button.setAttribute("aria-busy", "false");
  if (decision) answer(decision);
  input.focus();
}

function answer(decision) {
  stale.clear();
  news.follow(decision);
  verdict.show(decision, { mayVerify: session.mayVerify, venue });
  signals.give(decision.result);
  past.refresh();
  if (!settings.get("continuous")) return;
  if (good()) {
    dismissal = setTimeout(again, settings.get("seconds") * 1000);
    showTime(settings.get("seconds"));
  } else say(t("Stays until you touch it."));
}

/** The line that runs out with the answer's time. */
function showTime(seconds) {
  const line = byId("time-left");
  line.getAnimations().forEach((animation) => animation.cancel());
  line.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: seconds * 1000, fill: "forwards" });
  line.hidden = false;
}

function again() {
  session.leave();
  clear();
  say("");
  input.clear();
}

/** The answer does not go by itself any more. */
function stay() {
  clearTimeout(dismissal);
  byId("time-left").hidden = true;
}

function clear() {
  stay();
  help.clear();
  news.leave();
  stale.clear();
  verdict.clear();
}

/** Enter with nothing typed: admit what is valid, otherwise make room for the next visitor. */
function enter() {
  if (gate.isTail() || root.dataset.busy !== undefined || !verdict.shown) return;
  if (stale.shown) recheck();
  else if (session.mayVerify) verify();
  else again();
}

function say(text) {
  byId("said").textContent = text;
}

function showReady(offline = linkState.offline, checking = false) {
  document.body.toggleAttribute("data-offline", offline);
  byId("ready-title").textContent = checking ? t("Checking") : offline ? t("No connection") : t("Ready to scan");
  byId("ready-hint").textContent = offline
    ? t("Nothing is checked until the scanner is live again. It keeps trying by itself.")
    : t("Point the scanner at a code, or type one below.");
}

function showVenue() {
  byId("venue-name").textContent = localStorage.getItem(VENUE) || t("No venue");
}

function showGate() {
  byId("gate-name").textContent = device.gate ?? t("Choose gate");
}

function askGate() {
  byId("gate").value = device.gate ?? "";
  byId("gate-dialog").showModal();
  byId("gate").select();
}

function changed(name) {
  if (name === "sound") showSound();
  else if (name === "vibration" && settings.get(name)) navigator.vibrate?.(70);
  else if (name === "continuous") document.body.toggleAttribute("data-continuous", settings.get(name));
}

function showSound() {
  const button = byId("sound");
  button.setAttribute("aria-pressed", String(signals.on));
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, signals.on ? "#sound" : "#mute"));
}

byId("verify").addEventListener("click", verify);
stale.recheck.addEventListener("click", recheck);
byId("again").addEventListener("click", () => {
  again();
  input.focus();
});
byId("sound").addEventListener("click", () => {
  settings.set("sound", !signals.on);
  signals.wake();
  showSound();
  input.focus();
});
byId("gate-button").addEventListener("click", askGate);
byId("gate-form").addEventListener("submit", (event) => {
  const name = byId("gate").value.trim();
  if (!name) {
    event.preventDefault();
    return;
  }
  device.setGate(name);
  socket.setDevice(device.describe());
  showGate();
});
byId("gate-dialog").addEventListener("close", () => input.focus());
byId("verdict").addEventListener("click", () => {
  if (!held() || stale.shown) return;
  again();
  input.focus();
});
byId("sign-out").addEventListener("click", async () => {
  try {
    await forgetPage();
    await fetch("/api/operator/logout", { method: "POST", credentials: "same-origin" });
  } finally {
    socket.close();
    location.assign("/operator/login");
  }
});
addEventListener("pointerdown", () => signals.wake());

if (localStorage.getItem(VENUE)) showVenue();
showGate();
showSound();
makeInstallable();
changed("continuous");
cameraPanel.begin();
news.start();
socket.open();
if (device.gate) input.focus();
else askGate();
