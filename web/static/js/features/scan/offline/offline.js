// The offline scanner: decides by the day's list, stores the scans, and sends them when the connection is back.
//
//   const offline = new Offline({ socket, clock, owner, operatorName, onState, onConflicts });
//   await offline.open();
import { admitting, isParty } from "../../../models/party.js";
import { Trouble } from "../../../lib/api.js";
import { answeredHere } from "../../../models/product.js";
import { language } from "../../../lib/i18n.js";
import { venueTime } from "../../../models/rules/venue_day.js";
import { admitted, decideWithoutHub, leaveWithoutHub } from "../../../models/offline_decision.js";
import { KnownTickets } from "./known_tickets.js";
import { ListKeeper } from "./list_keeper.js";
import { Queue } from "./queue.js";
import { momentOf, pastScan, queuedScan } from "./queued_scan.js";
import { SinceList } from "./since_list.js";
import { Store } from "./store.js";
import { SyncEngine } from "./sync_engine.js";
import { Vault } from "./vault.js";

/** @typedef {{ since: SinceList, queue: Queue, keeper: ListKeeper, engine: SyncEngine, known: KnownTickets }} OfflineParts */

// A duplicate was accepted the first time.
const TAKEN = new Set(["accepted", "duplicate"]);
// Browsers offer these only to https pages and to localhost.
const POSSIBLE = Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

export class Offline {
  /** @type {Promise<void> | null} */
  #opened = null;
  /** @type {Map<string, number>} by scan_id */
  #places = new Map();
  /** Made by #open. @type {OfflineParts | null} */
  #parts = null;
  /** @type {Vault | undefined} */
  vault;
  recalled = false;
  #published = "";

  /**
   * @param {object} options
   * @param {VenueSocket} options.socket
   * @param {HubClock} options.clock
   * @param {string} [options.owner] organisation and login in the hub's form: "3.17"
   * @param {string} [options.operatorName]
   * @param {(state: OfflineState) => void} [options.onState]
   * @param {(conflicts: KeptConflict[]) => void} [options.onConflicts] receives those not dismissed yet
   * @param {(scanIds: Set<string>) => void} [options.onTaken] receives the entries that the hub has recorded
   */
  constructor({ socket, clock, owner, operatorName, onState = () => {}, onConflicts = () => {}, onTaken = () => {} }) {
    this.socket = socket;
    this.clock = clock;
    this.owner = owner;
    this.operatorName = operatorName;
    this.onState = onState;
    this.onConflicts = onConflicts;
    this.onTaken = onTaken;
    /** This device's queued scans, newest first. @type {PastScan[]} */
    this.waiting = [];
  }

  /** Loads the stored state. Never throws: if the browser cannot store, the scanner works only while connected. */
  open() {
    this.#opened ??= this.#open().catch((error) => console.info("The scanner cannot work without a link:", error));
    return this.#opened;
  }

  get #made() {
    if (!this.#parts) throw new Error("not opened yet");
    return this.#parts;
  }

  get queue() {
    return this.#parts?.queue;
  }

  /** Whether this device can decide offline. */
  get able() {
    return Boolean(this.vault?.seal);
  }

  /** @returns {OfflineState} */
  get state() {
    return {
      able: this.able, queued: this.#parts?.queue.length ?? 0, sending: this.#parts?.engine.sending ?? false,
      listedAt: this.#parts?.keeper.current?.head.generated_at ?? null,
    };
  }

  /** The list's venue, for a page without an answer from the hub. */
  get venue() {
    const { timezone } = this.#parts?.keeper.current?.head ?? {};
    return timezone ? { timezone, today: venueTime(this.clock.now(), timezone).date } : null;
  }

  /** Connected: renews the key, the list and the queue, in this order. */
  async linked() {
    await this.open();
    if (!this.vault) return;
    try {
      await this.vault.renew();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
    if (!this.able) return;
    await this.#recall();
    // Another tab may have stored scans too.
    await this.#made.queue.count();
    this.#made.engine.kick();
    await this.#made.keeper.refresh();
    this.#publishState();
  }

  /** The connection is lost: stores what is only in memory. */
  lost() {
    this.#parts?.keeper.flush();
  }

  /** The hub's news of tickets (topic `tickets`). @param {Wire.TicketsBody} news */
  receiveNews(news) {
    if (!this.able) return;
    this.#made.since.addNews(news);
    this.#made.keeper.stir();
  }

  /**
   * Decides about a code and stores the check.
   *
   * @param {string} typed
   * @param {AtGate} at
   * @returns {Promise<Decision>}
   */
  async present(typed, { gate }) {
    const now = this.clock.now();
    const code = await this.#made.known.spelt(typed);
    const decision = await decideWithoutHub(code, { list: this.#made.keeper.current, now, gate, language, ...(await this.#made.known.beyondList(code)) });
    const scan = this.#scan(code, crypto.randomUUID(), decision, gate, { mode: "validate", admitted: false });
    this.#places.set(scan.scan_id, await this.#made.queue.add(scan));
    this.#remember(scan);
    // If the connection is live after all, nothing else might send the queue for a while.
    this.#made.engine.kick();
    return { ...decision, scan_id: scan.scan_id };
  }

  /**
   * Admits a visitor, or `count` of a party, by this device's decision or, if the connection was lost before the entry, by the hub's.
   *
   * @param {string} code
   * @param {Decision} asked
   * @param {string} scanId
   * @param {AtGate} at
   * @returns {Promise<Decision>}
   */
  async admit(code, asked, scanId, { gate, count = null, answer = null }) {
    const decision = answer ? answeredHere(asked, answer) : asked;
    const { party } = decision;
    const people = isParty(party) ? (count ?? party.remaining) : 1;
    const key = isParty(party) ? await this.#made.known.partyKey(code) : null;
    const scan = this.#scan(code, scanId, decision, gate, { mode: "verify", admitted: true, ...admitting(party, people), ...(key && { party_key: key }), ...(answer && { answer }) });
    await this.#keep(scan);
    const verified = { verified_at: new Date(this.clock.now()).toISOString(), operator_name: this.operatorName, gate: gate || null };
    if (decision.reason === "MAY_RETURN") this.#made.since.moved(code, null, true);
    else this.#made.since.entered(code, verified, true);
    if (key) this.#made.since.partyEntered(key, scanId, people, verified);
    const shown = { ...admitted(decision, verified, people), scan_id: scanId };
    this.#remember(scan);
    this.#made.engine.kick();
    return shown;
  }

  /**
   * Refuses a visitor whose question was answered with no, and stores that.
   *
   * @param {string} code
   * @param {Decision} decision
   * @param {string} scanId
   * @param {AtGate} at
   * @returns {Promise<Decision>}
   */
  async refuse(code, decision, scanId, { gate }) {
    const refused = { ...answeredHere(decision, "no"), provisional: true, scan_id: scanId };
    const scan = this.#scan(code, scanId, refused, gate, { mode: "verify", admitted: false, answer: "no" });
    await this.#keep(scan);
    this.#remember(scan);
    this.#made.engine.kick();
    return refused;
  }

  /**
   * Stores the exit of the code's holder, or of `count` people of a booking.
   *
   * @param {string} typed
   * @param {string} scanId
   * @param {AtGate} at
   * @returns {Promise<Decision>}
   */
  async leave(typed, scanId, { gate, count = null }) {
    const now = this.clock.now();
    const code = await this.#made.known.spelt(typed);
    const decision = await leaveWithoutHub(code, { list: this.#made.keeper.current, now, ...(await this.#made.known.beyondList(code)) });
    const scan = this.#scan(code, scanId, decision, gate, { mode: "exit", ...(count !== null && { count }) });
    await this.#made.queue.add(scan);
    if (decision.reason !== "ALREADY_LEFT") this.#made.since.moved(code, { left_at: new Date(now).toISOString(), gate: gate || null }, true);
    this.#remember(scan);
    this.#made.engine.kick();
    return { ...decision, scan_id: scan.scan_id };
  }

  /** The hub has recorded an exit or a return (`left` null). @param {Decision} decision @param {Leaving | null} left */
  moved(decision, left) {
    if (this.able && decision.ticket?.ticket_code) this.#made.since.moved(decision.ticket.ticket_code, left, false);
  }

  /** The hub has said how many of a party are in: stored here until the next list. @param {Decision} decision */
  async answered({ ticket, party }) {
    if (this.able && ticket && isParty(party)) this.#made.since.partyAnswered(await this.#made.known.partyKey(ticket.ticket_code), party.admitted);
  }

  /** The hub has recorded an entry: stored here until the next list, for an offline scan. @param {Decision} decision */
  entered(decision) {
    if (this.able && decision.verified && decision.ticket?.ticket_code) this.#made.since.entered(decision.ticket.ticket_code, decision.verified, false);
  }

  /** `reason` says what was undone: an exit, a return or an entry. @param {string} code @param {string} reason */
  async undone(code, reason) {
    if (!this.able) return;
    if (reason === "EXIT_UNDONE") this.#made.since.moved(code, null, false);
    else if (reason === "RETURN_UNDONE") this.#made.since.moved(code, { left_at: new Date(this.clock.now()).toISOString(), gate: null }, false);
    else this.#made.since.undone(code, await this.#made.known.partyKey(code));
  }

  /** @param {KeptConflict} conflict */
  async putAway(conflict) {
    await this.#made.queue.putAway(conflict.seq);
    this.onConflicts(await this.#made.queue.conflicts());
  }

  /** Ends the session: the stored data becomes unreadable. The queue stays for its owner's next sign-in. */
  async lock() {
    if (!this.vault) return;
    this.#made.engine.stop();
    this.#made.keeper.stop();
    this.#made.since.clear();
    this.waiting = [];
    await this.vault.lock();
  }

  /** The key has ended without contact: what is kept here cannot be read until the hub gives it again. */
  async #keyEnded() {
    await this.lock();
    this.recalled = false;
    this.#publishState();
  }

  async #open() {
    if (!POSSIBLE || !this.owner) throw new Error("no means to keep anything");
    const { owner, clock, socket } = this;
    const now = () => clock.now();
    const store = await Store.open();
    const vault = new Vault({ store, owner, now, live: () => socket.live, onEnd: () => this.#keyEnded() });
    const since = new SinceList({ store, vault, now });
    const queue = new Queue({ store, vault });
    const keeper = new ListKeeper({
      store, vault, now, live: () => socket.live,
      onFresh: () => this.#publishState(), onKept: (moment) => since.listed(moment),
    });
    const engine = new SyncEngine({ socket, queue, onState: () => this.#publishState(), onSettled: (settled) => this.#settled(settled) });
    this.#parts = { since, queue, keeper, engine, known: new KnownTickets(keeper, since) };
    await vault.unlock();
    this.vault = vault;
    if (this.able) await this.#recall();
    this.#publishState();
  }

  /** Reads the stored data with the key: at the start, or at the first sign-in after the key was lost. */
  async #recall() {
    if (this.recalled) return;
    this.recalled = true;
    await this.#made.keeper.load();
    await this.#made.since.load();
    await this.#made.queue.count();
    for (const { scan } of await this.#made.queue.first()) {
      const verified = { verified_at: momentOf(scan), operator_name: this.operatorName, gate: scan.gate ?? null };
      if (scan.seen === "RE_ENTRY") this.#made.since.moved(scan.code, null, true);
      else if (scan.admitted) this.#made.since.entered(scan.code, verified, true);
      else if (scan.mode === "exit") this.#made.since.moved(scan.code, { left_at: verified.verified_at, gate: verified.gate }, true);
      if (scan.party_key) this.#made.since.partyEntered(scan.party_key, scan.scan_id, scan.count ?? 1, verified);
      this.#list(scan);
    }
    this.onConflicts(await this.#made.queue.conflicts());
  }

  /** Those of the codes that the day's list has. @param {string[]} codes */
  async listed(codes) {
    return this.able ? this.#made.known.listed(codes) : [];
  }

  /**
   * @param {string} code
   * @param {string} scanId
   * @param {Decision} decision
   * @param {string | null} gate
   * @param {Parameters<typeof queuedScan>[1]} how
   */
  #scan(code, scanId, decision, gate, how) {
    return queuedScan({ code, scanId, decision, gate, skewMs: this.clock.skewMs }, how);
  }

  /** Stores a scan in the place of its check, if that was made here. @param {QueuedScan} scan */
  async #keep(scan) {
    const place = this.#places.get(scan.scan_id);
    this.#places.set(scan.scan_id, await (place === undefined ? this.#made.queue.add(scan) : this.#made.queue.replace(place, scan)));
  }

  /** @param {QueuedScan} scan */
  #remember(scan) {
    this.#list(scan);
    // Asks the browser never to delete the stored scans.
    if (this.#made.queue.length === 1) navigator.storage?.persist?.().catch(() => {});
    this.#publishState();
  }

  /** @param {QueuedScan} scan */
  #list(scan) {
    this.waiting = [pastScan(scan), ...this.waiting.filter(({ scan_id }) => scan_id !== scan.scan_id)].slice(0, 30);
  }

  /** @param {Settled[]} settled */
  async #settled(settled) {
    const ids = new Set(settled.map(({ scan }) => scan.scan_id));
    this.waiting = this.waiting.filter(({ scan_id }) => !ids.has(scan_id));
    this.#made.since.settled(settled.filter(({ scan }) => scan.mode !== "validate").map(({ scan }) => scan.code), ids);
    this.onTaken(new Set(settled.filter(({ scan, result }) => scan.admitted && TAKEN.has(result.outcome)).map(({ scan }) => scan.scan_id)));
    if (settled.some(({ result }) => result.outcome === "conflict" || result.outcome === "refused")) this.onConflicts(await this.#made.queue.conflicts());
    this.#made.keeper.stir();
    this.#publishState();
  }

  #publishState() {
    const { state } = this;
    const said = JSON.stringify([state, this.waiting.length]);
    if (said === this.#published) return;
    this.#published = said;
    this.onState(state);
  }
}
