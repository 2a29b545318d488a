// The hub's notices to this operator or gate (docs/protocol.md, "Notices to a gate").
import { deviceStore } from "../lib/storage.js";

const DONE = "venue-hub.notices-done";
const KEPT = 60;

/**
 * `notices.on("dispute", (data, notice) => ...)` receives each notice of a kind once, also those sent while this device
 * was offline. After `done` a notice does not come again, not even after a reload.
 */
export class GateNotices {
  /** @type {{ [Kind in NoticeKind]?: NoticeListener<Kind>[] }} */
  #listeners = {};
  #received = /** @type {Set<number>} */ (new Set());
  #leave = () => {};

  /** @param {{ socket: VenueSocket, store?: Storage }} options */
  constructor({ socket, store = deviceStore() }) {
    this.socket = socket;
    this.store = store;
  }

  /**
   * @template {NoticeKind} Kind
   * @param {Kind} kind
   * @param {NoticeListener<Kind>} listener
   */
  on(kind, listener) {
    /** @type {NoticeListener<Kind>[]} */
    const listeners = (this.#listeners[kind] ??= []);
    listeners.push(listener);
  }

  start() {
    this.#leave();
    this.#leave = this.socket.subscribe(
      "notices", {},
      ({ notices }) => notices.forEach((notice) => this.#receive(notice)),
      (data) => (data.missed ? this.start() : this.#receive(data)),
    );
  }

  /** @param {number} noticeId */
  done(noticeId) {
    const ids = [...this.#done.filter((id) => id !== noticeId), noticeId];
    this.store.setItem(DONE, JSON.stringify(ids.slice(-KEPT)));
  }

  /** @returns {number[]} */
  get #done() {
    try {
      const ids = JSON.parse(this.store.getItem(DONE) ?? "[]");
      return Array.isArray(ids) ? ids : [];
    } catch {
      return [];
    }
  }

  /** @template {NoticeKind} Kind @param {GateNotice<Kind>} notice */
  #receive(notice) {
    if (this.#received.has(notice.notice_id)) return;
    this.#received.add(notice.notice_id);
    if (this.#done.includes(notice.notice_id)) return;
    for (const listener of this.#listeners[notice.kind] ?? []) listener(notice.data, notice);
  }
}
