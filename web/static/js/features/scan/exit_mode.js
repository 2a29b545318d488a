// Whether this scanner records entries or exits. An exit scanner looks and sounds different, so that nobody confuses the
// two. The mode stays until it is changed or until sign-out.
import { byId } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";

const WAYS = /** @type {const} */ (["entry", "exit"]);

export class ExitMode {
  /**
   * `onTurn(leaving)` is called at once and after every change; `onTouched()` returns the focus. While `inShift()`, a
   * change is confirmed: a thumb on the wrong half would record a queue of visitors as leaving.
   *
   * @param {{ settings: ScanSettings, onTurn: (leaving: boolean) => void, onTouched: () => void, inShift?: () => boolean }} options
   */
  constructor({ settings, onTurn, onTouched, inShift = () => false }) {
    /** The only way that an administrator allows here, if any. @type {"entry" | "exit" | null} */
    this.only = null;
    this.settings = settings;
    this.onTurn = onTurn;
    for (const way of WAYS) {
      byId(`way-${way}`).addEventListener("click", () => {
        if (inShift() && way !== settings.get("way")) this.#confirm(way);
        else {
          this.turn(way);
          onTouched();
        }
      });
    }
    this.dialog = byId("way-dialog");
    byId("way-turn").addEventListener("click", () => this.turn(this.#asked));
    this.dialog.addEventListener("close", onTouched);
    this.#show();
  }

  /** @type {"entry" | "exit"} */
  #asked = "entry";

  /** @param {"entry" | "exit"} way */
  #confirm(way) {
    this.#asked = way;
    byId("way-title").textContent = way === "exit" ? t("Switch to exits?") : t("Switch to entries?");
    byId("way-means").textContent = way === "exit" ? t("From now on every scan is recorded as leaving.") : t("From now on tickets are checked, and visitors are admitted.");
    byId("way-turn").textContent = way === "exit" ? t("Record exits") : t("Record entries");
    this.dialog.showModal();
  }

  get leaving() {
    return this.settings.get("way") === "exit";
  }

  /** Sets the mode, except while a scan of the old mode waits for its answer. @param {"entry" | "exit"} way */
  turn(way) {
    if (byId("scan").dataset.busy !== undefined) return;
    this.settings.set("way", way);
    this.#show();
  }

  /** Allows only one way here, or both (null). @param {"entry" | "exit" | null} only */
  allow(only) {
    this.only = only;
    this.settings.fixed = { ...this.settings.fixed, way: only ?? undefined };
    this.#show();
  }

  #show() {
    const { leaving } = this;
    byId("ways").hidden = this.only !== null;
    document.body.dataset.way = leaving ? "exit" : "entry";
    byId("way-entry").setAttribute("aria-pressed", String(!leaving));
    byId("way-exit").setAttribute("aria-pressed", String(leaving));
    byId("way-sign").hidden = !leaving;
    byId("entry-submit").textContent = leaving ? t("Record") : t("Check");
    this.onTurn(leaving);
  }
}
