// The sound for a new dispute, and the button that switches it on and off. The choice stays on the device.
import { h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { deviceStore } from "../../lib/storage.js";
import { TonePlayer } from "../../lib/tones.js";

const KEY = "venue-hub.dispute-sound";
/** A door bell: different from the sounds of a scanner. @type {import("../../lib/tones.js").Notes} */
const BELL = { wave: "sine", notes: [[1174.7, 0, 0.35], [932.3, 0.28, 0.6]] };

export class DisputeSound {
  #player = new TonePlayer();
  button = h("button", { type: "button", class: "button quiet small sound-choice", onclick: () => this.#toggle() });

  constructor() {
    // The page may play only after a touch or a key: the first one anywhere is enough.
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => this.#on && this.#player.wake());
    this.#show();
  }

  play() {
    if (this.#on) this.#player.play(BELL);
  }

  get #on() {
    return deviceStore().getItem(KEY) !== "off";
  }

  #toggle() {
    deviceStore().setItem(KEY, this.#on ? "off" : "on");
    this.#show();
    if (!this.#on) return;
    this.#player.wake();
    this.play();
  }

  #show() {
    this.button.setAttribute("aria-pressed", String(this.#on));
    this.button.replaceChildren(icon(this.#on ? "sound" : "mute"), t("Sound for new requests"));
  }
}
