// Plays a few notes. Browsers allow sound only after a touch or a key, so `wake` is called from a handler of one.
const LOUD = { sine: 0.5, triangle: 0.5, square: 0.2 };

/**
 * @typedef {object} Notes
 * @property {"sine" | "triangle" | "square"} wave
 * @property {number[][]} notes pitch, start and length of each
 */

export class TonePlayer {
  /** @type {AudioContext | null} */
  #context = null;

  wake() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
  }

  /** Plays once the sound is ready, unless that takes longer than `ms`. @param {number} ms @param {Notes} tone */
  playWithin(ms, tone) {
    if (!this.#context) return;
    const since = performance.now();
    this.#context.resume().then(() => performance.now() - since < ms && this.play(tone), () => {});
  }

  /** @param {Notes} tone */
  play({ wave, notes }) {
    const context = this.#context;
    if (!context || context.state !== "running") return;
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
