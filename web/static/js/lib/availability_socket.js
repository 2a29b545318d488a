// The calendar's live connection: first a whole month, then each slot that changes. Change its time limits here.
//
//   const socket = new AvailabilitySocket({
//     whose,                                // {orq}: the organisation; {show}: the performances of a show; {}: there is one
//     onSlots: (slots, whole, month) => {}, // `whole`: all slots of the month, replace all; else changed slots, replace by id
//     onState: (state, since) => {},        // see below; called when it changes
//     onClock: (serverTime) => {},          // optional: the hub's time (RFC 3339)
//   });
//   socket.watch("2026-11");                  // connects, or switches to another month; the same one does nothing
//   socket.wake();                            // tries now, at most every two seconds
//   socket.close();                           // for ever
//
// `state` is "connecting" (nothing has come yet), "live", "reconnecting" (lost a moment ago, most often by a restart) or
// "lost" (not live since `since`, in ms since 1970; null where it never was live). Slots have the fields of
// `GET /api/reservation-slots/available`. Frames of a month that is no longer watched are dropped. After a reconnect the
// whole month comes again.
import { waitBefore } from "./backoff.js";
import { socketUrl } from "./socket.js";

const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 8_000;
/** After a glance at the page: an old state should not look live for long. */
const GLANCE_PONG_MS = 4_000;
const MONTH_WITHIN_MS = 15_000;
const WARN_AFTER_MS = 4_000;
/** A connection that held this long resets the count of losses. */
const STEADY_MS = 10_000;
/** A glance or an unsteady network wakes it at most this often. */
const WAKE_EVERY_MS = 2_000;
/** A page hidden for this long closes its connection; the next glance reopens it. */
const REST_AFTER_MS = 5 * 60_000;
const PATIENT_WAIT_MS = 60_000;
/** The hub would refuse again at once: unreadable frame, foreign origin, too many messages. */
const PATIENT = new Set([4400, 4403, 4429]);
/** After this many failed tries the hub is not just restarting. */
const LONG_AWAY = 8;
const OPEN = 1;

const nothing = () => {};

export class AvailabilitySocket {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {string | null} */
  #month = null;
  /**
   * The month that came whole over this connection.
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
   * @param {Record<string, any>} [options.whose]
   * @param {(slots: Slot[], whole: boolean, month: string) => void} options.onSlots
   * @param {(state: string, since: number | null) => void} [options.onState]
   * @param {(serverTime: string) => void} [options.onClock]
   * @param {string} [options.url]
   * @param {typeof WebSocket} [options.Socket]
   */
  constructor({ whose = {}, onSlots, onState = nothing, onClock = nothing, url = socketUrl("/ws/availability"), Socket = WebSocket }) {
    this.whose = whose;
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
      // Somebody is looking: try now, as after any other glance.
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
    // Without a network, the missing pong shows it long before the socket closes.
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
    const socket = new this.Socket(`${this.url}?${new URLSearchParams({ month: asked, ...this.whose })}`);
    this.#socket = socket;
    this.#expectMonth();
    socket.onopen = () => {
      // The visitor may have chosen another month while connecting.
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
    // Changes are dropped until the whole month has come.
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

  /** The connection is gone: the state is first "reconnecting", later "lost". */
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

  /** After sleep a socket may only look open: ping at once. Without a socket, connect at once. */
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

  /** Drops the connection without waiting for its close. The warn and rest timers go on. */
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
