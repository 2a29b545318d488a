// Messages of the control room, confirmed by a touch, and the ring that it gives one scanner.
import { h } from "../../lib/elements.js";
import { asWritten, t } from "../../lib/i18n.js";
import { hubNow, momentAt } from "../../lib/dates.js";

/** A ring that comes later, after a loss of the connection, is over. */
const RING_FOR_MS = 60_000;
const RINGS = 5;
const RING_EVERY_MS = 1500;

export class GateMessages {
  /** @type {number | undefined} */
  #ringing;

  /** @param {{ socket: VenueSocket, notices: GateNotices, shelf: NoticeShelf, signals: Signals, timezone: () => string | undefined }} options */
  constructor({ socket, notices, shelf, signals, timezone }) {
    this.socket = socket;
    this.notices = notices;
    this.shelf = shelf;
    this.signals = signals;
    this.timezone = timezone;
    notices.on("message", (message, notice) => this.#showMessage(message, notice.notice_id));
    notices.on("ring", (ring, notice) => this.#ring(ring, notice.notice_id));
  }

  /** @param {NoticeKinds["message"]} message @param {number} noticeId */
  #showMessage({ message_id: messageId, text, by, sent_at: at }, noticeId) {
    this.shelf.put(`message-${messageId}`, {
      urgent: true,
      title: h("span", { translate: "no" }, text),
      lines: [t("Control room, {name}, {time}", { name: by, time: momentAt(at, this.timezone()) })],
      actions: [[t("I have read it"), () => this.#confirm(messageId, noticeId)]],
    });
    this.signals.give("ALARM");
  }

  /** Offline it waits for the next connection. @param {number} messageId @param {number} noticeId */
  #confirm(messageId, noticeId) {
    this.notices.done(noticeId);
    this.socket.request("read_message", { message_id: messageId }, { again: true }).catch(() => {});
  }

  /** @param {NoticeKinds["ring"]} ring @param {number} noticeId */
  #ring({ by, rung_at: at }, noticeId) {
    if (+hubNow() - Date.parse(at) > RING_FOR_MS) return;
    this.shelf.put("ring", {
      urgent: true, tone: "YELLOW", title: t("The control room is ringing this scanner"), lines: [asWritten(by)],
      actions: [[t("Found it"), () => {
        clearInterval(this.#ringing);
        this.notices.done(noticeId);
      }]],
    });
    clearInterval(this.#ringing);
    let left = RINGS;
    const once = () => {
      this.signals.give("ALARM");
      left -= 1;
      if (left <= 0) clearInterval(this.#ringing);
    };
    this.#ringing = setInterval(once, RING_EVERY_MS);
    once();
  }
}
