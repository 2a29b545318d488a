// The calendar's live link: a month whole, then every slot that changes, for as long as the page is open. Knows no page.
//
//   const socket = new AvailabilitySocket({
//     orq,                                  // the organisation's number, or undefined where there is one
//     onSlots: (slots, whole, month) => {}, // `whole`: the month's every slot, replace all; else changed slots whole, replace by id
//     onState: (state, since) => {},        // see below; called only when it changes
//     onClock: (serverTime) => {},          // optional: what time the hub has (RFC 3339)
//   });
//   socket.watch("2026-11");                  // connects, or switches to another month; the same month again does nothing
//   socket.wake();                            // try now (never more often than every two seconds)
//   socket.close();                           // for good
//
// `state` is "connecting" (nothing has come yet), "live", "reconnecting" (lost a moment ago: most often a restart, over
// before anybody reads a warning) or "lost" (the page is not live, and has not been since `since`, in ms since 1970; null
// where it never was). Slots carry the same fields as those of `GET /api/reservation-slots/available`. A frame of a month
// that is not watched any more is dropped here. After every reconnect the month comes whole again, so nothing needs asking.
import { waitBefore } from "./backoff.js";
import { socketUrl } from "./socket.js";

const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 8_000;
/** For a glance at the page: an old state should not look live for long. */
const GLANCE_PONG_MS = 4_000;
const MONTH_WITHIN_MS = 15_000;
const WARN_AFTER_MS = 4_000;
/** A link must hold this long before the next loss is treated as the first. */
const STEADY_MS = 10_000;
/** It is woken (by a glance at the phone, an unsteady network) at most this often. */
const WAKE_EVERY_MS = 2_000;
/** A page that was hidden for so long needs no connection; the next glance brings it back. */
const REST_AFTER_MS = 5 * 60_000;
const PATIENT_WAIT_MS = 60_000;
/** The hub would refuse at once again: unreadable (a newer hub?), foreign origin, too many messages. */
const PATIENT = new Set([4400, 4403, 4429]);
/** So many tries in vain, and the hub is not just restarting. */
const LONG_AWAY = 8;
const OPEN = 1;

const nothing = () => {};

export class AvailabilitySocket {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {string | null} */
  #month = null;
  /**
   * The month that came whole over this very link.
   * @type {string | null}
   */
  #received = null;
  /** @type {number | null} */
  #liveAt = null;
  #attempt = 0;
  #patience = 0;
  #startedAt = -Infinity;
  /** @type {Record<string, number>} */
  #timers = {};
  #stopped = false;
  #resting = false;

  /**
   * @param {object} options
   * @param {number} [options.orq]
   * @param {(slots: Slot[], whole: boolean, month: string) => void} options.onSlots
   * @param {(state: string, since: number | null) => void} [options.onState]
   * @param {(serverTime: string) => void} [options.onClock]
   * @param {string} [options.url]
   * @param {typeof WebSocket} [options.Socket]
   */
  constructor({ orq, onSlots, onState = nothing, onClock = nothing, url = socketUrl("/ws/availability"), Socket = WebSocket }) {
    this.orq = orq;
    this.onSlots = onSlots;
    this.onState = onState;
    this.onClock = onClock;
    this.url = url;
    this.Socket = Socket;
    /** @type {string | null} */
    this.state = null;
    /** @type {number | null} */
    this.since = null;
    this.onGlance = () => this.wake();
    this.onVisibility = () => (document.visibilityState === "hidden" ? this.#restLater() : this.wake());
  }

  get live() {
    return this.state === "live";
  }

  /** @param {string} month */
  watch(month) {
    if (this.#stopped || month === this.#month) return;
    const first = this.#month === null;
    this.#month = month;
    if (first) this.#begin();
    else if (this.#socket?.readyState === OPEN) {
      this.#send({ type: "month", month });
      this.#expectMonth();
    } else if (this.#timers.retry) {
      // Somebody is looking: worth a try now, but not more often than any other glance.
      this.wake();
    }
  }

  close() {
    this.#stopped = true;
    globalThis.removeEventListener?.("online", this.onGlance);
    globalThis.removeEventListener?.("offline", this.onGlance);
    globalThis.document?.removeEventListener("visibilitychange", this.onVisibility);
    this.#abandon();
    this.#clear("warn", "rest");
  }

  #begin() {
    globalThis.addEventListener?.("online", this.onGlance);
    // A device that has lost its network learns it from the missing pong, long before the link itself breaks.
    globalThis.addEventListener?.("offline", this.onGlance);
    globalThis.document?.addEventListener("visibilitychange", this.onVisibility);
    if (globalThis.document?.visibilityState === "hidden") this.#restLater();
    this.#setState("connecting");
    this.#warnLater();
    this.#connect();
  }

  #connect() {
    this.#abandon();
    this.#startedAt = performance.now();
    const asked = this.#month ?? "";
    const socket = new this.Socket(`${this.url}?${new URLSearchParams({ month: asked, ...(this.orq ? { orq: String(this.orq) } : {}) })}`);
    this.#socket = socket;
    this.#expectMonth();
    socket.onopen = () => {
      // The visitor may have turned the page while the link was being made.
      if (this.#month !== asked) this.#send({ type: "month", month: this.#month });
    };
    socket.onmessage = (message) => this.#receive(message.data);
    socket.onclose = (event) => this.#lost(event.code);
  }

  #receive(/** @type {string} */ text) {
    this.#clear("pong");
    const frame = JSON.parse(text);
    if (frame.type === "slots") this.#take(frame);
    else if (frame.type === "pong") this.onClock(frame.server_time);
    else if (frame.type === "bye") this.#patience = frame.reconnect_after_ms ?? 0;
  }

  #take(/** @type {{ month: string, whole: boolean, slots: Slot[] }} */ { month, whole, slots }) {
    // Changes of a month make no sense before the month itself.
    if (month !== this.#month || (!whole && this.#received !== month)) return;
    this.onSlots(slots, whole, month);
    if (!whole) return;
    this.#clear("month", "warn");
    this.#received = month;
    if (this.#liveAt === null) {
      this.#liveAt = performance.now();
      this.#timers.ping = setInterval(() => this.#ping(PONG_WITHIN_MS), PING_EVERY_MS);
    }
    this.since = null;
    this.#setState("live");
  }

  #lost(/** @type {number} */ code) {
    if (this.#liveAt !== null && performance.now() - this.#liveAt >= STEADY_MS) this.#attempt = 0;
    this.#quit();
    const jitter = waitBefore(this.#attempt) * (this.#attempt > LONG_AWAY ? 3000 : 1000);
    const wait = PATIENT.has(code) ? PATIENT_WAIT_MS * (0.5 + Math.random()) : this.#patience + jitter;
    this.#patience = 0;
    this.#attempt += 1;
    this.#timers.retry = setTimeout(() => this.#connect(), wait);
  }

  /** No link any more; the state is at first that it is coming back, and only after a while that it is not live. */
  #quit() {
    const wasLive = this.#liveAt !== null;
    this.#abandon();
    if (!wasLive) return;
    this.since = Date.now();
    this.#setState("reconnecting");
    this.#warnLater();
  }

  #warnLater() {
    this.#clear("warn");
    this.#timers.warn = setTimeout(() => this.#setState("lost"), WARN_AFTER_MS);
  }

  #expectMonth() {
    this.#clear("month");
    this.#timers.month = setTimeout(() => this.#lost(1006), MONTH_WITHIN_MS);
  }

  #ping(/** @type {number} */ within) {
    if (this.#timers.pong) return;
    this.#timers.pong = setTimeout(() => this.#lost(1006), within);
    this.#send({ type: "ping" });
  }

  /** A phone that slept may hold a socket that only looks open: ask at once. Without one, try at once. */
  wake() {
    if (this.#stopped || this.#month === null) return;
    this.#clear("rest");
    if (this.#socket !== null) {
      if (this.#liveAt !== null) this.#ping(GLANCE_PONG_MS);
      return;
    }
    if (this.#resting) {
      this.#resting = false;
      this.#warnLater();
    }
    const early = WAKE_EVERY_MS - (performance.now() - this.#startedAt);
    this.#clear("retry");
    if (early <= 0) this.#connect();
    else this.#timers.retry = setTimeout(() => this.#connect(), early);
  }

  #restLater() {
    this.#clear("rest");
    this.#timers.rest = setTimeout(() => {
      this.#quit();
      this.#clear("warn", "retry");
      this.#resting = true;
    }, REST_AFTER_MS);
  }

  /** Ends the connection, if any, without waiting for its close. The timers that warn and rest go on. */
  #abandon() {
    const socket = this.#socket;
    this.#socket = this.#received = this.#liveAt = null;
    this.#clear("retry", "month", "ping", "pong");
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #clear(/** @type {string[]} */ ...names) {
    for (const name of names) {
      clearTimeout(this.#timers[name]);
      delete this.#timers[name];
    }
  }

  #setState(/** @type {string} */ state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state, this.since);
  }

  #send(/** @type {object} */ frame) {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
