// Counts the time to a moment down in one element.
import { hubNow } from "./dates.js";

/** A screen reader says only these minutes left. */
const SAID_AT = [10, 5, 2, 1];
const SOON_MS = 2 * 60_000;

/**
 * Shows the time left in `place` until `ends`. `onMinutes` gets each of the last minutes to be said, and `onOver` is called at
 * the end. Returns what stops it.
 *
 * @param {Element} place
 * @param {string | undefined} ends RFC 3339
 * @param {{ onMinutes: (minutes: number) => void, onOver: () => void }} handlers
 */
export function countDown(place, ends, { onMinutes, onOver }) {
  const end = Date.parse(ends ?? "");
  let said = Infinity;
  const tick = () => {
    const left = Math.max(0, end - +hubNow());
    place.textContent = timeLeft(left);
    place.classList.toggle("soon", left < SOON_MS);
    const due = SAID_AT.filter((mark) => left <= mark * 60_000).at(-1);
    if (due !== undefined && due < said && left > 0) {
      said = due;
      onMinutes(due);
    }
    if (left > 0) return;
    clearInterval(ticking);
    onOver();
  };
  const ticking = setInterval(tick, 1000);
  tick();
  return () => clearInterval(ticking);
}

/** @param {number} ms */
function timeLeft(ms) {
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
