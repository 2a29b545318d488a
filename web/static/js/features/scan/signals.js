// The tone and vibration of a decision: three tones that differ clearly, and a vibration for a noisy gate.
/**
 * @typedef {object} Tone
 * @property {"sine" | "triangle" | "square"} wave
 * @property {number[][]} notes pitch, start and length of each
 * @property {number[]} buzz
 */

/** @type {Record<string, Tone>} */
const TONES = {
  GREEN: { wave: "sine", notes: [[880, 0, 0.1], [1318.5, 0.1, 0.2]], buzz: [70] },
  YELLOW: { wave: "triangle", notes: [[587, 0, 0.13], [587, 0.2, 0.13], [587, 0.4, 0.13]], buzz: [90, 70, 90] },
  // Falling where an entry rises: an exit gate sounds different from an entry gate.
  EXIT: { wave: "sine", notes: [[1046.5, 0, 0.12], [659.3, 0.12, 0.26]], buzz: [40, 60, 40] },
  // Two alternating pitches, unlike any decision.
  ALARM: { wave: "triangle", notes: [[988, 0, 0.14], [740, 0.17, 0.14], [988, 0.34, 0.14], [740, 0.51, 0.2]], buzz: [60, 40, 60, 40, 60, 40, 60] },
  RED: { wave: "square", notes: [[196, 0, 0.28], [147, 0.3, 0.42]], buzz: [320, 90, 320] },
};
const LATE_MS = 500;
const LOUD = { sine: 0.5, triangle: 0.5, square: 0.2 };

export class Signals {
  /** @type {AudioContext | null} */
  #context = null;

  /** @param {ScanSettings} settings */
  constructor(settings) {
    this.settings = settings;
  }

  get on() {
    return this.settings.get("sound");
  }

  /** Browsers let a page sound only after a touch or a key; each one is a chance. */
  wake() {
    if (!this.on) return;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
  }

  /** @param {string} result */
  give(result) {
    const tone = TONES[result];
    if (!tone) return;
    // Before the first touch the browser would refuse, and complain.
    const touched = navigator.userActivation?.hasBeenActive ?? true;
    if (touched && this.settings.get("vibration")) navigator.vibrate?.(tone.buzz);
    if (!this.on || !this.#context) return;
    const since = performance.now();
    // The very first answer may be there before the loudspeaker is; a tone that comes late would be another visitor's.
    this.#context.resume().then(() => performance.now() - since < LATE_MS && this.#play(tone), () => {});
  }

  #play(/** @type {Tone} */ { wave, notes }) {
    const context = this.#context;
    if (!context) return;
    const start = context.currentTime;
    for (const [pitch, after, length] of notes) {
      const source = context.createOscillator();
      const volume = context.createGain();
      source.type = wave;
      source.frequency.value = pitch;
      volume.gain.setValueAtTime(LOUD[wave], start + after);
      volume.gain.exponentialRampToValueAtTime(0.001, start + after + length);
      source.connect(volume).connect(context.destination);
      source.start(start + after);
      source.stop(start + after + length);
    }
  }
}
