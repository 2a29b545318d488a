// One operator's scans: check, admit, exit, undo. It knows no page. Change the order of hub and device here.
import { CommandRefused, LinkLost } from "../lib/socket.js";
import { admitting, askedOf, isParty } from "./party.js";

/** Harmless when repeated (a verify has its scan_id): they wait for the next connection and are sent again. */
const AGAIN = { again: true };
// How long the hub may take before the device decides: while connected, and after a loss.
const ANSWER_MS = 3_000;
const HICCUP_MS = 1_200;
// The hub cannot decide now.
const CANNOT_JUDGE = "SERVICE_UNAVAILABLE";
/** Answers after which nothing is left to record. */
const RECORDED = new Set(["VERIFIED", "NOTED", "RE_ENTRY"]);
const TOO_LARGE = "PARTY_TOO_LARGE";

/**
 * What the scanner shows of an answer. A repeated scan gets its first answer, also after an undo, and then nobody is in by it.
 *
 * @param {Decision} answer
 * @returns {Decision}
 */
export const asItStands = (answer) => (answer.undone ? { ...answer, result: "YELLOW", reason: "TAKEN_BACK", can_verify: false } : answer);

export class ScanSession {
  /**
   * @param {import("../lib/socket.js").VenueSocket} socket
   * @param {object} [options]
   * @param {OfflineJudge | null} [options.offline] decides if the hub cannot
   * @param {() => Date} [options.hubNow] the hub's time
   */
  constructor(socket, { offline = null, hubNow = () => new Date() } = {}) {
    this.socket = socket;
    this.offline = offline;
    this.hubNow = hubNow;
    /** @type {CurrentScan | null} */
    this.current = null;
    this.turn = 0;
  }

  /** Whether a code can be decided: by the hub, or by this device. */
  get mayDecide() {
    return this.socket.live || Boolean(this.offline?.able);
  }

  /**
   * Returns the decision, or null if another code came meanwhile.
   *
   * @param {string} code
   * @param {string | null} gate of this device
   * @returns {Promise<Decision | null>}
   */
  async present(code, gate = null) {
    const turn = ++this.turn;
    this.current = null;
    const answer = await this.#ask("validate", { code });
    if (answer) this.offline?.answered(answer);
    const decision = answer ?? (await this.offline?.present(code, { gate }));
    if (!decision || turn !== this.turn) return null;
    // The check and the entry of one visitor share a scan_id. The link of a booking is replaced by its code, which is no secret.
    this.current = { code: decision.ticket?.ticket_code ?? code, decision, scanId: decision.scan_id ?? null };
    return decision;
  }

  get mayVerify() {
    const decision = this.current?.decision;
    if (!decision || RECORDED.has(decision.reason)) return false;
    // Of a party some may be in, and others still come.
    if (askedOf(decision)) return true;
    return decision.can_verify && (decision.reason === "MAY_RETURN" || !(decision.verified || isParty(decision.party)));
  }

  /**
   * Records the entry, or with the answer "no" that nobody went in. A repeat for the same scan has the same scan_id.
   *
   * @param {string | null} gate
   * @param {number | null} count how many of a party; null: all that remain
   * @param {Answer | null} answer to the question of the product
   * @returns {Promise<Decision | null>}
   */
  async verify(gate, count = null, answer = null) {
    const { current } = this;
    if (!current?.decision) return null;
    const turn = this.turn;
    current.scanId ??= crypto.randomUUID();
    const fields = { code: current.code, scan_id: current.scanId, scanned_at: this.hubNow().toISOString(), ...(gate && { gate }), ...admitting(current.decision.party, count), ...(answer && { answer }) };
    const reply = await this.#ask("verify", fields);
    const decision = reply ?? (await this.offline?.[answer === "no" ? "refuse" : "admit"](current.code, current.decision, current.scanId, { gate, count, answer }));
    if (reply && !reply.undone) this.offline?.answered(reply);
    if (reply?.reason === "VERIFIED") this.offline?.entered(reply);
    if (reply?.reason === "RE_ENTRY") this.offline?.moved(reply, null);
    if (!decision || turn !== this.turn) return null;
    current.decision = decision;
    // Nobody was admitted: another number is another scan.
    if (decision.reason === TOO_LARGE) current.scanId = null;
    return decision;
  }

  /**
   * Decides and records the holder's exit in one step, since no exit is refused.
   *
   * @param {string} code
   * @param {string | null} gate
   * @param {number | null} count how many of a booking; null: all that are inside
   * @returns {Promise<Decision | null>}
   */
  async exit(code, gate, count = null) {
    const turn = ++this.turn;
    this.current = null;
    const fields = { code, scan_id: crypto.randomUUID(), scanned_at: this.hubNow().toISOString(), ...(gate && { gate }), ...(count !== null && { count }) };
    const answer = await this.#ask("exit", fields);
    if (answer?.reason === "EXIT_RECORDED") this.offline?.moved(answer, { left_at: fields.scanned_at, gate: gate || null });
    const decision = answer ?? (await this.offline?.leave(code, fields.scan_id, { gate, count }));
    if (!decision || turn !== this.turn) return null;
    if (decision.reason === TOO_LARGE) this.current = { code, decision, scanId: null };
    return decision;
  }

  /**
   * Asks how many of a booking leave, where several are in; otherwise records the exit.
   *
   * @param {string} code
   * @param {string | null} gate
   * @returns {Promise<Decision | null>}
   */
  async askLeaving(code, gate) {
    const decision = await this.present(code, gate);
    if (!decision || !this.current) return null;
    if (!isParty(decision.party) || decision.party.admitted < 2) return this.exit(code, gate);
    this.current.decision = { ...decision, result: "YELLOW", reason: "LEAVING", message: "HOW MANY LEAVE?", detail: "", can_verify: false };
    return this.current.decision;
  }

  /**
   * Books the visitor on the screen into a slot and admits them in one step; without `admit` only books. Nothing is recorded unless
   * both are. A repeat has the same scan_id, and so gets the first answer.
   *
   * @param {number} slotId
   * @param {string | null} gate
   * @param {{ admit?: boolean, answer?: Answer | null }} [how] the answer to the question of the product
   * @returns {Promise<Decision | null>}
   */
  async book(slotId, gate, { admit = true, answer = null } = {}) {
    const { current } = this;
    if (!current?.decision) return null;
    const turn = this.turn;
    current.bookingId ??= crypto.randomUUID();
    const fields = { code: current.code, slot_id: slotId, scan_id: current.bookingId, ...(gate && { gate }), ...(!admit && { admit }), ...(answer && { answer }) };
    const decision = asItStands(await this.socket.request("book_and_admit", fields, AGAIN));
    if (decision.undone) current.bookingId = undefined;
    if (decision.reason === "VERIFIED") {
      this.offline?.answered(decision);
      this.offline?.entered(decision);
    }
    return turn === this.turn ? decision : null;
  }

  leave() {
    this.turn += 1;
    this.current = null;
  }

  /** Own scans, newest first: `{ scans, next }`; `next` is the next page's `before`, or null. */
  history(limit = 30, /** @type {string | null} */ before = null) {
    return this.socket.request("history", { limit, ...(before !== null && { before }) });
  }

  /** @param {string} scanId @param {string} reason */
  async undo(scanId, reason) {
    const undone = await this.socket.request("undo", { scan_id: scanId, reason });
    this.offline?.undone(undone.ticket_code, undone.reason);
    return undone;
  }

  /**
   * The hub's answer, or null if this device must decide.
   *
   * @param {"validate" | "verify" | "exit"} type
   * @param {object} fields
   * @returns {Promise<Decision | null>}
   */
  async #ask(type, fields) {
    if (!this.offline?.able) return asItStands(await this.socket.request(type, fields, AGAIN));
    const patience = this.socket.live && !this.socket.doubtful ? ANSWER_MS : HICCUP_MS - this.socket.awayForMs;
    if (patience <= 0 || (!this.socket.live && navigator.onLine === false)) return null;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), patience);
    try {
      return asItStands(await this.socket.request(type, fields, { again: true, signal: giveUp.signal }));
    } catch (error) {
      if (error instanceof CommandRefused && error.code === CANNOT_JUDGE) return null;
      if (!(error instanceof LinkLost)) throw error;
      // Checks an open connection that did not answer.
      this.socket.doubt();
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

export { CommandRefused, LinkLost };
