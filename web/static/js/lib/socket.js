// The staff pages' socket: reconnects, matches answers by request id, renews subscriptions. Change its time limits here.
import { waitBefore } from "./backoff.js";

const PING_EVERY_MS = 15_000;
const PONG_WITHIN_MS = 6_000;
// A doubtful connection gets less time for its pong.
const PROOF_WITHIN_MS = 2_000;
// Several early pings compare the clocks: the quickest answer counts.
const EARLY_PINGS_MS = [0, 700, 2_000];
const READY_WITHIN_MS = 10_000;
const SESSION_ENDED = 4401;
const FORBIDDEN = 4403;
const OPEN = 1;
// Close codes after which an immediate retry would fail too: extra seconds to wait, and the attempt to count from.
/** @type {Record<number, [number, number]>} */
const COOLING = { 4400: [2, 3], 4408: [1, 2], 4429: [5, 4], 1013: [1, 2] };

const nothing = () => {};

/**
 * @typedef {{ frame: object, again: boolean, resolve: (data: any) => void, reject: (error: Error) => void }} Request
 *
 * @typedef {object} Subscription
 * @property {string} topic
 * @property {object} fields
 * @property {(data: any, revision: number) => void} onSnapshot
 * @property {(data: any, revision: number) => void} onEvent
 * @property {(error: CommandRefused) => void} onRefused
 * @property {number | null} number given by the hub; null until it answers
 * @property {any[]} early events that came before the answer
 *
 * @typedef {{ retry?: number, ping?: number, pong?: number, ready?: number, early?: number[] }} Timers
 */

/** The hub answered the command with a refusal. */
export class CommandRefused extends Error {
  /** @param {ApiError} error */
  constructor(error) {
    super(error.message ?? error.code);
    this.code = error.code;
    this.details = error;
  }
}

/** The connection was lost before the answer, and the command must not be sent twice. */
export class LinkLost extends Error {}

/**
 * Callbacks: `onState(state)` with "connecting", "live", "reconnecting" (with `since`) or "ended"; `onHello(frame)` first
 * and `onReady(frame)` after each sign-in; `onEnded(code, error)` when only a new sign-in helps, with the hub's reason if it said one; `onPong({server_time, sent,
 * received})` with the times of a ping.
 */
export class VenueSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  #nextId = 1;
  /** @type {Map<number, Request>} */
  #waiting = new Map();
  /** @type {Set<Subscription>} */
  #subscriptions = new Set();
  #attempt = 0;
  /** @type {Timers} */
  #timers = {};
  #stopped = false;
  #everLive = false;
  #awaySince = performance.now();
  /** The last error that belongs to no command. @type {ApiError | null} */
  #error = null;

  /**
   * @param {object} [options]
   * @param {string} [options.url]
   * @param {DeviceStatus | null} [options.device]
   * @param {(state: LinkStateName) => void} [options.onState]
   * @param {(frame: Hello) => void} [options.onHello]
   * @param {(frame: Ready) => void} [options.onReady]
   * @param {(code: number, error: ApiError | null) => void} [options.onEnded]
   * @param {(pong: Pong) => void} [options.onPong]
   * @param {typeof WebSocket} [options.Socket]
   */
  constructor({ url = socketUrl(), device = null, onState = nothing, onHello = nothing, onReady = nothing, onEnded = nothing, onPong = nothing, Socket = WebSocket } = {}) {
    this.url = url;
    this.device = device;
    this.onState = onState;
    this.onHello = onHello;
    this.onReady = onReady;
    this.onEnded = onEnded;
    this.onPong = onPong;
    this.Socket = Socket;
    // Seconds that a hub asks for when it restarts.
    this.patience = 0;
    this.live = false;
    /** It is open, but an answer is late. */
    this.doubtful = false;
  }

  /** How long the connection has been lost; 0 while it is live. */
  get awayForMs() {
    return this.live && !this.doubtful ? 0 : performance.now() - this.#awaySince;
  }

  open() {
    this.onState("connecting");
    this.#connect();
    globalThis.addEventListener?.("online", () => this.#wake());
    globalThis.addEventListener?.("offline", () => this.doubt());
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#wake();
    });
  }

  close() {
    this.#stopped = true;
    this.#clearTimers();
    this.#socket?.close(1000);
  }

  /** Sends this device's name, id and gate now and after every reconnect. @param {DeviceStatus} device */
  setDevice(device) {
    this.device = device;
    if (this.live) this.#send({ type: "device", device });
  }

  /** No answer, or no network on the device: pings, and drops the connection without a quick pong. */
  doubt() {
    if (!this.live || this.doubtful) return;
    this.doubtful = true;
    this.#awaySince = performance.now();
    this.#giveUpAfter(PROOF_WITHIN_MS);
    this.#ping();
  }

  /**
   * `again: true` marks a command that is harmless when repeated: it waits for the next connection and is sent again.
   * An aborted `signal` ends the wait, and the command is not sent again.
   *
   * @template {keyof Commands} Command
   * @param {Command} type
   * @param {object} [fields]
   * @param {{ again?: boolean, signal?: AbortSignal | null }} [options]
   * @returns {Promise<Commands[Command]>}
   */
  request(type, fields = {}, { again = false, signal = null } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#stopped || signal?.aborted || (!this.live && !again)) {
        reject(new LinkLost("not connected"));
        return;
      }
      signal?.addEventListener("abort", () => {
        this.#waiting.delete(id);
        reject(new LinkLost("not waited for"));
      }, { once: true });
      const id = this.#nextId++;
      const frame = { id, type, ...fields };
      this.#waiting.set(id, { frame, again, resolve, reject });
      if (this.live) this.#send(frame);
    });
  }

  /**
   * Keeps a subscription through every reconnect: `onSnapshot(data, revision)` first, then `onEvent(data, revision)`.
   *
   * @template {keyof Topics} Topic
   * @param {Topic} topic
   * @param {object} fields
   * @param {(data: Topics[Topic]["snapshot"], revision: number) => void} onSnapshot
   * @param {(data: Topics[Topic]["event"], revision: number) => void} onEvent
   * @param {Subscription["onRefused"]} [onRefused]
   * @returns {() => void} ends it
   */
  subscribe(topic, fields, onSnapshot, onEvent, onRefused = () => {}) {
    /** @type {Subscription} */
    const subscription = { topic, fields, onSnapshot, onEvent, onRefused, number: null, early: [] };
    this.#subscriptions.add(subscription);
    if (this.live) this.#ask(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      if (this.live && subscription.number !== null) {
        this.request("unsubscribe", { topic, subscription: subscription.number, ...fields }).catch(() => {});
      }
    };
  }

  /** @param {Subscription} subscription */
  async #ask(subscription) {
    subscription.number = null;
    try {
      const { subscription: number, revision, snapshot, ...rest } = await this.request("subscribe", {
        topic: subscription.topic,
        ...subscription.fields,
      });
      if (!this.#subscriptions.has(subscription)) return;
      subscription.number = number;
      subscription.onSnapshot(snapshot ?? rest, revision);
      for (const frame of subscription.early.splice(0)) {
        if (frame.subscription === number) subscription.onEvent(frame.data, frame.revision);
      }
    } catch (error) {
      if (error instanceof CommandRefused) subscription.onRefused(error);
    }
  }

  #connect() {
    this.#clearTimers();
    const socket = new this.Socket(this.url);
    this.#socket = socket;
    this.#timers.ready = setTimeout(() => this.#drop(socket), READY_WITHIN_MS);
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#receive(message.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  /** @param {string} text */
  #receive(text) {
    clearTimeout(this.#timers.pong);
    this.doubtful = false;
    const frame = JSON.parse(text);
    if (frame.type === "hello") this.onHello(frame);
    else if (frame.type === "bye") this.patience = (frame.reconnect_after_ms ?? 0) / 1000;
    else if (frame.type === "ready") this.#becameLive(frame);
    else if (frame.type === "result") this.#answered(frame);
    else if (frame.type === "event") this.#happened(frame);
    else if (frame.type === "error") this.#error = frame.error ?? null;
  }

  /** @param {Ready} frame */
  #becameLive(frame) {
    clearTimeout(this.#timers.ready);
    this.live = true;
    this.#everLive = true;
    this.#attempt = 0;
    if (this.device) this.#send({ type: "device", device: this.device });
    // Before onReady: requests made there are sent at once, and nothing may be sent twice.
    for (const { frame: unanswered } of this.#waiting.values()) this.#send(unanswered);
    for (const subscription of this.#subscriptions) this.#ask(subscription);
    this.#timers.ping = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#timers.early = EARLY_PINGS_MS.map((afterMs) => setTimeout(() => this.#ping(), afterMs));
    this.onReady(frame);
    this.onState("live");
  }

  /** @param {any} frame */
  #answered(frame) {
    const waiting = this.#waiting.get(frame.id);
    if (!waiting) return;
    this.#waiting.delete(frame.id);
    if (frame.success) waiting.resolve(frame.data ?? {});
    else waiting.reject(new CommandRefused(frame.error ?? { code: "INTERNAL" }));
  }

  /** @param {any} frame */
  #happened(frame) {
    for (const subscription of this.#subscriptions) {
      if (subscription.number === frame.subscription) subscription.onEvent(frame.data, frame.revision);
      // An event may overtake the answer that names its subscription.
      else if (subscription.number === null && subscription.topic === frame.topic) subscription.early.push(frame);
    }
  }

  /** @param {number} code */
  #closed(code) {
    const wasLive = this.live;
    if (wasLive && !this.doubtful) this.#awaySince = performance.now();
    this.live = false;
    this.doubtful = false;
    this.#clearTimers();
    for (const subscription of this.#subscriptions) subscription.early.length = 0;
    for (const [id, { again, reject }] of this.#waiting) {
      if (again) continue;
      this.#waiting.delete(id);
      reject(new LinkLost("link lost"));
    }
    if (this.#stopped) return;
    if (code === SESSION_ENDED || code === FORBIDDEN) {
      this.#stopped = true;
      this.onState("ended");
      this.onEnded(code, this.#error);
      return;
    }
    if (wasLive || !this.#everLive) this.onState("reconnecting");
    const [rest, attempt] = COOLING[code] ?? [0, 0];
    this.#attempt = Math.max(this.#attempt, attempt);
    const seconds = Math.max(this.patience, rest) + waitBefore(this.#attempt);
    this.patience = 0;
    this.#attempt += 1;
    this.#timers.retry = setTimeout(() => this.#connect(), seconds * 1000);
  }

  async #ping() {
    // Another ping gives a doubtful connection no more time.
    if (!this.doubtful) this.#giveUpAfter(PONG_WITHIN_MS);
    const sent = Date.now();
    try {
      const { server_time } = await this.request("ping");
      this.onPong({ server_time, sent, received: Date.now() });
    } catch {
      // The timer decides.
    }
  }

  /** Drops the connection unless something is received in time. @param {number} ms */
  #giveUpAfter(ms) {
    clearTimeout(this.#timers.pong);
    const socket = this.#socket;
    this.#timers.pong = setTimeout(() => this.#drop(socket), ms);
  }

  /** After sleep a socket may look open and be dead: ping at once. */
  #wake() {
    if (this.live) this.#ping();
    else this.#retryNow();
  }

  #retryNow() {
    if (this.#stopped || this.live || this.#timers.retry === undefined) return;
    this.#connect();
  }

  /** Drops a connection without waiting for its close. */
  #drop(/** @type {WebSocket | null} */ socket) {
    if (!socket || socket !== this.#socket || this.#stopped) return;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
    this.#closed(1006);
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #clearTimers() {
    for (const timer of [this.#timers.retry, this.#timers.pong, this.#timers.ready]) clearTimeout(timer);
    clearInterval(this.#timers.ping);
    for (const timer of this.#timers.early ?? []) clearTimeout(timer);
    this.#timers = {};
  }
}

export function socketUrl(path = "/ws") {
  const { protocol, host } = globalThis.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
}
