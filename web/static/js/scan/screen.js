// What stands around the answer: the line that is said, the scanner at rest, and the line that runs out with an answer's time.
import { byId } from "../elements.js";
import { t } from "../i18n.js";

export class Screen {
  #offline = false;

  say(text) {
    byId("said").textContent = text;
  }

  /** At rest, `checking` while the hub is asked, and without a link. */
  rest({ offline = this.#offline, checking = false } = {}) {
    this.#offline = offline;
    document.body.toggleAttribute("data-offline", offline);
    byId("ready-title").textContent = checking ? t("Checking") : offline ? t("No connection") : t("Ready to scan");
    byId("ready-hint").textContent = offline
      ? t("Nothing is checked until the scanner is live again. It keeps trying by itself.")
      : t("Point the scanner at a code, or type one below.");
  }

  showVenue(name) {
    byId("venue-name").textContent = name || t("No venue");
  }

  /** The line that runs out with the answer's time. */
  runOut(seconds) {
    const line = byId("time-left");
    line.getAnimations().forEach((animation) => animation.cancel());
    line.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: seconds * 1000, fill: "forwards" });
    line.hidden = false;
  }

  stay() {
    byId("time-left").hidden = true;
  }
}
