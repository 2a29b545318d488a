// Tells a visitor that their turn has come: a sound if they asked for one, and a vibration.
import { byId, first, icon } from "../../lib/elements.js";
import { deviceStore } from "../../lib/storage.js";
import { TonePlayer } from "../../lib/tones.js";

const KEY = "venue-hub.waiting-room-sound";
/** Three rising notes, twice: heard from the next room, unlike a message's single one. @type {import("../../lib/tones.js").Notes} */
const CHIME = { wave: "sine", notes: [[659.3, 0, 0.3], [784, 0.25, 0.3], [1046.5, 0.5, 0.7], [659.3, 1.4, 0.3], [784, 1.65, 0.3], [1046.5, 1.9, 0.7]] };
const SHAKE_MS = [300, 150, 300, 150, 600];

export class TurnSignal {
  #player = new TonePlayer();

  constructor() {
    const button = byId("room-sound");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => this.#toggle(button));
    // A page may play only after a touch or a key: the first one anywhere is enough.
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => this.#on && this.#player.wake());
    this.#show(button);
  }

  give() {
    if (this.#on) this.#player.play(CHIME);
    navigator.vibrate?.(SHAKE_MS);
  }

  get #on() {
    return deviceStore().getItem(KEY) === "on";
  }

  /** @param {HTMLButtonElement} button */
  #toggle(button) {
    deviceStore().setItem(KEY, this.#on ? "off" : "on");
    this.#show(button);
    if (!this.#on) return;
    this.#player.wake();
    this.#player.playWithin(1000, { ...CHIME, notes: CHIME.notes.slice(0, 3) });
  }

  /** @param {HTMLButtonElement} button */
  #show(button) {
    button.setAttribute("aria-pressed", String(this.#on));
    first(button, "svg").replaceWith(icon(this.#on ? "sound" : "mute"));
  }
}
