// Asks a supervisor about the answer on the screen. The decision fills the screen while it still shows that visitor, else
// it comes as a card. A supervisor decides here at once.
import { byId, h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";
import { CommandRefused, LinkLost } from "../../lib/socket.js";
import { momentAt } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { choicesOf, isParty } from "../../models/party.js";
import { shortCode } from "../../models/booking_code.js";
import { partyOf } from "../../words/parties.js";

// The news of an entry may arrive before the notice of the supervisor's decision.
const WORD_FOLLOWS_MS = 2_000;
const LET_IN = ["verified", "returned"];

export class Supervisor {
  /** Open disputes by scan. @type {Map<string, Wire.Dispute>} */
  #open = new Map();
  /** @type {Set<string>} */
  #answeredScans = new Set();
  /** @type {Decision | null} */
  #asking = null;

  /** @param {SupervisorOptions} options */
  constructor({ flow, socket, notices, shelf, timezone, decides = byId("scan").dataset.supervisor !== undefined }) {
    this.flow = flow;
    this.socket = socket;
    this.notices = notices;
    this.shelf = shelf;
    this.timezone = timezone;
    this.decides = decides;
    this.button = byId("ask-supervisor");
    this.dialog = byId("ask-dialog");
    this.button.addEventListener("click", () => this.#ask());
    byId("ask-cancel").addEventListener("click", () => this.dialog.close());
    byId("ask-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send({});
    });
    this.dialog.addEventListener("close", () => flow.onTouched());
    flow.on("answered", ({ decision }) => this.#offer(decision));
    flow.on("cleared", () => this.#offer(null));
    notices.on("dispute", (dispute, notice) => this.#answered(dispute, notice));
  }

  /** After connecting: reads the open disputes again, and shows those decided meanwhile. */
  async refresh() {
    try {
      const { data } = await call("GET", "/api/disputes?status=open&limit=20");
      const open = new Set(data.disputes.map((dispute) => dispute.scan_id));
      for (const dispute of data.disputes) if (dispute.asked_at && dispute.operator.id === this.#self) this.#wait(dispute);
      for (const scanId of this.#open.keys()) if (!open.has(scanId)) this.#look(scanId);
    } catch {
      // The next connection tries again.
    }
  }

  /**
   * Whether a supervisor's decision may explain this change of the ticket on the screen; then it is not outdated yet.
   *
   * @param {string} change
   */
  awaits(change) {
    const scanId = this.#shown;
    if (!scanId || !LET_IN.includes(change) || !this.#open.has(scanId)) return false;
    setTimeout(() => {
      if (this.#shown === scanId && this.#open.has(scanId)) this.flow.outdated(change);
    }, WORD_FOLLOWS_MS);
    return true;
  }

  /** @param {{ id: number }} operator */
  set operator(operator) {
    this.#self = operator.id;
  }

  /** @type {number | null} */
  #self = null;

  /** The id of the scan on the screen. */
  get #shown() {
    return this.flow.verdict.shown ? (this.flow.session.current?.decision?.scan_id ?? null) : null;
  }

  /** @param {Decision | null} decision */
  #offer(decision) {
    // Without a current scan the decision is an exit, which needs no supervisor.
    const refused = decision !== null && this.flow.session.current !== null && decision.result !== "GREEN" && !this.flow.session.mayVerify && decision.reason !== "DECLINED" && !decision.undone;
    this.button.hidden = !refused || decision.provisional === true || this.#open.has(decision.scan_id ?? "");
    this.button.textContent = this.decides ? t("Admit anyway") : t("Ask a supervisor");
  }

  #ask() {
    const { current } = this.flow.session;
    if (!current?.decision) return;
    this.#asking = current.decision;
    const code = current.decision.ticket?.ticket_code ?? current.code;
    byId("ask-title").textContent = this.decides ? t("Override and admit?") : t("Ask a supervisor?");
    byId("ask-code").textContent = shortCode(code);
    byId("ask-label").textContent = this.decides ? t("Reason") : t("What the visitor says (optional)");
    byId("ask-send").textContent = this.decides ? t("Admit") : t("Ask");
    byId("ask-note").value = "";
    byId("ask-note").required = this.decides;
    const choices = this.decides ? choicesOf(current.decision.party) : [];
    byId("ask-people-field").hidden = choices.length === 0;
    byId("ask-people").replaceChildren(...choices.map((n) => h("option", { value: n, selected: n === choices.length }, n)));
    clearNotice(byId("ask-answer"));
    this.dialog.showModal();
    byId("ask-note").focus();
  }

  /** @param {{ takeBack?: boolean }} how */
  async #send({ takeBack = false }) {
    const note = byId("ask-note").value.trim();
    const scanId = this.#asking?.scan_id;
    if (this.decides && !note) {
      showNotice(byId("ask-answer"), { title: t("Add a reason"), next: "" });
      return;
    }
    byId("ask-send").disabled = true;
    const count = Number(byId("ask-people").value);
    try {
      if (this.decides) {
        this.flow.news.ask();
        this.#answered(await this.socket.request("override", { scan_id: scanId, reason: note, take_back: takeBack, ...(count > 0 && { count }) }));
      } else this.#wait(await this.socket.request("ask_supervisor", { scan_id: scanId, ...(note && { note }) }));
      this.dialog.close();
    } catch (error) {
      if (!(error instanceof CommandRefused) && !(error instanceof LinkLost)) throw error;
      this.flow.news.keep();
      this.#refused(error);
    } finally {
      byId("ask-send").disabled = false;
    }
  }

  /** @param {CommandRefused | LinkLost} error */
  #refused(error) {
    const details = error instanceof CommandRefused && error.code === "ALREADY_VERIFIED" ? error.details : null;
    const inTheWay = details?.verified_at;
    const next = inTheWay
      ? t("Admitted at {time} by {operator}.", { time: momentAt(inTheWay, this.timezone(), { seconds: true }), operator: details.operator_name })
      : "";
    /** @type {[string, () => unknown][]} */
    const actions = inTheWay ? [[t("Undo that entry and admit"), () => this.#send({ takeBack: true })]] : [];
    const title = error instanceof LinkLost ? t("No connection. Try again when the scanner is online.") : error.message;
    showNotice(byId("ask-answer"), { title, next }, { actions });
  }

  /** Shows a card that stays until the answer comes, whatever is scanned meanwhile. @param {Wire.Dispute} dispute */
  #wait(dispute) {
    if (dispute.decision) {
      this.#answered(dispute);
      return;
    }
    this.#open.set(dispute.scan_id, dispute);
    if (this.#shown === dispute.scan_id) this.button.hidden = true;
    this.shelf.put(this.#key(dispute), {
      title: t("Supervisor asked"), lines: [codeOf(dispute), dispute.note && t("“{note}”", { note: dispute.note })], since: dispute.asked_at,
      actions: [[t("Cancel request"), () => this.#withdraw(dispute)]],
    });
  }

  /** @param {Wire.Dispute} dispute */
  async #withdraw({ scan_id: scanId }) {
    try {
      await this.socket.request("withdraw", { scan_id: scanId });
    } catch (error) {
      if (error instanceof LinkLost) return false;
      if (!(error instanceof CommandRefused)) throw error;
      // A supervisor answered at the same moment.
      this.#look(scanId);
      return false;
    }
    this.#open.delete(scanId);
    this.#offer(this.#shown ? (this.flow.session.current?.decision ?? null) : null);
    return true;
  }

  /** Asks again, which returns the dispute's current state and any answer. @param {string} scanId */
  async #look(scanId) {
    try {
      const dispute = await this.socket.request("ask_supervisor", { scan_id: scanId });
      if (dispute.decision) this.#answered(dispute);
    } catch (error) {
      if (!(error instanceof CommandRefused) && !(error instanceof LinkLost)) throw error;
    }
  }

  #answered(/** @type {Wire.Dispute} */ dispute, /** @type {{ notice_id: number } | null} */ notice = null) {
    const { scan_id: scanId, decision } = dispute;
    const done = () => notice && this.notices.done(notice.notice_id);
    this.#open.delete(scanId);
    if (decision === "withdrawn" || this.#answeredScans.has(scanId)) {
      this.shelf.take(this.#key(dispute));
      done();
      return;
    }
    this.#answeredScans.add(scanId);
    const admitted = decision === "admitted";
    const title = admitted ? t("ADMIT") : t("DO NOT ADMIT");
    const back = dispute.recorded === "RE_ENTRY";
    const said = { name: dispute.decided_by?.name ?? "", reason: dispute.decision_reason ?? "" };
    const detail = back ? t("Comes back in. Supervisor {name}: “{reason}”", said) : t("Supervisor {name}: “{reason}”", said);
    const shown = this.#shown === scanId ? this.flow.session.current?.decision : null;
    if (shown && !this.flow.busy) {
      this.shelf.take(this.#key(dispute));
      this.flow.replaced({
        ...shown, ticket: shown.ticket && { ...shown.ticket, status: dispute.ticket?.status ?? shown.ticket.status }, result: admitted ? "GREEN" : "RED", reason: admitted ? "OVERRIDDEN" : "DECLINED",
        message: title, detail, can_verify: false, verified: dispute.ticket?.verified ?? null,
        recorded: dispute.recorded, ...(dispute.party && { party: dispute.party }), ...(back && { presence: null }),
      });
      done();
      return;
    }
    this.shelf.put(this.#key(dispute), {
      urgent: true, tone: admitted ? "GREEN" : "RED", title, lines: [codeOf(dispute), isParty(dispute.party) && partyOf(dispute.party), detail], actions: [[t("Got it"), done]],
    });
    // One neutral tone, because the card shows the colour.
    this.flow.signals.give("YELLOW");
  }

  /** @param {{ scan_id: string }} dispute */
  #key = ({ scan_id: scanId }) => `dispute-${scanId}`;
}

/** @param {{ ticket_code: string }} dispute */
const codeOf = ({ ticket_code: code }) => h("p", { class: "code" }, shortCode(code));
