// The always-visible state of the link: live, reconnecting since when, ended.
import { t } from "./i18n.js";

const WORDS = { connecting: t("Connecting"), live: t("Live"), reconnecting: t("Reconnecting"), ended: t("Signed out") };

export class LinkState {
  #since = null;
  #timer = null;

  constructor(element) {
    this.element = element;
  }

  show(state) {
    this.element.dataset.state = state;
    this.#since = state === "reconnecting" ? Date.now() : null;
    clearInterval(this.#timer);
    if (this.#since) this.#timer = setInterval(() => this.#write(state), 1000);
    this.#write(state);
  }

  #write(state) {
    const seconds = this.#since ? Math.floor((Date.now() - this.#since) / 1000) : 0;
    // Seconds are for eyes only: a screen reader hears the change of state once.
    this.element.dataset.seconds = seconds >= 3 ? ` ${t("{seconds} s", { seconds })}` : "";
    if (this.element.textContent !== WORDS[state]) this.element.textContent = WORDS[state];
  }
}
