// An enrolled scanner obeys what an administrator sets: its gate, its mode, and the wish to be wiped.
import { byId } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";

// A changed mode waits until no ticket is on the screen: its buttons would mean something else.
const AGAIN_MS = 200;
export const WIPE_PAGE = "/operator/wiped";

export class Enrolled {
  #leave = () => {};
  /** @type {number | undefined} */
  #timer;
  #queued = 0;

  /** @param {EnrolledOptions} options */
  constructor({ socket, enrolment, device, settings, way, gateChoice, screen, kiosk, idle, onGate }) {
    this.socket = socket;
    this.enrolment = enrolment;
    this.device = device;
    this.settings = settings;
    this.way = way;
    this.gateChoice = gateChoice;
    this.screen = screen;
    this.kiosk = kiosk;
    this.idle = idle;
    this.onGate = onGate;
    byId("wipe-dialog").addEventListener("cancel", (event) => event.preventDefault());
    this.#apply();
  }

  start() {
    this.#leave();
    this.#leave = this.socket.subscribe(
      "scanner", {},
      ({ scanner }) => this.#receive(scanner),
      (data) => (data.missed ? this.start() : this.#receive(data.scanner)),
    );
  }

  /** How many scans wait on this device: a wipe waits for them. @param {OfflineState} state */
  waiting({ queued }) {
    this.#queued = queued;
    if (this.enrolment.policy?.wipe) this.#wipe();
  }

  /** @param {ScannerPolicy | null} policy */
  #receive(policy) {
    const before = this.enrolment.policy;
    this.enrolment.receive(policy);
    if ((policy?.mode === "kiosk") !== this.kiosk) {
      location.reload();
      return;
    }
    this.#apply();
    if (before && policy && before.version !== policy.version && !policy.wipe) this.screen.say(t("An administrator has changed this scanner's settings."));
  }

  #apply() {
    const { policy } = this.enrolment;
    const gate = policy?.gate ?? null;
    this.gateChoice.lock(gate !== null);
    if (gate && gate !== this.device.gate) {
      this.device.setGate(gate);
      this.gateChoice.show();
      this.onGate();
    }
    this.#turn();
    if (policy?.wipe) this.#wipe();
  }

  #turn() {
    clearTimeout(this.#timer);
    const { policy } = this.enrolment;
    const only = policy?.mode === "exit" ? "exit" : policy?.mode === "entry" || policy?.mode === "kiosk" ? "entry" : null;
    if (only === this.way.only) return;
    if (this.idle()) this.way.allow(only);
    else this.#timer = setTimeout(() => this.#turn(), AGAIN_MS);
  }

  #wipe() {
    const dialog = byId("wipe-dialog");
    if (!dialog.open) dialog.showModal();
    byId("wipe-waits").textContent = this.#queued
      ? tn("One scan is sent first.", "{n} scans are sent first.", this.#queued) : t("Everything is sent.");
    if (!this.#queued && this.socket.live) location.assign(WIPE_PAGE);
  }
}
