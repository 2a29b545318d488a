// The same page as the hub would write it now: fetched again from time to time and whenever the page is looked at.
import { messageOf, Trouble } from "./api.js";
import { isVisible } from "./visibility.js";

const PATIENCE_MS = 15_000;

/** The page at this address as a document of its own; no script of it runs. A page that says 404 is an answer, too. */
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
 * Calls `look` every so often while the page is in sight, and at once when it comes back into sight.
 *
 * @param {() => unknown} look
 * @param {number} everyMs
 */
export function keepLooking(look, everyMs) {
  /** @type {number | undefined} */
  let timer;
  /** @type {Promise<unknown> | null} */
  let running = null;
  const turn = () => {
    clearTimeout(timer);
    running ??= Promise.resolve(look()).catch(() => {}).finally(() => {
      running = null;
      timer = setTimeout(() => isVisible() && turn(), everyMs * (0.9 + Math.random() * 0.2));
    });
    return running;
  };
  document.addEventListener("visibilitychange", () => isVisible() && turn());
  addEventListener("focus", turn);
  addEventListener("online", turn);
  // A page brought back by the back button shows what was true when it was left.
  addEventListener("pageshow", (event) => event.persisted && turn());
  timer = setTimeout(turn, everyMs);
  return turn;
}
