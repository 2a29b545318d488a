// The wall screen: the board alone, readable from three metres, kept awake. The address says so (?wall=1), so that the
// computer behind the wall can be started with it.
import { byId } from "../../lib/elements.js";

/** @type {WakeLockSentinel | null} */
let awake = null;

async function keepAwake() {
  if (!isOn() || document.visibilityState !== "visible") return;
  try {
    awake = (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    // A browser that does not allow it leaves it to the machine's own settings.
    awake = null;
  }
}

export const isOn = () => document.body.classList.contains("wall");

/** `onChange` after the page's type has changed its size. @param {() => void} onChange */
export function openWall(onChange) {
  /** @param {boolean} on */
  async function set(on, { fullscreen = false } = {}) {
    document.body.classList.toggle("wall", on);
    const address = new URL(location.href);
    if (on) address.searchParams.set("wall", "1");
    else address.searchParams.delete("wall");
    address.hash = on ? "board" : address.hash;
    history.replaceState(null, "", address);
    dispatchEvent(new HashChangeEvent("hashchange"));
    onChange();
    if (on) {
      keepAwake();
      if (fullscreen) await document.documentElement.requestFullscreen?.().catch(() => {});
      byId("wall-off").focus({ preventScroll: true });
    } else {
      awake?.release();
      if (document.fullscreenElement) await document.exitFullscreen();
      byId("wall-on").focus({ preventScroll: true });
    }
  }
  byId("wall-on").addEventListener("click", () => set(true, { fullscreen: true }));
  byId("wall-off").addEventListener("click", () => set(false));
  addEventListener("keydown", (event) => event.key === "Escape" && isOn() && set(false));
  // Leaving full screen by the browser's own key leaves the wall screen as well.
  document.addEventListener("fullscreenchange", () => !document.fullscreenElement && isOn() && set(false));
  document.addEventListener("visibilitychange", keepAwake);
  if (new URLSearchParams(location.search).get("wall") === "1") set(true);
}
