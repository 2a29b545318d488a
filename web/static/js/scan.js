// The scanner page: a code comes in, the answer fills the screen, the entry is one key away.
import { byId, h } from "./elements.js";
import { t } from "./i18n.js";
import { LinkState } from "./link_state.js";
import { Device } from "./models/device.js";
import { ScanGate } from "./models/scan_gate.js";
import { CommandRefused, LinkLost, ScanSession } from "./models/scan_session.js";
import { Signals } from "./models/signals.js";
import { TicketNews } from "./models/ticket_news.js";
import { VenueSocket } from "./models/socket.js";
import { tidyCode } from "./models/ticket_code.js";
import { hearHubClock } from "./moments.js";
import { CodeInput } from "./scan/code_input.js";
import { PastScans } from "./scan/past_scans.js";
import { Stale } from "./scan/stale.js";
import { Verdict } from "./scan/verdict.js";

const SLOW_MS = 1_500;
const root = byId("scan");
const device = new Device();
const signals = new Signals();
const gate = new ScanGate();
const verdict = new Verdict();
const stale = new Stale();
const linkState = new LinkState(byId("link-state"));
let venue = null;

const socket = new VenueSocket({
  device: device.gate ? device.describe() : null,
  onState: (state) => linkState.show(state),
  onHello: (frame) => hearHubClock(frame.server_time),
  onReady: (frame) => {
    news.linked();
    venue = frame.venue;
    byId("venue-name").textContent = venue?.name ?? t("No venue");
    byId("gates").replaceChildren(...(venue?.gates ?? []).map((item) => h("option", { value: item.name ?? item })));
    past.refresh();
  },
  onEnded: () => location.assign("/operator/login?next=/operator/scan&ended=1"),
});
const session = new ScanSession(socket);
const news = new TicketNews({ socket, onChange: outdated });
const input = new CodeInput({ onCode: present, onEnter: enter, onEscape: again, onKey: () => signals.wake() });
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

async function present(typed) {
  const code = tidyCode(typed);
  if (!code) return;
  if (!gate.admits(code)) {
    say(t("Same code again, counted once"));
    return;
  }
  clear();
  say("");
  byId("ready-title").textContent = t("Checking");
  news.ask();
  const decision = await waitingFor(t("Check"), () => session.present(code));
  byId("ready-title").textContent = t("Ready to scan");
  if (decision) answer(decision);
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
}

function again() {
  session.leave();
  clear();
  say("");
  input.clear();
}

function clear() {
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

function showGate() {
  byId("gate-name").textContent = device.gate ?? t("Choose gate");
}

function askGate() {
  byId("gate").value = device.gate ?? "";
  byId("gate-dialog").showModal();
  byId("gate").select();
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
  signals.toggle();
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
byId("sign-out").addEventListener("click", async () => {
  try {
    await fetch("/api/operator/logout", { method: "POST", credentials: "same-origin" });
  } finally {
    socket.close();
    location.assign("/operator/login");
  }
});
addEventListener("pointerdown", () => signals.wake());

showGate();
showSound();
news.start();
socket.open();
if (device.gate) input.focus();
else askGate();
