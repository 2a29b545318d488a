// One booking request. It keeps its idempotency key through retries, a double tap and a reload.
import { call, Refusal, Trouble } from "../lib/api.js";
import { waitBefore } from "../lib/backoff.js";
import { tabStore } from "../lib/storage.js";

const STORED = "venue-hub.booking-attempt";
const TRIES_ALONE = 5;
/** A page that returns later than this asks before it continues the attempt. */
const FRESH_MS = 10 * 60 * 1000;
// Temporary refusals: the same attempt may be sent again.
const NOT_NOW = new Set(["RATE_LIMITED", "BUSY", "SERVICE_UNAVAILABLE"]);

export class BookingAttempt {
  /** @type {Promise<BookingAnswer> | null} */
  #running = null;
  /** @type {(() => void) | null} */
  #hurry = null;

  /**
   * A newer contact `proof` does not make another attempt.
   *
   * @param {BookingPath} path
   * @param {object} request
   * @param {Proof} [proof]
   */
  constructor(path, request, proof = null, store = tabStore(), now = Date.now) {
    this.path = path;
    this.store = store;
    this.now = now;
    this.body = proof ? { ...request, contact_proof: proof } : request;
    this.request = JSON.stringify([path, request]);
    this.key = this.#keyFor(this.request);
  }

  /** The attempt of this tab that has no answer, if any. */
  static unanswered(store = tabStore(), now = Date.now) {
    const kept = read(store);
    return kept?.sent ? { fresh: now() - kept.sent < FRESH_MS } : null;
  }

  /** Sends until an answer comes. `onWait` is called before each pause; a second call joins the first. @param {OnWait} onWait */
  send(onWait) {
    this.#running ??= this.#keepTrying(onWait).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Ends the pause before the next try. */
  hurry() {
    this.#hurry?.();
  }

  /** The answer is stored elsewhere. */
  forget() {
    this.store.removeItem(STORED);
  }

  /** @param {OnWait} onWait @returns {Promise<BookingAnswer>} */
  async #keepTrying(onWait) {
    for (let tries = 0; ; tries += 1) {
      try {
        this.#note({ wish: this.request, key: this.key, sent: this.now() });
        const answer = await call("POST", this.path, { body: this.body, headers: { "Idempotency-Key": this.key } });
        return answer.data;
      } catch (error) {
        if (error instanceof Refusal && !NOT_NOW.has(error.code)) {
          this.forget();
          throw error;
        }
        await this.#pause(error, tries, onWait);
      }
    }
  }

  /** @param {unknown} error @param {number} tries @param {OnWait} onWait */
  #pause(error, tries, onWait) {
    const byItself = tries < TRIES_ALONE;
    const seconds = Math.max((error instanceof Refusal || error instanceof Trouble ? error.retryAfter : null) ?? 0, waitBefore(tries));
    /** @type {Promise<void>} */
    const over = new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        globalThis.removeEventListener("online", go);
        resolve();
      };
      const timer = byItself ? setTimeout(go, seconds * 1000) : undefined;
      this.#hurry = go;
      globalThis.addEventListener("online", go);
      onWait(seconds, byItself, error);
    });
    return over;
  }

  /** @param {string} request @returns {string} */
  #keyFor(request) {
    const kept = read(this.store);
    if (kept?.wish === request) return kept.key;
    const key = crypto.randomUUID();
    this.#note({ wish: request, key });
    return key;
  }

  /** @param {KeptAttempt} kept */
  #note(kept) {
    try {
      this.store.setItem(STORED, JSON.stringify(kept));
    } catch {
      // Without a store only a reload is lost, not the booking.
    }
  }
}

/** @param {Storage} store @returns {KeptAttempt | null} */
function read(store) {
  try {
    return JSON.parse(store.getItem(STORED) ?? "null");
  } catch {
    return null;
  }
}
