// The hub of the training: it answers a scanner as the real one does, by the same rules, and keeps nothing but this page's memory.
// It stands in the place of the socket, and in the place of what decides offline. Nothing here sends anything.
import { language } from "../../lib/i18n.js";
import { admitted, decideWithoutHub, leaveWithoutHub } from "../offline_decision.js";
import { isParty, withAdmitted } from "../party.js";
import { answeredHere } from "../product.js";
import { decideEntry, entryRecorded } from "../rules/entry_decision.js";
import { decideExit, returnRecorded } from "../rules/leaving.js";
import { venueTime } from "../rules/venue_day.js";
import { GATE, slotsAround, VENUE, VISITORS } from "./visitors.js";

const CUSTOMER = "Alex Kim";
/** Of the party whose others came in meanwhile. */
const STILL_TO_COME = 2;
/** @typedef {{ code: string, count?: number, answer?: Answer, scan_id?: string, gate?: string }} PracticeRequest */

export class PracticeHub {
  /** What became of each visitor, by code. @type {Map<string, PracticeOutcome>} */
  outcomes = new Map();
  /** The entries made here, by code. @type {Map<string, { verified: FirstEntry, people: number }>} */
  #entries = new Map();
  /** Whose entry was taken back once. @type {Set<string>} */
  #takenBack = new Set();
  /** @type {Partial<Wire.LoggedScan>[]} */
  #log = [];
  /** The visitor at whom the scanner has no connection. @type {PracticeVisitor | null} */
  alone = null;
  doubtful = false;

  /** `codes`: the code of each visitor by name. @param {{ codes: Record<string, string>, zone: string, operator: string, now?: () => number }} options */
  constructor({ codes, zone, operator, now = () => Date.now() }) {
    this.codes = codes;
    this.zone = zone;
    this.operator = operator;
    this.now = now;
    this.visitors = new Map(VISITORS.map((visitor) => [codes[visitor.name] ?? "", visitor]));
  }

  get live() {
    return this.alone === null;
  }

  get awayForMs() {
    return this.live ? 0 : Infinity;
  }

  get today() {
    return venueTime(this.now(), this.zone).date;
  }

  doubt() {}

  /** Everybody is as at the beginning. */
  reset() {
    this.outcomes.clear();
    this.#entries.clear();
    this.#takenBack.clear();
    this.#log = [];
    this.alone = null;
  }

  /** As the socket's. @param {string} type @param {any} fields @returns {Promise<any>} */
  async request(type, fields) {
    switch (type) {
      case "history":
        return { scans: [...this.#log], next: null };
      case "undo":
        return this.#undo(fields.scan_id, fields.reason);
      case "verify":
        return this.#logged("verify", fields, await this.#verify(fields));
      case "exit":
        return this.#logged("exit", fields, await this.#exit(fields));
      default:
        return this.#logged("validate", fields, await this.#asked(fields.code));
    }
  }

  /** What decides where the scanner has no connection. @returns {OfflineJudge} */
  get judge() {
    const hub = this;
    const nothing = () => {};
    return {
      get able() {
        return !hub.live;
      },
      present: (code) => hub.#decide(code),
      admit: async (code, decision, _scanId, { count = null }) => {
        const people = isParty(decision.party) ? (count ?? decision.party.remaining) : 1;
        hub.outcomes.set(code, `in:${people}`);
        return admitted(decision, hub.#entryNow(), people);
      },
      refuse: async (code, decision) => {
        hub.outcomes.set(code, "no");
        return { ...answeredHere(decision, "no"), provisional: true };
      },
      leave: async (code) => {
        hub.outcomes.set(code, "out:1");
        return leaveWithoutHub(code, { list: hub.#list(code), now: hub.now() });
      },
      answered: async () => {}, entered: nothing, moved: nothing, undone: async () => {},
    };
  }

  /** The decision on a code, as the hub gives it. @param {string} code @returns {Promise<Decision>} */
  async #asked(code) {
    const facts = this.#factsOf(code);
    if (!facts) return { ...decideEntry(null, null, null, this.#policy(code), VENUE, this.now(), this.zone), ticket: null, reservation: null, verified: null };
    const decision = await this.#decide(code);
    const ticket = { ticket_code: code, status: facts.ticket.status, customer_name: CUSTOMER };
    return { ...decision, ticket, reservation: facts.reservation, scan_id: crypto.randomUUID(), provisional: false, listed_at: null };
  }

  /** @param {string} code */
  #decide(code) {
    const alone = this.live ? undefined : this.alone?.alone;
    const how = { now: this.now(), gate: GATE, language, changed: alone === "changed" };
    return decideWithoutHub(code, { list: alone === "no-list" ? null : this.#list(code), ...how });
  }

  /** @param {PracticeRequest} request @returns {Promise<Decision>} */
  async #verify({ code, count, answer }) {
    const asked = await this.#asked(code);
    if (!asked.can_verify || asked.reason === "ALREADY_VERIFIED") return asked;
    if (answer === "no") {
      this.outcomes.set(code, "no");
      return answeredHere(asked, "no");
    }
    const permitted = answer ? answeredHere(asked, answer) : asked;
    const { party } = permitted;
    const people = isParty(party) ? (count ?? party.remaining) : 1;
    const { atEntry } = this.visitors.get(code) ?? {};
    if (atEntry === "full") return { ...permitted, result: "RED", reason: "VENUE_FULL", can_verify: false, message: "VENUE FULL", detail: "One out, one in" };
    if (atEntry === "too-many" && party && people > STILL_TO_COME) {
      const now = withAdmitted(party, party.size - STILL_TO_COME);
      return { ...permitted, result: "RED", reason: "PARTY_TOO_LARGE", can_verify: false, message: "TOO MANY PEOPLE", detail: "", party: now };
    }
    const verified = this.#entryNow();
    if (atEntry === "undone" && !this.#takenBack.has(code)) {
      this.#takenBack.add(code);
      const undone = { undone_at: verified.verified_at, undone_by: 0, operator_name: "Sue Lee" };
      return { ...permitted, ...entryRecorded(permitted), verified, undone };
    }
    this.outcomes.set(code, `in:${people}`);
    if (permitted.reason === "MAY_RETURN") return { ...permitted, ...returnRecorded(permitted) };
    this.#entries.set(code, { verified, people });
    const before = atEntry === "too-many" && party ? party.size - STILL_TO_COME : (party?.admitted ?? 0);
    const after = isParty(party) ? withAdmitted(party, before + people) : party;
    return { ...permitted, ...entryRecorded(permitted, after), verified, ...(after && { party: after }) };
  }

  /** @param {PracticeRequest} request @returns {Promise<Decision>} */
  async #exit({ code, count }) {
    const facts = this.#factsOf(code);
    if (!facts) return this.#asked(code);
    const left = facts.left ?? null;
    const since = facts.firstEntry?.verified_at ?? null;
    const verdict = decideExit(left, since, this.now(), this.zone);
    const party = facts.party && withAdmitted({ size: facts.party.size, admitted: 0, remaining: 0 }, facts.party.admitted);
    const people = isParty(party) ? (count ?? party.admitted) : 1;
    if (verdict.reason === "EXIT_RECORDED") this.outcomes.set(code, `out:${people}`);
    const presence = { inside_since: since, left_at: left?.left_at ?? null, left_gate: left?.gate ?? null, ...(party && { inside: party.admitted - people }) };
    return { ...verdict, ticket: { ticket_code: code, customer_name: CUSTOMER }, reservation: facts.reservation, verified: facts.firstEntry, presence, party };
  }

  /** @param {string} code */
  #list(code) {
    const head = { generated_at: new Date(this.now() - 4 * 60_000).toISOString(), venue_id: VENUE, timezone: this.zone, policy: this.#policy(code), date: this.today };
    // The rule asks a list only for its head and for one code.
    return /** @type {DayList} */ (/** @type {unknown} */ ({ head, find: async () => this.#factsOf(code) }));
  }

  /** @param {string} code @returns {Wire.ListPolicy} */
  #policy(code) {
    return { unreserved_entry: this.visitors.get(code)?.unreserved ?? "deny", late_entry_minutes: 0, early_entry_minutes: null, re_entry: "allow" };
  }

  /** @param {string} code @returns {ListedFacts | null} */
  #factsOf(code) {
    const facts = this.visitors.get(code)?.facts(slotsAround(this.now(), this.zone));
    if (!facts) return null;
    const made = this.#entries.get(code);
    const firstEntry = made?.verified ?? facts.firstEntry ?? null;
    const party = facts.party ?? null;
    const before = this.visitors.get(code)?.atEntry === "too-many" && made ? party && party.size - STILL_TO_COME : party?.admitted;
    const ticket = { status: "RESERVED", channel: "direct", valid_until: null, venue_id: null, ...facts.ticket };
    return /** @type {ListedFacts} */ ({
      ticket, reservation: facts.reservation ?? null, firstEntry, left: facts.left ?? null, product: facts.product ?? null,
      party: party && { ...party, admitted: (before ?? 0) + (made?.people ?? 0) },
    });
  }

  #entryNow() {
    return { verified_at: new Date(this.now()).toISOString(), operator_name: this.operator, gate: GATE };
  }

  /** @param {"validate" | "verify" | "exit"} mode @param {PracticeRequest} request @param {Decision} decision */
  #logged(mode, { code, scan_id: sent }, decision) {
    const scan_id = sent ?? decision.scan_id ?? crypto.randomUUID();
    const at = new Date(this.now()).toISOString();
    const entered = mode === "verify" && decision.reason === "VERIFIED" && !decision.undone;
    this.#log.unshift({
      scan_id, mode, ticket_code: code, result: decision.result, reason: decision.reason, entered, undone: Boolean(decision.undone), note: null,
      scanned_at: at, logged_at: at, people: 1,
    });
    return decision;
  }

  /** @param {string} scanId @param {string} reason */
  #undo(scanId, reason) {
    const scan = this.#log.find(({ scan_id, mode, undone }) => scan_id === scanId && mode !== "validate" && !undone);
    if (scan) Object.assign(scan, { undone: true, note: reason });
    const code = scan?.ticket_code ?? "";
    this.#entries.delete(code);
    return { ticket_code: code, reason: "UNDONE" };
  }
}
