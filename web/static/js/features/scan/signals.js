// The tone and vibration of a decision: three clearly different tones, and a vibration for a noisy gate. Change them here.
import { TonePlayer } from "../../lib/tones.js";

/** @type {Record<string, import("../../lib/tones.js").Notes & { buzz: number[] }>} */
const TONES = {
  GREEN: { wave: "sine", notes: [[880, 0, 0.1], [1318.5, 0.1, 0.2]], buzz: [70] },
  YELLOW: { wave: "triangle", notes: [[587, 0, 0.13], [587, 0.2, 0.13], [587, 0.4, 0.13]], buzz: [90, 70, 90] },
  // Falls where an entry rises, so that an exit gate sounds different.
  EXIT: { wave: "sine", notes: [[1046.5, 0, 0.12], [659.3, 0.12, 0.26]], buzz: [40, 60, 40] },
  // Two alternating pitches, different from every decision.
  ALARM: { wave: "triangle", notes: [[988, 0, 0.14], [740, 0.17, 0.14], [988, 0.34, 0.14], [740, 0.51, 0.2]], buzz: [60, 40, 60, 40, 60, 40, 60] },
  // Climbs fast and stays high, different from every decision: look before anybody goes in.
  ATTENTION: { wave: "triangle", notes: [[523, 0, 0.09], [659, 0.1, 0.09], [784, 0.2, 0.09], [1047, 0.3, 0.34]], buzz: [40, 40, 40, 40, 40, 40, 240] },
  RED: { wave: "square", notes: [[196, 0, 0.28], [147, 0.3, 0.42]], buzz: [320, 90, 320] },
};
const LATE_MS = 500;

export class Signals {
  #player = new TonePlayer();

  /** @param {ScanSettings} settings */
  constructor(settings) {
    this.settings = settings;
  }

  get on() {
    return this.settings.get("sound");
  }

  /** Browsers allow sound only after a touch or a key: each one resumes it. */
  wake() {
    if (this.on) this.#player.wake();
  }

  /** @param {string} result */
  give(result) {
    const tone = TONES[result];
    if (!tone) return;
    // Before the first touch the browser would refuse and log an error.
    const touched = navigator.userActivation?.hasBeenActive ?? true;
    if (touched && this.settings.get("vibration")) navigator.vibrate?.(tone.buzz);
    // The first answer may come before the sound is ready; a late tone would seem to belong to the next visitor.
    if (this.on) this.#player.playWithin(LATE_MS, tone);
  }
}
