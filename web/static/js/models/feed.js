// The feed: the last scans, newest first, each once, and how many the hub left out.
const KEPT = 60;

export class Feed {
  /** @type {Map<string, FeedRow>} */
  #rows = new Map();
  /** Events that came while paused. @type {Wire.ScansBody[]} */
  #held = [];

  constructor() {
    this.paused = false;
    this.ready = false;
  }

  /** @param {Wire.ScansSnapshot} snapshot */
  replace({ scans }) {
    this.#rows.clear();
    this.#held = [];
    this.ready = true;
    this.#take({ scans, more: 0 });
  }

  /** Takes an event; while paused it is kept for later. @param {Wire.ScansBody} data */
  update(data) {
    if (this.paused) this.#held.push(data);
    else this.#take(data);
  }

  /** How many scans came while paused. */
  get waiting() {
    return this.#held.reduce((sum, { scans, more }) => sum + scans.length + more, 0);
  }

  /** @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    if (!paused) for (const data of this.#held.splice(0)) this.#take(data);
  }

  /** @param {Wire.ScansBody} data */
  #take({ scans, more }) {
    // Scans that were left out came before those sent.
    if (more > 0 && scans.length > 0) {
      const { at, scan_id } = scans[0];
      this.#rows.set(`gap ${scan_id}`, { key: `gap ${scan_id}`, at, more });
    }
    for (const scan of scans) {
      const key = `${scan.scan_id} ${scan.mode}`;
      if (!this.#rows.has(key)) this.#rows.set(key, { key, at: scan.at, scan });
    }
    const shown = this.shown;
    for (const { key } of shown.slice(KEPT)) this.#rows.delete(key);
  }

  /** Newest first, by when they were logged; scans of one frame keep its order. */
  get shown() {
    return [...this.#rows.values()].reverse().sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  }
}
