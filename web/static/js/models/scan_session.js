// One operator's scanning: present a code, admit it, undo it. Knows the socket, not the page.
import { CommandRefused, LinkLost } from "./socket.js";

/** Repeating these is harmless (a verify carries its scan_id), so they wait out a lost link and are sent again. */
const AGAIN = { again: true };

export class ScanSession {
  constructor(socket) {
    this.socket = socket;
    this.current = null;
    this.turn = 0;
  }

  /** Gives the decision, or null when another code was presented meanwhile. */
  async present(code) {
    const turn = ++this.turn;
    this.current = null;
    const decision = await this.socket.request("validate", { code }, AGAIN);
    if (turn !== this.turn) return null;
    // One visitor, one scan_id: the look and the entry that may follow it.
    this.current = { code, decision, scanId: decision.scan_id ?? null };
    return decision;
  }

  get mayVerify() {
    const decision = this.current?.decision;
    return Boolean(decision?.can_verify && !decision.verified);
  }

  /** Records the entry. Called again for the same scan it keeps its scan_id, so it is one entry. */
  async verify(gate) {
    const { current } = this;
    const turn = this.turn;
    current.scanId ??= crypto.randomUUID();
    const fields = { code: current.code, scan_id: current.scanId, scanned_at: new Date().toISOString() };
    if (gate) fields.gate = gate;
    const decision = await this.socket.request("verify", fields, AGAIN);
    if (turn !== this.turn) return null;
    current.decision = decision;
    return decision;
  }

  leave() {
    this.turn += 1;
    this.current = null;
  }

  async history(limit = 30) {
    const answer = await this.socket.request("history", { limit });
    return answer.scans;
  }

  undo(scanId, reason) {
    return this.socket.request("undo", { scan_id: scanId, reason });
  }
}

export { CommandRefused, LinkLost };
