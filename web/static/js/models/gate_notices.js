// What the hub tells this operator or this gate at once (docs/protocol.md, "Notices to a gate"). Knows no page.
import { deviceStore } from "../lib/storage.js";

const DONE = "venue-hub.notices-done";
const KEPT = 60;

/**
 * `line.on("dispute", (data, notice) => ...)` hears each notice of a kind once, also those told while this device was away.
 * What the page calls `done` with does not come again, not even after a reload.
 */
export class NoticeLine {
  #listeners = new Map();
  #heard = new Set();
  #leave = () => {};

  constructor({ socket, store = deviceStore() }) {
    this.socket = socket;
    this.store = store;
  }

  on(kind, listener) {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), listener]);
  }

  start() {
    this.#leave();
    this.#leave = this.socket.subscribe(
      "notices", {},
      ({ notices }) => notices.forEach((notice) => this.#hear(notice)),
      (data) => (data.missed ? this.start() : this.#hear(data)),
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

  #hear(notice) {
    if (this.#heard.has(notice.notice_id)) return;
    this.#heard.add(notice.notice_id);
    if (this.#done.includes(notice.notice_id)) return;
    for (const listener of this.#listeners.get(notice.kind) ?? []) listener(notice.data, notice);
  }
}
