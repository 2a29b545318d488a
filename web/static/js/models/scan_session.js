// One operator's scanning: present a code, admit it, undo it. Knows the socket and what decides without it, not the page.
import { CommandRefused, LinkLost } from "../lib/socket.js";

/** Repeating these is harmless (a verify has its scan_id), so they wait for the next connection and are sent again. */
const AGAIN = { again: true };
// How long the hub may take before the device decides by itself: while there is a connection, and once it is lost.
const ANSWER_MS = 3_000;
const HICCUP_MS = 1_200;
// The hub answers, but cannot decide.
const CANNOT_JUDGE = "SERVICE_UNAVAILABLE";

export class ScanSession {
  /**
   * @param {import("../lib/socket.js").VenueSocket} socket
   * @param {object} [options]
   * @param {OfflineJudge | null} [options.offline] decides where the hub cannot be asked
   * @param {() => Date} [options.hubNow] the moment by the hub's clock
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
   * Gives the decision, or null when another code was presented meanwhile.
   *
   * @param {string} code
   * @param {string | null} gate of this device
   * @returns {Promise<Decision | null>}
   */
  async present(code, gate = null) {
    const turn = ++this.turn;
    this.current = null;
    const answer = await this.#ask("validate", { code });
    const decision = answer ?? (await this.offline?.present(code, { gate }));
    if (!decision || turn !== this.turn) return null;
    // One visitor, one scan_id: the check and the entry that may follow it.
    this.current = { code, decision, scanId: decision.scan_id ?? null };
    return decision;
  }

  get mayVerify() {
    const decision = this.current?.decision;
    return Boolean(decision?.can_verify && (!decision.verified || decision.reason === "MAY_RETURN"));
  }

  /**
   * Records the entry. Called again for the same scan it keeps its scan_id, so it is one entry.
   *
   * @param {string | null} gate
   * @returns {Promise<Decision | null>}
   */
  async verify(gate) {
    const { current } = this;
    if (!current?.decision) return null;
    const turn = this.turn;
    current.scanId ??= crypto.randomUUID();
    const fields = { code: current.code, scan_id: current.scanId, scanned_at: this.hubNow().toISOString(), ...(gate && { gate }) };
    const answer = await this.#ask("verify", fields);
    const decision = answer ?? (await this.offline?.admit(current.code, current.decision, current.scanId, { gate }));
    if (answer?.reason === "VERIFIED") this.offline?.entered(answer);
    if (answer?.reason === "RE_ENTRY") this.offline?.moved(answer, null);
    if (!decision || turn !== this.turn) return null;
    current.decision = decision;
    return decision;
  }

  /**
   * Records the exit of this code's holder; decided and recorded at once, since no exit is refused.
   *
   * @param {string} code
   * @param {string | null} gate
   * @returns {Promise<Decision | null>}
   */
  async exit(code, gate) {
    const turn = ++this.turn;
    this.current = null;
    const fields = { code, scan_id: crypto.randomUUID(), scanned_at: this.hubNow().toISOString(), ...(gate && { gate }) };
    const answer = await this.#ask("exit", fields);
    if (answer?.reason === "EXIT_RECORDED") this.offline?.moved(answer, { left_at: fields.scanned_at, gate: gate || null });
    const decision = answer ?? (await this.offline?.leave(code, fields.scan_id, { gate }));
    return (turn === this.turn && decision) || null;
  }

  leave() {
    this.turn += 1;
    this.current = null;
  }

  /** Own scans, newest first: `{ scans, next }`, where `next` is the `before` of the page that follows, or null. */
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
   * The hub's answer, or null where this device has to decide.
   *
   * @param {"validate" | "verify" | "exit"} type
   * @param {object} fields
   * @returns {Promise<Decision | null>}
   */
  async #ask(type, fields) {
    if (!this.offline?.able) return this.socket.request(type, fields, AGAIN);
    const patience = this.socket.live && !this.socket.doubtful ? ANSWER_MS : HICCUP_MS - this.socket.awayForMs;
    if (patience <= 0 || (!this.socket.live && navigator.onLine === false)) return null;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), patience);
    try {
      return await this.socket.request(type, fields, { again: true, signal: giveUp.signal });
    } catch (error) {
      if (error instanceof CommandRefused && error.code === CANNOT_JUDGE) return null;
      if (!(error instanceof LinkLost)) throw error;
      // An open connection that does not answer is checked.
      this.socket.doubt();
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

export { CommandRefused, LinkLost };
