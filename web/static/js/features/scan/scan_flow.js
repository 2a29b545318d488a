// The course of a scan: check a code, show the decision, record the entry, make room for the next visitor.
//
// Parts of the page listen by `on(name, listener)`:
//   "answered" ({ decision, code })  an answer is on the screen
//   "cleared"  ()                    the answer has left the screen
//   "left"     ()                    and nothing is asked: the scanner is free for the next visitor
import { byId } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { CommandRefused, LinkLost } from "../../models/scan_session.js";
import { isParty } from "../../models/party.js";
import { isBookingCode } from "../../models/booking_code.js";
import { isImpossible, tidyCode } from "../../models/ticket_code.js";
import { whatComesFirst } from "../../words/blocked.js";
import { timeColour } from "./frame_to_colour.js";

const SLOW_MS = 1_500;
// The hub accepts no longer codes, and no ticket has one.
const LONGEST_CODE = 512;
// Nobody touches the screen of a kiosk, so that a bad answer goes by itself as well.
const KIOSK_SECONDS = 7;

const GOOD = new Set(["VERIFIED", "OVERRIDDEN", "RE_ENTRY", "EXIT_RECORDED", "EXIT_NOTED"]);
/** Continuous mode admits these by itself. */
const WELCOME = new Set(["VALID", "MAY_RETURN"]);

export class ScanFlow {
  #root = byId("scan");
  /** @type {number | undefined} */
  #dismissal;
  /** The code of the answer on the screen, as it was read. */
  #presented = "";
  /** @type {ScanListeners} */
  #listeners = { answered: [], cleared: [], left: [] };

  /**
   * `session` decides and admits; `way.leaving` says whether people leave here; `venue()` returns the venue, if known.
   *
   * @param {ScanFlowOptions} options
   */
  constructor({ session, way, news, repeats, device, settings, signals, verdict, party, product, stale, screen, linkState, venue, unfit, kiosk = false }) {
    this.kiosk = kiosk;
    this.session = session;
    this.way = way;
    this.news = news;
    this.repeats = repeats;
    this.device = device;
    this.settings = settings;
    this.signals = signals;
    this.verdict = verdict;
    this.party = party;
    this.product = product;
    this.stale = stale;
    this.screen = screen;
    this.linkState = linkState;
    this.venue = venue;
    this.unfit = unfit;
    byId("verify").addEventListener("click", () => this.verify());
    stale.recheck.addEventListener("click", () => this.recheck());
    const leave = () => {
      this.again();
      this.onTouched();
    };
    byId("again").addEventListener("click", leave);
    // A party waits for its number: a touch beside the buttons must not send it away.
    byId("verdict").addEventListener("click", () => this.#held && !stale.shown && !this.#question && !product.flagged && leave());
  }

  /** @template {keyof ScanEvents} Name @param {Name} name @param {(what: ScanEvents[Name]) => void} listener */
  on(name, listener) {
    this.#listeners[name].push(listener);
  }

  get busy() {
    return this.#root.dataset.busy !== undefined;
  }

  /** False while a decision waits for an action: the camera must not replace it. */
  get wantsCode() {
    if (document.querySelector("dialog[open]") || this.busy) return false;
    return !this.verdict.shown || this.#good || this.kiosk;
  }

  /** Whether the decision needs no action, so that the next visitor may come. */
  get #good() {
    return GOOD.has(document.body.dataset.reason ?? "") && !this.stale.shown;
  }

  /** In continuous mode a decision that needs an action stays until it is touched. */
  get #held() {
    return this.settings.get("continuous") && this.verdict.shown && !this.#good && !this.kiosk;
  }

  /** What the screen asks for before anybody goes in. */
  get #question() {
    return this.product.question ?? this.party.question;
  }

  /** Continuous mode admits nobody of whom the steward must know something, and a party only where they have chosen so. @param {Decision} decision */
  #asksFor = ({ party, product }) => Boolean(product?.attention) || (isParty(party) && this.settings.get("parties") !== "all");

  /** Of a booking any number may leave: the operator says how many, unless continuous mode lets whole parties go. @param {string} code */
  #leave(code) {
    const whole = this.settings.get("continuous") && this.settings.get("parties") === "all";
    return isBookingCode(code) && !whole ? this.session.askLeaving(code, this.device.gate) : this.session.exit(code, this.device.gate);
  }

  /** A scan came while an answer waits for an action: the answer sounds again, and says what is to be done. @param {string} [text] of a camera, which sees the ticket of the answer too */
  block(text) {
    if (text !== undefined && (!this.verdict.shown || this.#good || this.busy || document.querySelector("dialog[open]") || tidyCode(text) === this.#presented)) return;
    this.signals.give(document.body.dataset.verdict ?? "RED");
    const asked = this.product.question ? "question" : this.party.question ? "party" : null;
    this.screen.say(whatComesFirst({ asked, mayVerify: this.session.mayVerify, held: this.#held }), { loud: true });
  }

  /** Admits a visitor who was checked before, as on the first scan in continuous mode. @param {string} code */
  async admit(code) {
    if (!this.way.leaving) await this.check(code, true);
  }

  /** Shows the answer to a visitor who was found by name: one touch admits them, also in continuous mode. @param {string} code */
  async check(code, admit = false) {
    if (this.busy) return;
    this.again();
    this.repeats.forget();
    await this.present(code, null, { admit });
  }

  /** `seenAt` is the moment of the camera's frame, if any. @param {string} typed @param {number | null} seenAt @param {{ admit?: boolean }} how */
  async present(typed, seenAt = null, { admit = this.settings.get("continuous") } = {}) {
    const code = tidyCode(typed);
    if (!code) return;
    if (this.#held) return this.block();
    const unfit = code.length > LONGEST_CODE ? t("This is not a ticket: the code is too long.") : this.unfit(code);
    if (unfit) return this.#refuse("RED", unfit, { loud: true });
    if (this.settings.get("continuous") && this.busy) return this.#refuse("RED", t("Not checked: the ticket before has no result yet."));
    if (this.linkState.offline && !this.session.mayDecide) {
      if (isImpossible(code)) return this.#refuse("RED", t("This code was misread or mistyped; try again"));
      // Nothing here can decide, and an answer minutes later would meet another visitor.
      this.#refuse("YELLOW", t("Not checked: there is no connection. Scan it again when the scanner is online."));
      return;
    }
    if (!this.repeats.admits(code)) {
      this.screen.say(t("Same code again, counted once"));
      return;
    }
    this.#clear();
    this.#presented = code;
    this.screen.say("");
    this.screen.rest({ checking: true });
    this.news.ask();
    let decision = this.way.leaving
      ? await this.#waitingFor(t("Exit"), () => this.#leave(code))
      : await this.#waitingFor(t("Check"), () => this.session.present(code, this.device.gate));
    if (decision && WELCOME.has(decision.reason) && admit && this.session.mayVerify && !this.#asksFor(decision)) {
      // If the entry fails, the decision stays on the screen as valid, to be admitted by hand.
      this.news.ask();
      decision = (await this.#admit()) ?? (this.session.current ? decision : null);
    }
    this.screen.rest();
    if (!decision) return;
    this.#answer(decision, code);
    if (seenAt !== null) timeColour(seenAt);
  }

  /** Checks the ticket on the screen again; the old decision stays, marked, until the new one comes. */
  async recheck() {
    if (this.busy || !this.session.current) return;
    const { code } = this.session.current;
    this.stale.recheck.disabled = true;
    this.news.ask();
    const decision = await this.#waitingFor(t("Check"), () => this.session.present(code, this.device.gate));
    this.stale.recheck.disabled = false;
    if (decision) this.#answer(decision, code);
    // Without an answer the mark stays, with the button to check again.
    else this.session.current ??= { code, decision: null, scanId: null };
    this.onTouched();
  }

  /** The ticket on the screen has changed. What was cancelled is checked again at once: nobody may go in by an answer from before. @param {string} change */
  outdated(change) {
    if (!this.verdict.shown || this.kiosk) return;
    this.#stay();
    this.stale.show(change, this.session.current?.decision?.party);
    if (change === "cancelled" && this.session.socket.live && !this.session.socket.doubtful && !this.busy) this.recheck();
    else this.signals.give("YELLOW");
  }

  /** The hub has recorded offline decisions. An entry on the screen is no longer provisional. @param {Set<string>} scanIds */
  taken(scanIds) {
    const { scanId = null, decision = null } = this.session.current ?? {};
    if (!this.verdict.shown || !decision?.provisional || !scanIds.has(scanId ?? "")) return;
    this.stale.clear();
    this.news.follow(decision);
    this.verdict.confirm();
    this.#letGo();
  }

  /** The decision of a supervisor, or of the box office, about the ticket on the screen replaces the one before. @param {Decision} decision */
  replaced(decision) {
    const { current } = this.session;
    if (!current) return;
    current.decision = decision;
    this.#answer(decision, current.code);
  }

  /** Records the entry of the visitor on the screen; where a question is asked, by its answer. @param {Answer | null} [answer] */
  async verify(answer = null) {
    const { current } = this.session;
    if (!current || !this.session.mayVerify || this.busy) return;
    if (this.product.question && !answer) {
      this.screen.say(t("Answer the question first, or press Scan again."));
      return;
    }
    const button = byId("verify");
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    this.product.wait(true);
    this.news.ask();
    const decision = await this.#admit(answer);
    this.product.wait(false);
    button.disabled = false;
    button.setAttribute("aria-busy", "false");
    if (decision) this.#answer(decision, current.code);
    this.onTouched();
  }

  /** Clears the screen for the next visitor. */
  again() {
    this.session.leave();
    this.#clear();
    this.screen.say("");
    this.#emit("left", undefined);
  }

  /** Enter without a code: admits a valid ticket, else clears the screen for the next visitor. */
  enter() {
    if (this.repeats.isTail() || this.busy || !this.verdict.shown) return;
    if (this.stale.shown) this.recheck();
    else if (this.session.mayVerify) this.verify();
    else this.again();
  }

  /** A button of an answer was touched: the page returns the focus to its input. */
  onTouched() {}

  /** Records the entry of the visitor on the screen or, of a booking that was asked how many leave, the exit. @param {Answer | null} [answer] */
  async #admit(answer = null) {
    const { current } = this.session;
    const { count } = this.party;
    if (!this.way.leaving || !current) return this.#waitingFor(t("Entry"), () => this.session.verify(this.device.gate, count, answer));
    const decision = await this.#waitingFor(t("Exit"), () => this.session.exit(current.code, this.device.gate, count));
    if (!decision) this.session.current = current;
    return decision;
  }

  /** @param {Colour} result @param {string} words @param {{ loud?: boolean }} [how] */
  #refuse(result, words, how = {}) {
    this.signals.give(result);
    this.screen.say(words, how);
  }

  /**
   * Runs a request and shows when it has to wait. Returns null without a decision to show.
   *
   * @param {string} label
   * @param {() => Promise<Decision | null>} work
   * @returns {Promise<Decision | null>}
   */
  async #waitingFor(label, work) {
    this.#root.dataset.busy = "";
    let { said } = this.screen;
    const slow = setTimeout(() => {
      said = this.session.socket.live ? t("{action}: waiting for the hub", { action: label }) : t("{action}: sent when the connection is back", { action: label });
      this.screen.say(said);
    }, SLOW_MS);
    try {
      const decision = await work();
      // What was said meanwhile, about a code read again, stays.
      if (decision && this.screen.said === said) this.screen.say("");
      return decision;
    } catch (error) {
      if (!(error instanceof CommandRefused) && !(error instanceof LinkLost)) throw error;
      this.repeats.forget();
      this.news.keep();
      this.#refuse("RED", error instanceof CommandRefused ? error.message : t("{action}: no connection", { action: label }));
      return null;
    } finally {
      clearTimeout(slow);
      delete this.#root.dataset.busy;
    }
  }

  /** @param {Decision} decision @param {string} code */
  #answer(decision, code) {
    this.stale.clear();
    // An answered exit is final: no later change makes it wrong.
    if (this.way.leaving) this.news.leave();
    else this.news.follow(decision);
    this.verdict.show(decision, { mayVerify: this.session.mayVerify, venue: this.venue() });
    this.party.show(decision, { mayVerify: this.session.mayVerify });
    this.product.show(decision, { leaving: this.way.leaving });
    this.signals.give(decision.reason === "EXIT_RECORDED" ? "EXIT" : this.product.flagged ? "ATTENTION" : decision.result);
    this.#emit("answered", { decision, code });
    this.#letGo();
  }

  /** Answers that need no action disappear by themselves: the next visitor needs no tap. */
  #letGo() {
    clearTimeout(this.#dismissal);
    if (this.#good || this.kiosk) {
      const seconds = this.#good ? this.settings.get("seconds") : KIOSK_SECONDS;
      this.#dismissal = setTimeout(() => this.again(), seconds * 1000);
      this.screen.runOut(seconds);
    } else if (this.settings.get("continuous")) this.screen.say(this.#question ?? t("Tap to continue"));
  }

  /** The answer no longer disappears by itself. */
  #stay() {
    clearTimeout(this.#dismissal);
    this.screen.stay();
  }

  #clear() {
    this.#stay();
    this.news.leave();
    this.stale.clear();
    this.verdict.clear();
    this.party.clear();
    this.product.clear();
    this.#emit("cleared", undefined);
  }

  /** @template {keyof ScanEvents} Name @param {Name} name @param {ScanEvents[Name]} what */
  #emit(name, what) {
    for (const listener of this.#listeners[name]) listener(what);
  }
}
