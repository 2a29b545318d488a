// The calendar's live line: a month whole, then every slot that changes, for as long as the page is open. Knows no page.
//
//   const line = new AvailabilitySocket({
//     orq,                                  // the organisation's number, or undefined where there is one
//     onSlots: (slots, whole, month) => {}, // `whole`: the month's every slot, replace all; else changed slots whole, replace by id
//     onState: (state, since) => {},        // see below; told only when it changes
//     onClock: (serverTime) => {},          // optional: what time the hub has (RFC 3339)
//   });
//   line.watch("2026-11");                  // connects, or switches to another month; the same month again does nothing
//   line.close();                           // for good
//
// `state` is "connecting" (nothing was heard yet), "live", "reconnecting" (lost a moment ago: most often a restart, over
// before anybody reads a warning) or "lost" (the page is not live, and has not been since `since`, in ms since 1970; null
// where it never was). Slots carry the same fields as those of `GET /api/reservation-slots/available`. A frame of a month
// that is not watched any more is dropped here. After every reconnect the month comes whole again, so nothing needs asking.
import { waitBefore } from "./backoff.js";
import { socketUrl } from "./socket.js";

const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 8_000;
const MONTH_WITHIN_MS = 15_000;
const WARN_AFTER_MS = 4_000;
/** A link must hold this long before the next loss is treated as the first. */
const STEADY_MS = 10_000;
/** What wakes it (a glance at the phone, a flickering network) is heeded at most this often. */
const WAKE_EVERY_MS = 2_000;
/** A page nobody has looked at for so long needs no line; the next glance brings it back. */
const REST_AFTER_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 60_000;
/** The hub would refuse at once again: unreadable (a newer hub?), foreign origin, too many. */
const PATIENT = new Set([4400, 4403, 4429]);
const OPEN = 1;

const nothing = () => {};

export class AvailabilitySocket {
  #socket = null;
  #month = null;
  #heard = null;
  #attempt = 0;
  #patience = 0;
  #startedAt = -Infinity;
  #liveSince = null;
  #timers = {};
  #stopped = false;
  #resting = false;

  constructor({ orq, onSlots, onState = nothing, onClock = nothing, url = socketUrl("/ws/availability"), Socket = WebSocket }) {
    Object.assign(this, { orq, onSlots, onState, onClock, url, Socket });
    this.state = null;
    this.since = null;
    this.wake = () => this.#wake();
    this.seen = () => (document.visibilityState === "visible" ? this.#wake() : this.#rest());
  }

  get live() {
    return this.state === "live";
  }

  watch(month) {
    if (this.#stopped || month === this.#month) return;
    const first = this.#month === null;
    this.#month = month;
    if (first) {
      globalThis.addEventListener?.("online", this.wake);
      globalThis.document?.addEventListener("visibilitychange", this.seen);
      this.#tell("connecting");
      this.#connect();
    } else if (this.#socket?.readyState === OPEN) {
      this.#send({ type: "month", month });
      this.#expectMonth(this.#socket);
    } else if (this.#timers.retry) {
      // Somebody is looking: worth a try now, but not more often than any other glance.
      this.#wake();
    }
  }

  close() {
    this.#stopped = true;
    globalThis.removeEventListener?.("online", this.wake);
    globalThis.document?.removeEventListener("visibilitychange", this.seen);
    this.#abandon();
  }

  #connect() {
    this.#abandon();
    this.#resting = false;
    this.#startedAt = performance.now();
    const query = new URLSearchParams({ month: this.#month, ...(this.orq ? { orq: this.orq } : {}) });
    const socket = new this.Socket(`${this.url}?${query}`);
    const asked = this.#month;
    this.#socket = socket;
    this.#expectMonth(socket);
    socket.onopen = () => {
      // The visitor may have turned the page while the link was being made.
      if (this.#month !== asked) this.#send({ type: "month", month: this.#month });
    };
    socket.onmessage = (message) => this.#receive(socket, message.data);
    socket.onclose = (event) => this.#lost(event.code);
  }

  #receive(socket, text) {
    clearTimeout(this.#timers.pong);
    const frame = JSON.parse(text);
    if (frame.type === "slots") this.#slots(frame);
    else if (frame.type === "pong") this.onClock(frame.server_time);
    else if (frame.type === "bye") this.#patience = frame.reconnect_after_ms ?? 0;
  }

  #slots({ month, whole, slots }) {
    if (month !== this.#month) return;
    // Changes of a month make no sense before the month itself.
    if (!whole && this.#heard !== month) return;
    if (whole) this.#becameLive(month);
    this.onSlots(slots, whole, month);
  }

  #becameLive(month) {
    clearTimeout(this.#timers.month);
    this.#heard = month;
    if (this.#liveSince === null) {
      this.#liveSince = performance.now();
      this.#timers.ping = setInterval(() => this.#ping(), PING_EVERY_MS);
    }
    clearTimeout(this.#timers.warn);
    this.since = null;
    this.#tell("live");
  }

  #lost(code) {
    const wasLive = this.#liveSince !== null;
    if (wasLive && performance.now() - this.#liveSince >= STEADY_MS) this.#attempt = 0;
    this.#abandon();
    if (this.#stopped) return;
    if (wasLive) {
      this.since = Date.now();
      this.#tell("reconnecting");
    }
    this.#timers.warn = setTimeout(() => this.#tell("lost"), wasLive ? WARN_AFTER_MS : 0);
    const jitter = waitBefore(this.#attempt) * 1000;
    const wait = PATIENT.has(code) ? LONGEST_WAIT_MS * (0.5 + Math.random()) : this.#patience + jitter;
    this.#patience = 0;
    this.#attempt += 1;
    this.#timers.retry = setTimeout(() => this.#connect(), Math.min(wait, 2 * LONGEST_WAIT_MS));
  }

  #expectMonth(socket) {
    clearTimeout(this.#timers.month);
    this.#timers.month = setTimeout(() => this.#drop(socket), MONTH_WITHIN_MS);
  }

  #ping() {
    if (globalThis.document?.visibilityState === "hidden") return;
    clearTimeout(this.#timers.pong);
    const socket = this.#socket;
    this.#timers.pong = setTimeout(() => this.#drop(socket), PONG_WITHIN_MS);
    this.#send({ type: "ping" });
  }

  /** A phone that slept may hold a socket that only looks open: ask at once. Without one, try at once. */
  #wake() {
    clearTimeout(this.#timers.rest);
    if (this.#stopped || this.#month === null) return;
    if (this.#socket !== null) {
      if (this.#liveSince !== null) this.#ping();
      return;
    }
    const sinceLast = performance.now() - this.#startedAt;
    if (this.#resting || sinceLast >= WAKE_EVERY_MS) this.#connect();
    else {
      clearTimeout(this.#timers.retry);
      this.#timers.retry = setTimeout(() => this.#connect(), WAKE_EVERY_MS - sinceLast);
    }
  }

  #rest() {
    clearTimeout(this.#timers.rest);
    this.#timers.rest = setTimeout(() => {
      if (this.#liveSince !== null) this.since = Date.now();
      this.#abandon();
      this.#resting = true;
      this.#tell("lost");
    }, REST_AFTER_MS);
  }

  /** A link that does not answer is given up without waiting for its farewell. */
  #drop(socket) {
    if (socket === this.#socket && socket !== null) this.#lost(1006);
  }

  #abandon() {
    const socket = this.#socket;
    this.#socket = null;
    this.#liveSince = null;
    this.#heard = null;
    const { rest } = this.#timers;
    for (const [name, timer] of Object.entries(this.#timers)) if (name !== "rest" || this.#stopped) clearTimeout(timer);
    this.#timers = { rest };
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #tell(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state, this.since);
  }

  #send(frame) {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
