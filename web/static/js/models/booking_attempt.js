// One wish to book: it keeps its idempotency key through every retry, a double tap and a reloaded page.
import { call, Refusal } from "./api.js";
import { waitBefore } from "./backoff.js";

const STORED = "venue-hub.booking-attempt";
const TRIES_ALONE = 5;
// These say "not now", not "no": the same attempt may be sent again.
const NOT_NOW = new Set(["RATE_LIMITED", "BUSY", "SERVICE_UNAVAILABLE"]);

export class BookingAttempt {
  #running = null;
  #hurry = null;

  constructor(body, store = sessionStorage) {
    this.body = body;
    this.store = store;
    this.key = this.#keyFor(JSON.stringify(body));
  }

  /** Sends until there is an answer. `onWait(seconds, byItself)` is told of every pause; a second call joins the first. */
  send(onWait) {
    this.#running ??= this.#keepTrying(onWait).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** The customer does not want to wait for the next try. */
  hurry() {
    this.#hurry?.();
  }

  async #keepTrying(onWait) {
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await call("POST", "/api/reservations/create", {
          body: this.body,
          headers: { "Idempotency-Key": this.key },
        });
        this.store.removeItem(STORED);
        return answer.data;
      } catch (error) {
        if (error instanceof Refusal && !NOT_NOW.has(error.code)) {
          this.store.removeItem(STORED);
          throw error;
        }
        await this.#pause(error, tries, onWait);
      }
    }
  }

  #pause(error, tries, onWait) {
    const byItself = tries < TRIES_ALONE;
    const seconds = Math.max(error.retryAfter ?? 0, waitBefore(tries));
    return new Promise((resolve) => {
      const timer = byItself ? setTimeout(resolve, seconds * 1000) : null;
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
      onWait(seconds, byItself, error);
    });
  }

  #keyFor(body) {
    try {
      const kept = JSON.parse(this.store.getItem(STORED));
      if (kept?.body === body) return kept.key;
    } catch {
      // An unreadable note is as good as none.
    }
    const key = crypto.randomUUID();
    this.store.setItem(STORED, JSON.stringify({ body, key }));
    return key;
  }
}
