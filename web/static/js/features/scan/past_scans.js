// The list of the operator's last scans, and the undo of an entry, exit or return with a reason.
import { byId, h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { messageOf } from "../../lib/api.js";
import { LinkLost } from "../../lib/socket.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { hubNow, momentAt } from "../../lib/dates.js";
import { isBookingCode, shortCode } from "../../models/booking_code.js";
import { peopleOf } from "../../words/parties.js";

/** @type {Record<string, string>} */
const SHAPES = { GREEN: "check", RED: "cross", YELLOW: "warn" };
const UNDO_FOR_MS = 15 * 60 * 1000;
// The number of scans shown at first; a button shows more.
const GLANCE = 12;
const PAGE = 50;
/** @type {Record<string, string>} */
const REASONS = {
  VALID: t("checked, not admitted"), VERIFIED: t("admitted"), ALREADY_VERIFIED: t("already verified"), NO_RESERVATION: t("no reservation"),
  WRONG_DATE: t("wrong date"), TOO_EARLY: t("too early"), WRONG_VENUE: t("wrong venue"), WRONG_GATE: t("wrong gate"),
  QUESTION_UNANSWERED: t("asked, not admitted yet"), QUESTION_DENIED: t("question answered with no"), UNDONE: t("entry undone"), TICKET_NOT_FOUND: t("invalid ticket"),
  PARTY_TOO_LARGE: t("too many people"), VENUE_FULL: t("venue full"), BOOKING_NOT_CONFIRMED: t("booking not confirmed"),
  NOT_LISTED: t("not on the list"), CHANGED: t("not sure"), NO_LIST: t("not checked"),
  NOTED: t("admitted"),
  TICKET_NOT_ACTIVATED: t("not activated"), TICKET_EXPIRED: t("expired"), TICKET_CANCELLED: t("cancelled"),
  EXIT_RECORDED: t("left"), ALREADY_LEFT: t("already exited"), NOT_INSIDE: t("not inside"), EXIT_NOTED: t("left, not checked"), MAY_RETURN: t("may come back in"),
  RE_ENTRY: t("came back in"), EXIT_UNDONE: t("exit undone"), RETURN_UNDONE: t("return undone"),
};

/** What can be undone: the texts of the question, the effect and the buttons. */
const ENTRY = {
  title: t("Undo this entry?"), keep: t("Keep the entry"), undo: t("Undo entry"),
  means: t("The ticket can then be used again. Both the entry and the undo stay on record."),
};
/** @type {Record<string, typeof ENTRY>} */
const UNDOABLE = {
  EXIT_RECORDED: {
    title: t("Undo this exit?"), keep: t("Keep the exit"), undo: t("Undo exit"),
    means: t("The visitor then counts as inside again. Both the exit and the undo stay on record."),
  },
  RE_ENTRY: {
    title: t("Undo this return?"), keep: t("Keep the return"), undo: t("Undo return"),
    means: t("The visitor then counts as outside again. Both the return and the undo stay on record."),
  },
};
/** @param {PastScan} scan */
const undoOf = (scan) => (scan.entered ? ENTRY : UNDOABLE[scan.reason]);

/** Green, and nobody went in by it. */
const CHECKED = new Set(["VALID", "MAY_RETURN"]);

export class PastScans {
  /** @type {PastScan | null} */
  #wanted = null;
  /** @type {PastScan[]} */
  #known = [];
  /** @type {string | null} */
  #next = null;
  #shown = GLANCE;

  /**
   * `waiting()` returns the unsent scans, newest first. `onAdmit(code)` admits a visitor who was only checked.
   *
   * @param {{ session: ScanSession, timezone: () => string | undefined, waiting: () => PastScan[], onClosed: () => void, onAdmit: (code: string) => void }} options
   */
  constructor({ session, timezone, waiting, onClosed, onAdmit }) {
    this.onAdmit = onAdmit;
    this.session = session;
    this.timezone = timezone;
    this.waiting = waiting;
    this.onClosed = onClosed;
    this.dialog = byId("undo-dialog");
    byId("undo-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#undo();
    });
    byId("undo-cancel").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.onClosed());
    this.earlier = byId("earlier-scans");
    this.earlier.addEventListener("click", () => this.#earlier());
  }

  /** Reads the newest scans; `fold` closes the older ones, as the next visitor's scan does. */
  async refresh({ fold = false } = {}) {
    try {
      const { scans, next } = await this.session.history();
      if (fold) this.#shown = GLANCE;
      /** @param {PastScan} scan */
      const nameOf = (scan) => `${scan.scan_id} ${scan.mode}`;
      const newest = new Set(scans.map(nameOf));
      const older = this.#shown > GLANCE ? this.#known.filter((scan) => !newest.has(nameOf(scan))) : [];
      this.#known = [...scans, ...older];
      if (older.length === 0) this.#next = next;
    } catch {
      // The list is not essential; it comes back with the connection.
    }
    this.redraw();
  }

  async #earlier() {
    this.#shown += PAGE;
    this.earlier.disabled = true;
    try {
      while (this.#next && this.#visitors().length < this.#shown) {
        const page = await this.session.history(PAGE, this.#next);
        this.#known = [...this.#known, ...page.scans];
        this.#next = page.next;
      }
    } catch {
      // The known scans are shown; the button stays.
    } finally {
      this.earlier.disabled = false;
      this.redraw();
      this.onClosed();
    }
  }

  #visitors = () => onePerVisitor([...this.waiting(), ...this.#known]);

  /** Whether this operator has scanned here already. */
  get any() {
    return this.#visitors().length > 0;
  }

  redraw() {
    const visitors = this.#visitors();
    byId("no-scans").hidden = visitors.length > 0;
    // Of several looks at one ticket, the newest admits.
    const newest = new Map([...visitors].reverse().map((scan) => [scan.ticket_code, scan]));
    byId("scans").replaceChildren(...visitors.slice(0, this.#shown).map((scan) => this.#row(scan, newest.get(scan.ticket_code) === scan)));
    this.earlier.hidden = visitors.length <= this.#shown && this.#next === null;
  }

  /** @param {PastScan} scan @param {boolean} newest of its ticket */
  #row(scan, newest) {
    const checked = CHECKED.has(scan.reason) && scan.result === "GREEN";
    const fresh = +hubNow() - Date.parse(scan.logged_at ?? "") < UNDO_FOR_MS;
    const what = peopleOf(scan) ?? REASONS[scan.reason] ?? scan.reason;
    const time = momentAt(scan.scanned_at, this.timezone(), { seconds: true });
    const words = scan.waits ? t("{time}, {what}, not sent yet", { time, what }) : scan.undone ? t("{time}, {what}, undone", { time, what }) : t("{time}, {what}", { time, what });
    // Why an entry was undone, or what was answered to the question of the product.
    const why = scan.note && h("div", { class: "what" }, t("“{note}”", { note: scan.note }));
    return h(
      "li",
      { class: scan.reason === "EXIT_RECORDED" ? "EXIT" : checked ? "checked" : scan.result },
      h("span", { class: "mark" }, icon(scan.reason === "EXIT_RECORDED" ? "way-out" : SHAPES[scan.result] ?? "clock")),
      h("div", {}, h("div", { class: "code", ...(isBookingCode(scan.ticket_code) && { title: scan.ticket_code }) }, shortCode(scan.ticket_code) ?? t("Unreadable")), h("div", { class: "what" }, words), why),
      checked && newest && fresh && !scan.waits && h("button", { type: "button", class: "button small admit", onclick: () => this.onAdmit(scan.ticket_code) }, t("Admit")),
      undoOf(scan) && !scan.undone && fresh && h("button", { type: "button", class: "button quiet small", onclick: () => this.#ask(scan) }, t("Undo")),
    );
  }

  /** @param {PastScan} scan */
  #ask(scan) {
    this.#wanted = scan;
    const { title, keep, undo, means } = undoOf(scan);
    byId("undo-title").textContent = title;
    byId("undo-means").textContent = (scan.people ?? 1) > 1 && scan.entered ? t("These people can then come in again. Both the entry and the undo stay on record.") : means;
    byId("undo-cancel").textContent = keep;
    byId("undo-submit").textContent = undo;
    byId("undo-code").textContent = shortCode(scan.ticket_code) ?? t("Unreadable");
    const people = peopleOf(scan);
    byId("undo-people").hidden = people === null;
    byId("undo-people").textContent = people ?? "";
    byId("undo-reason").value = "";
    clearNotice(byId("undo-answer"));
    this.dialog.showModal();
    byId("undo-reason").focus();
  }

  async #undo() {
    const reason = byId("undo-reason").value.trim();
    if (!this.#wanted) return;
    if (!reason) {
      showNotice(byId("undo-answer"), { title: t("Add a reason"), next: "" });
      return;
    }
    const button = byId("undo-submit");
    button.disabled = true;
    try {
      await this.session.undo(this.#wanted.scan_id, reason);
      this.dialog.close();
      await this.refresh({ fold: true });
    } catch (error) {
      const words = error instanceof LinkLost ? t("No connection. Try again when the scanner is online.") : messageOf(error);
      showNotice(byId("undo-answer"), { title: words, next: "" });
    } finally {
      button.disabled = false;
    }
  }
}

/** A check and its entry are two scans of one visitor, and so are two checks: the earlier one is left out. @param {PastScan[]} scans */
function onePerVisitor(scans) {
  return scans.filter((scan, i) => {
    const next = scans.slice(0, i).findLast((later) => later.ticket_code === scan.ticket_code);
    const letIn = next?.entered || next?.reason === "VERIFIED";
    const answered = letIn || next?.reason === "QUESTION_DENIED";
    return !(scan.reason === "VALID" && (letIn || next?.reason === "VALID")) && !(scan.reason === "QUESTION_UNANSWERED" && answered) && !(scan.reason === "MAY_RETURN" && next?.reason === "RE_ENTRY");
  });
}
