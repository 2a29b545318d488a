// The always-visible state of the link: live, reconnecting, offline since when, ended.
import { t } from "./i18n.js";
import { hubNow, momentAt } from "./dates.js";

const WORDS = { connecting: t("Connecting"), live: t("Live"), reconnecting: t("Reconnecting"), ended: t("Signed out") };
// What lasts longer than a hiccup is called by its name.
const OFFLINE_AFTER_MS = 10_000;

export class LinkState {
  #since = null;
  #timer = null;

  /** `onOffline(offline)` when the link is given up for now, and when it is back. `timezone()`: whose time it is away since. */
  constructor(element, { onOffline = () => {}, timezone = () => null } = {}) {
    Object.assign(this, { element, onOffline, timezone });
    this.offline = false;
  }

  show(state) {
    // Each failed try tells again that it failed: away is away since the first.
    this.#since = state === "reconnecting" ? (this.#since ?? Date.now()) : null;
    clearInterval(this.#timer);
    if (this.#since) this.#timer = setInterval(() => this.#write(state), 1000);
    this.#write(state);
  }

  #write(state) {
    const away = this.#since ? Date.now() - this.#since : 0;
    const offline = this.#since !== null && (away >= OFFLINE_AFTER_MS || !navigator.onLine);
    const seconds = Math.floor(away / 1000);
    const words = offline ? t("Offline since {time}", { time: momentAt(hubNow() - away, this.timezone()) }) : WORDS[state];
    this.element.dataset.state = offline ? "offline" : state;
    // Seconds are for eyes only: a screen reader hears the change of state once.
    this.element.dataset.seconds = seconds >= 3 && !offline ? ` ${t("{seconds} s", { seconds })}` : "";
    if (this.element.textContent !== words) this.element.textContent = words;
    if (offline !== this.offline) {
      this.offline = offline;
      this.onOffline(offline);
    }
  }
}
