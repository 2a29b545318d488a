// The waiting room's live connection: the visitor's place at once, and again each time it changes.
//
// The hub sends a frame when the place changes. After a long silence the page asks by one ping, so that a place in a paused
// room costs the hub next to nothing.
import { waitBefore } from "./backoff.js";
import { socketUrl } from "./socket.js";

const SILENCE_MS = 90_000;
const PONG_WITHIN_MS = 10_000;
/** A connection that held this long resets the count of losses. */
const STEADY_MS = 10_000;
/** The hub would refuse again at once: no place, foreign origin, too many messages. */
const PATIENT = new Set([4400, 4403, 4404, 4429]);
const PATIENT_WAIT_MS = 30_000;
const OPEN = 1;

export class RoomSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Record<string, number>} */
  #timers = {};
  #attempt = 0;
  #patience = 0;
  #liveAt = 0;
  #stopped = false;

  /**
   * @param {object} options
   * @param {string} options.key
   * @param {(place: RoomPlace) => void} options.onPlace
   * @param {(live: boolean) => void} options.onLink called when it changes
   * @param {typeof WebSocket} [options.Socket]
   */
  constructor({ key, onPlace, onLink, Socket = WebSocket }) {
    this.url = `${socketUrl("/ws/waiting-room")}?${new URLSearchParams({ for: key })}`;
    this.onPlace = onPlace;
    this.onLink = onLink;
    this.Socket = Socket;
    /** Null until the first frame, or the first failure. @type {boolean | null} */
    this.live = null;
    this.glance = () => this.#wake();
  }

  open() {
    for (const event of ["online", "pageshow"]) addEventListener(event, this.glance);
    document.addEventListener("visibilitychange", this.glance);
    this.#connect();
  }

  close() {
    this.#stopped = true;
    for (const event of ["online", "pageshow"]) removeEventListener(event, this.glance);
    document.removeEventListener("visibilitychange", this.glance);
    this.#abandon();
  }

  #connect() {
    this.#abandon();
    if (this.#stopped) return;
    const socket = new this.Socket(this.url);
    this.#socket = socket;
    socket.onmessage = (message) => this.#receive(message.data);
    socket.onclose = (event) => this.#lost(event.code);
    this.#listen();
  }

  /** @param {string} text */
  #receive(text) {
    this.#clear("pong");
    this.#listen();
    const frame = JSON.parse(text);
    if (frame.type === "bye") this.#patience = frame.reconnect_after_ms ?? 0;
    if (frame.event !== "waiting_room") return;
    this.#liveAt ||= performance.now();
    this.#show(true);
    this.onPlace(frame);
  }

  #listen() {
    this.#clear("silence");
    this.#timers.silence = setTimeout(() => this.#ping(), SILENCE_MS);
  }

  #ping() {
    if (this.#socket?.readyState === OPEN) this.#socket.send('{"type":"ping"}');
    this.#timers.pong ??= setTimeout(() => this.#lost(1006), PONG_WITHIN_MS);
  }

  /** Somebody looks, or the network is back: after sleep a socket may only look open. */
  #wake() {
    if (this.#stopped || document.visibilityState === "hidden") return;
    if (this.#socket) this.#ping();
    else this.#connect();
  }

  /** @param {number} code */
  #lost(code) {
    if (this.#liveAt && performance.now() - this.#liveAt >= STEADY_MS) this.#attempt = 0;
    this.#abandon();
    this.#show(false);
    const wait = PATIENT.has(code) ? PATIENT_WAIT_MS * (0.5 + Math.random()) : this.#patience + waitBefore(this.#attempt) * 1000;
    this.#patience = 0;
    this.#attempt += 1;
    this.#timers.retry = setTimeout(() => this.#connect(), wait);
  }

  /** @param {boolean} live */
  #show(live) {
    if (live === this.live) return;
    this.live = live;
    this.onLink(live);
  }

  #abandon() {
    const socket = this.#socket;
    this.#socket = null;
    this.#liveAt = 0;
    this.#clear("silence", "pong", "retry");
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  /** @param {string[]} names */
  #clear(...names) {
    for (const name of names) {
      clearTimeout(this.#timers[name]);
      delete this.#timers[name];
    }
  }
}
