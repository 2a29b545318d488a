// Sends the queue while connected: in order, in batches, one batch at a time over all tabs. After an interruption it
// sends the unanswered scans again; the hub knows each scan by its id and records it once.
import { CommandRefused, LinkLost } from "../../../lib/socket.js";

const MOST_SCANS = 200;
// A frame holds 64 KiB; a scan has a few hundred bytes.
const MOST_BYTES = 48_000;
const LARGEST_SKEW_MS = 31 * 86_400_000;
const LOCK = "venue-hub.sync";
const AGAIN_MS = [2_000, 60_000];

export class SyncEngine {
  #running = false;
  #wanted = false;
  /** @type {number | undefined} */
  #timer;
  #wait = AGAIN_MS[0];

  /**
   * `onSettled(settled)` is called after each batch, `onState()` when sending begins or ends.
   *
   * @param {{ socket: VenueSocket, queue: Queue, onSettled: (settled: Settled[]) => void, onState: () => void }} options
   */
  constructor({ socket, queue, onSettled, onState }) {
    this.socket = socket;
    this.queue = queue;
    this.onSettled = onSettled;
    this.onState = onState;
    this.sending = false;
    // Scans that the hub cannot read stay in the queue for a newer page or hub.
    /** @type {Set<number>} */
    this.unreadable = new Set();
  }

  /** Starts sending: there is a new scan or a new connection. */
  kick() {
    this.#wanted = true;
    if (!this.#running) this.#run();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#wanted = false;
  }

  async #run() {
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      while (this.#wanted && this.socket.live) {
        this.#wanted = false;
        if (this.queue.length > this.unreadable.size) await inTurn(() => this.#drain());
      }
    } finally {
      this.#running = false;
      this.#show(false);
    }
  }

  async #drain() {
    while (this.socket.live) {
      const batch = batchOf((await this.queue.first(MOST_SCANS + this.unreadable.size)).filter(({ seq }) => !this.unreadable.has(seq)));
      if (!batch.length) return;
      this.#show(true);
      try {
        const { results } = await this.socket.request("sync", frameOf(batch));
        await this.#settle(batch, results);
        this.#wait = AGAIN_MS[0];
      } catch (error) {
        if (error instanceof LinkLost) return;
        if (!(error instanceof CommandRefused)) throw error;
        if (error.code === "INVALID_REQUEST" && this.#setAside(batch, error)) continue;
        this.#later(error);
        return;
      }
    }
  }

  /** @param {QueuedAt[]} batch @param {Wire.Synced[]} results */
  async #settle(batch, results) {
    const byId = new Map(results.map((result) => [result.scan_id, result]));
    const answered = batch.flatMap((item) => {
      const result = byId.get(item.scan.scan_id);
      return result ? [{ ...item, result }] : [];
    });
    /** @type {OwnConflict[]} */
    const conflicts = [];
    for (const { scan, result } of answered) {
      const { outcome, reason, kind = null, first_entry = null, conflict_id = null, people = 1 } = result;
      if (outcome === "conflict" || outcome === "refused") {
        const { scan_id, code, scanned_at, skew_ms, gate, count } = scan;
        conflicts.push({ scan_id, code, at: Date.parse(scanned_at) - skew_ms, gate, count, people: people ?? 1, outcome, reason, kind, first_entry, conflict_id });
      }
    }
    await this.queue.settle(answered, conflicts);
    this.onSettled(answered);
  }

  /** Sets a scan aside that the hub cannot read, so that the next ones are sent. @param {QueuedAt[]} batch @param {CommandRefused} error */
  #setAside(batch, error) {
    const places = (error.details.errors ?? []).flatMap(({ field }) => /^scans\.(\d+)\./.exec(field ?? "")?.[1] ?? []).map(Number);
    for (const place of places) if (batch[place]) this.unreadable.add(batch[place].seq);
    return places.length > 0;
  }

  /** The hub cannot do it now: tries again later. @param {CommandRefused} error */
  #later(error) {
    const wait = Math.max(this.#wait, (error.details.retry_after ?? 0) * 1000);
    this.#wait = Math.min(AGAIN_MS[1], this.#wait * 2);
    this.#timer = setTimeout(() => this.kick(), wait * (1 + Math.random() / 4));
  }

  /** @param {boolean} sending */
  #show(sending) {
    if (this.sending === sending) return;
    this.sending = sending;
    this.onState();
  }
}

/** The first scans that fit into one frame and have the same clock skew. @param {QueuedAt[]} items */
function batchOf(items) {
  /** @type {QueuedAt[]} */
  const batch = [];
  let bytes = 0;
  for (const item of items) {
    bytes += JSON.stringify(item.scan).length + 1;
    if (batch.length && (batch.length === MOST_SCANS || bytes > MOST_BYTES || item.scan.skew_ms !== batch[0].scan.skew_ms)) break;
    batch.push(item);
  }
  return batch;
}

/** @param {QueuedAt[]} batch */
function frameOf(batch) {
  const { skew_ms } = batch[0].scan;
  // The hub rejects the skew of a clock that was never set: then the timestamps are corrected here.
  const tell = Math.abs(skew_ms) <= LARGEST_SKEW_MS;
  const scans = batch.map(({ scan: { skew_ms: _skew, seen: _seen, party_key: _key, ...scan } }) =>
    (tell ? scan : { ...scan, scanned_at: new Date(Date.parse(scan.scanned_at) - skew_ms).toISOString() }));
  return { skew_ms: tell ? skew_ms : 0, scans };
}

/** Takes a lock, so that two tabs never send the same scans at once. @param {() => Promise<unknown>} work */
function inTurn(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}
