// The camera's panel: the picture, the light, the choice of a camera, and the help when there is none.
import { byId, h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { Camera } from "./camera.js";

/** @type {Record<CameraState, string>} */
const WORDS = {
  off: "", on: "", starting: t("The camera is starting."),
  refused: t("The camera is not allowed here. Allow it in the browser's settings for this page, then try again."),
  absent: t("No camera was found. A hardware scanner or typing works as well."),
  lost: t("The camera has stopped. Trying again."),
  insecure: t("Browsers allow the camera on https addresses only."),
  unable: t("This browser cannot read codes with the camera."),
};

export class CameraPanel {
  /** @type {WakeLockSentinel | null} */
  #lock = null;

  /** @param {{ settings: ScanSettings, onCode: CameraOptions["onCode"], onBlocked: CameraOptions["onBlocked"], wants: () => boolean, onTouched: () => void }} options */
  constructor({ settings, onCode, onBlocked, wants, onTouched }) {
    this.settings = settings;
    this.camera = new Camera({ video: byId("video"), settings, onCode, onBlocked, wants, onState: (state) => this.#show(state) });
    /** @param {() => unknown} action */
    const then = (action) => async () => {
      await action();
      onTouched();
    };
    byId("camera-on").addEventListener("click", then(() => this.#turn(true)));
    byId("camera-off").addEventListener("click", then(() => this.#turn(false)));
    byId("torch").addEventListener("click", then(() => this.#torch()));
    byId("camera-choice").addEventListener("change", () => this.camera.choose(byId("camera-choice").value));
    document.addEventListener("visibilitychange", () => this.#stayAwake());
  }

  /** Starts the camera if it was on when the page was left. */
  begin() {
    if (this.settings.get("cameraOn")) this.camera.start();
  }

  /** @param {boolean} on */
  async #turn(on) {
    this.settings.set("cameraOn", on);
    if (on) await this.camera.start();
    else this.camera.stop();
  }

  async #torch() {
    byId("torch").setAttribute("aria-pressed", String(await this.camera.setTorch(!this.camera.torch)));
  }

  /** @param {CameraState} state */
  async #show(state) {
    const shown = state === "on" || state === "starting" || state === "lost";
    document.body.dataset.camera = state;
    byId("viewer").hidden = !shown;
    byId("camera-on").hidden = shown;
    byId("camera-said").textContent = WORDS[state];
    byId("torch").hidden = state !== "on" || !this.camera.hasTorch;
    byId("torch").setAttribute("aria-pressed", "false");
    this.#stayAwake();
    if (state === "on") await this.#offerCameras();
  }

  async #offerCameras() {
    const cameras = await this.camera.list();
    const choice = byId("camera-choice");
    choice.replaceChildren(...cameras.map(({ deviceId, label }, i) => h("option", { value: deviceId }, label || t("Camera {n}", { n: i + 1 }))));
    choice.value = this.camera.current;
    byId("camera-choice-field").hidden = cameras.length < 2;
  }

  /** Keeps the screen on: a dark screen would stop the camera. */
  async #stayAwake() {
    if (!this.camera.running) {
      this.#lock?.release().catch(() => {});
      this.#lock = null;
    } else if (!this.#lock || this.#lock.released) {
      this.#lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    }
  }
}
