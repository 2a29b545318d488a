// The page as the hub renders it now: fetched periodically, and when the page becomes visible.
import { messageOf, Trouble } from "./api.js";
import { isVisible } from "./visibility.js";

const PATIENCE_MS = 15_000;

/** Fetches and parses the page at this address; its scripts do not run. A 404 page is an answer, too. */
export async function fetchPage(path = location.pathname) {
  let response;
  let text;
  try {
    response = await fetch(path, { headers: { Accept: "text/html" }, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
    text = await response.text();
  } catch (error) {
    throw new Trouble(messageOf(error));
  }
  if (!response.ok && response.status !== 404) throw new Trouble(`status ${response.status}`);
  const page = new DOMParser().parseFromString(text, "text/html");
  // A parsed page runs no scripts and would show <noscript>.
  for (const plain of page.querySelectorAll("noscript")) plain.remove();
  return page;
}

/**
 * Calls `look` periodically while the page is visible, and at once when it becomes visible.
 *
 * @param {() => unknown} look
 * @param {number | (() => number)} everyMs
 */
export function keepLooking(look, everyMs) {
  const pause = typeof everyMs === "number" ? () => everyMs : everyMs;
  /** @type {number | undefined} */
  let timer;
  /** @type {Promise<unknown> | null} */
  let running = null;
  const turn = () => {
    clearTimeout(timer);
    running ??= Promise.resolve(look()).catch(() => {}).finally(() => {
      running = null;
      timer = setTimeout(() => isVisible() && turn(), pause() * (0.9 + Math.random() * 0.2));
    });
    return running;
  };
  document.addEventListener("visibilitychange", () => isVisible() && turn());
  addEventListener("focus", turn);
  addEventListener("online", turn);
  // A page restored by the back button shows its old state.
  addEventListener("pageshow", (event) => event.persisted && turn());
  timer = setTimeout(turn, pause());
  return turn;
}
