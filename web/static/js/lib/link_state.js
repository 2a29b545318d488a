// Shows the connection's state at all times: live, reconnecting, offline since when, ended.
import { t } from "./i18n.js";
import { hubNow, momentAt } from "./dates.js";

const WORDS = { connecting: t("Connecting"), live: t("Live"), reconnecting: t("Reconnecting"), ended: t("Signed out") };
// A longer loss is shown as offline.
const OFFLINE_AFTER_MS = 10_000;

export class LinkState {
  /** @type {number | null} */
  #since = null;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element
   * @param {object} [options]
   * @param {(offline: boolean) => void} [options.onOffline] called when the connection is lost and when it is back
   * @param {() => string | null | undefined} [options.timezone] the clock for "offline since"
   */
  constructor(element, { onOffline = () => {}, timezone = () => null } = {}) {
    this.element = element;
    this.onOffline = onOffline;
    this.timezone = timezone;
    this.offline = false;
  }

  /** @param {LinkStateName} state */
  show(state) {
    // Each failed try calls this; the first one counts.
    this.#since = state === "reconnecting" ? (this.#since ?? Date.now()) : null;
    clearInterval(this.#timer);
    if (this.#since) this.#timer = setInterval(() => this.#write(state), 1000);
    this.#write(state);
  }

  /** @param {LinkStateName} state */
  #write(state) {
    const away = this.#since ? Date.now() - this.#since : 0;
    const offline = this.#since !== null && (away >= OFFLINE_AFTER_MS || !navigator.onLine);
    const seconds = Math.floor(away / 1000);
    const words = offline ? t("Offline since {time}", { time: momentAt(+hubNow() - away, this.timezone()) }) : WORDS[state];
    this.element.dataset.state = offline ? "offline" : state;
    // Seconds are not spoken: a screen reader says the state once.
    this.element.dataset.seconds = seconds >= 3 && !offline ? ` ${t("{seconds} s", { seconds })}` : "";
    if (this.element.textContent !== words) this.element.textContent = words;
    if (offline !== this.offline) {
      this.offline = offline;
      this.onOffline(offline);
    }
  }
}
