// The notices that the hub sends to this operator or this gate (docs/protocol.md, "Notices to a gate").
import { deviceStore } from "../lib/storage.js";

const DONE = "venue-hub.notices-done";
const KEPT = 60;

/**
 * `notices.on("dispute", (data, notice) => ...)` receives each notice of a kind once, also those sent while this device was away.
 * What the page calls `done` with does not come again, not even after a reload.
 */
export class GateNotices {
  /** @type {Map<string, ((data: any, notice: any) => void)[]>} */
  #listeners = new Map();
  #received = new Set();
  #leave = () => {};

  /** @param {{ socket: import("../lib/socket.js").VenueSocket, store?: Storage }} options */
  constructor({ socket, store = deviceStore() }) {
    this.socket = socket;
    this.store = store;
  }

  /**
   * @param {string} kind
   * @param {(data: any, notice: any) => void} listener
   */
  on(kind, listener) {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]);
  }

  start() {
    this.#leave();
    this.#leave = this.socket.subscribe(
      "notices", {},
      ({ notices }) => notices.forEach((notice) => this.#receive(notice)),
      (data) => (data.missed ? this.start() : this.#receive(data)),
    );
  }

  done(noticeId) {
    const ids = [...this.#done.filter((id) => id !== noticeId), noticeId];
    this.store.setItem(DONE, JSON.stringify(ids.slice(-KEPT)));
  }

  get #done() {
    try {
      const ids = JSON.parse(this.store.getItem(DONE) ?? "[]");
      return Array.isArray(ids) ? ids : [];
    } catch {
      return [];
    }
  }

  #receive(notice) {
    if (this.#received.has(notice.notice_id)) return;
    this.#received.add(notice.notice_id);
    if (this.#done.includes(notice.notice_id)) return;
    for (const listener of this.#listeners.get(notice.kind) ?? []) listener(notice.data, notice);
  }
}
