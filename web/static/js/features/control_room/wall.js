// The wall screen: only the board, readable from three metres, kept awake. The address says so (?wall=1), so that a
// computer can start with it.
import { byId } from "../../lib/elements.js";

/** @type {WakeLockSentinel | null} */
let awake = null;

async function keepAwake() {
  if (!isOn() || document.visibilityState !== "visible") return;
  try {
    awake = (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    // If the browser refuses, the machine's own settings decide.
    awake = null;
  }
}

export const isOn = () => document.body.classList.contains("wall");

/** `onChange` is called after the type size has changed. @param {() => void} onChange */
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
  // The browser's key for leaving full screen also leaves the wall screen.
  document.addEventListener("fullscreenchange", () => !document.fullscreenElement && isOn() && set(false));
  document.addEventListener("visibilitychange", keepAwake);
  if (new URLSearchParams(location.search).get("wall") === "1") set(true);
}
