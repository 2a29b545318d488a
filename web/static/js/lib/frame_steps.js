// Draws a page in steps, one in each frame, so that no task is long enough to hold up a touch.

export class FrameSteps {
  /** The step that comes next; -1 while nothing is to be drawn. */
  #next = -1;
  #again = false;

  /** @param {(() => void)[]} steps each draws the newest state of its part */
  constructor(...steps) {
    this.steps = steps;
  }

  /** Runs every step from the next frame on. Asked between two steps, it runs all of them once more after the last. */
  run() {
    if (this.#next < 0) this.#ask(0);
    else this.#again = this.#next > 0;
  }

  /** @param {number} next */
  #ask(next) {
    this.#next = next;
    requestAnimationFrame(() => {
      // A step that fails leaves nothing behind that would keep the others from the next run.
      this.#next = -1;
      this.steps[next]();
      if (next + 1 < this.steps.length) this.#ask(next + 1);
      else if (this.#again) {
        this.#again = false;
        this.#ask(0);
      }
    });
  }
}
