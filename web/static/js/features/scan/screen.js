// The parts around the decision: the status text, the idle screen, and the bar that shows how long an answer stays.
import { byId, write } from "../../lib/elements.js";
import { asWritten, t } from "../../lib/i18n.js";
import { momentAt } from "../../lib/dates.js";

export class Screen {
  /** `kiosk`: the words are for visitors. @param {{ kiosk?: boolean }} [options] */
  constructor({ kiosk = false } = {}) {
    this.kiosk = kiosk;
  }

  #offline = false;
  /** @type {{ able: boolean, listedAt: string | null }} */
  #own = { able: false, listedAt: null };
  #leaving = false;

  /** Sets the direction: entry or exit. @param {boolean} leaving */
  turn(leaving) {
    this.#leaving = leaving;
    this.rest();
  }

  /** `loud`: in large words, for who looks at the visitor. @param {string} text @param {{ loud?: boolean }} how */
  say(text, { loud = false } = {}) {
    write(byId("said"), text);
    byId("said").toggleAttribute("data-loud", loud);
  }

  get said() {
    return byId("said").textContent;
  }

  /** Shows the idle screen, `checking` during a request, or `offline`; `own` says what this device can do offline. */
  rest({ offline = this.#offline, checking = false, own = this.#own } = {}) {
    this.#offline = offline;
    this.#own = own;
    document.body.toggleAttribute("data-offline", offline);
    byId("ready-title").textContent = checking ? t("Checking") : offline && !own.able ? t("No connection")
      : this.kiosk ? t("Scan your ticket")
      : this.#leaving ? t("Ready to scan exits") : t("Ready to scan");
    byId("ready-hint").textContent = this.kiosk ? (offline && !own.able ? t("Please ask our staff.") : t("Hold the code of your ticket in front of the camera or the scanner."))
      : offline ? this.#withoutLink(own)
      : this.#leaving ? t("Every visitor scanned now is recorded as leaving.") : t("Point the scanner at a code, or type one.");
  }

  /** @param {{ able: boolean, listedAt: string | null }} own */
  #withoutLink({ able, listedAt }) {
    if (!able) return t("No ticket is checked until the scanner is online again. It reconnects by itself.");
    if (!listedAt) return t("Offline, and no list for today: this scanner cannot check tickets. Entries are stored here and sent later.");
    return t("Offline: this scanner checks tickets by its list of {time}. Everything is stored here and sent later.", { time: momentAt(listedAt, null) });
  }

  /** @param {string | null | undefined} name */
  showVenue(name) {
    write(byId("venue-name"), name ? asWritten(name) : t("No venue"));
  }

  /** Starts the bar that runs out with the answer's time. @param {number} seconds */
  runOut(seconds) {
    const bar = byId("time-left");
    bar.getAnimations().forEach((animation) => animation.cancel());
    bar.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: seconds * 1000, fill: "forwards" });
    bar.hidden = false;
  }

  stay() {
    byId("time-left").hidden = true;
  }
}
