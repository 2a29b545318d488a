// The decision on the whole screen: colour, icon, headline, detail and facts.
import { byId, h, write } from "../../lib/elements.js";
import { asWritten, t } from "../../lib/i18n.js";
import { clock, daysBetween, momentAt, number, shortDay, span } from "../../lib/dates.js";
import { isBookingCode } from "../../models/booking_code.js";
import { spaced } from "../../models/digits.js";
import { kioskDetail, kioskWord } from "../../words/kiosk.js";
import { timingOf } from "../../words/timing.js";
import { detailOf, inDays, wordOf } from "../../words/verdicts.js";

const SPRITE = new URL("../../../icons.svg", import.meta.url).href;
/** @type {Record<Colour, string>} */
const SHAPES = { GREEN: "check", RED: "cross", YELLOW: "warn" };
/** @type {Record<string, string>} */
const STATUS_WORDS = {
  PENDING_PAYMENT: t("Not paid"), INACTIVE: t("Not activated"), ACTIVATED: t("Activated"), RESERVED: t("Reserved"),
  VERIFIED: t("Verified"), EXPIRED: t("Expired"), CANCELLED: t("Cancelled"),
};

export class Verdict {
  /** `kiosk`: the words are for visitors. @param {{ kiosk?: boolean }} [options] */
  constructor({ kiosk = false } = {}) {
    this.kiosk = kiosk;
    this.section = byId("verdict");
    this.ready = byId("ready");
    this.buttons = byId("verdict-buttons");
  }

  /**
   * Shows a decision; an exit has an icon and a colour that no entry has.
   *
   * @param {Decision} decision
   * @param {{ mayVerify: boolean, venue: VenueShown }} how
   */
  show(decision, { mayVerify, venue }) {
    document.body.dataset.verdict = decision.result;
    document.body.dataset.reason = decision.reason;
    // A green ticket that nobody has admitted yet must not look like an entry.
    document.body.toggleAttribute("data-checked", decision.result === "GREEN" && mayVerify);
    byId("verdict-icon").setAttribute("href", `${SPRITE}#${decision.reason === "EXIT_RECORDED" ? "way-out" : SHAPES[decision.result]}`);
    showProvisional(decision, venue);
    byId("verdict-word").textContent = this.kiosk ? kioskWord(decision) : wordOf(decision);
    write(byId("verdict-detail"), this.kiosk ? kioskDetail(decision, venue) : detailOf(decision, venue));
    const timing = this.kiosk ? null : timingOf(decision, venue);
    byId("timing").hidden = timing === null;
    byId("timing").textContent = timing ?? "";
    byId("facts").replaceChildren(...factsOf(decision, venue).map(([name, value, { kind = null, wide = false } = {}]) =>
      h("div", { class: wide ? "wide" : null }, h("dt", {}, name), h("dd", { class: kind }, value))));
    byId("not-yet").hidden = !(decision.result === "GREEN" && mayVerify);
    byId("verify").hidden = !mayVerify;
    const onWord = decision.provisional && decision.result === "YELLOW";
    byId("verify").textContent = onWord ? t("Admit on my word") : decision.reason === "MAY_RETURN" ? t("Let back in") : t("Mark as Verified");
    this.ready.hidden = true;
    this.section.hidden = false;
    this.buttons.hidden = false;
    // A new answer of the same colour must still be noticed.
    this.section.style.animation = "none";
    void this.section.offsetWidth;
    this.section.style.animation = "";
    window.scrollTo(0, 0);
  }

  /** The hub has recorded this device's decision. */
  confirm() {
    const band = byId("provisional");
    band.hidden = false;
    band.textContent = t("CONFIRMED BY THE HUB");
    document.body.removeAttribute("data-provisional");
  }

  clear() {
    delete document.body.dataset.verdict;
    delete document.body.dataset.reason;
    delete document.body.dataset.provisional;
    delete document.body.dataset.checked;
    this.section.hidden = true;
    this.buttons.hidden = true;
    this.ready.hidden = false;
  }

  get shown() {
    return !this.section.hidden;
  }
}

/** Marks an offline decision, with the age of its list. @param {Decision} decision @param {VenueShown} venue */
function showProvisional({ provisional, listed_at }, venue) {
  const band = byId("provisional");
  band.hidden = !provisional;
  band.textContent = !provisional ? "" : listed_at ? t("PROVISIONAL · list of {time}", { time: momentAt(listed_at, venue?.timezone) }) : t("PROVISIONAL · without a list");
  document.body.toggleAttribute("data-provisional", Boolean(provisional));
}

/** @param {Decision} decision @param {VenueShown} venue @returns {Fact[]} */
function factsOf({ ticket, reservation, verified, days_from_now }, venue) {
  /** @type {Fact[]} */
  const facts = [];
  if (verified) {
    const who = [verified.operator_name, verified.gate].flatMap((name) => (name ? asWritten(name) : [])).join(", ");
    facts.push([t("First entry"), momentAt(verified.verified_at, venue?.timezone, { seconds: true, day: true })]);
    if (who) facts.push([t("Admitted by"), who]);
  }
  if (reservation) {
    const days = days_from_now ?? (venue?.today ? daysBetween(venue.today, reservation.date) : 0);
    facts.push([t("Reserved"), t("{day} ({when})", { day: shortDay(reservation.date), when: inDays(days) })]);
    facts.push([t("Time"), reservation.end_time ? span(reservation.start_time, reservation.end_time) : clock(reservation.start_time)]);
    const { booked_count: booked, total_capacity: capacity } = reservation;
    if (booked !== undefined && capacity !== undefined) {
      const share = { booked: number(booked), capacity: number(capacity) };
      facts.push([t("Slot"), t("{booked}/{capacity} booked", share)]);
    }
  }
  if (ticket) {
    if (ticket.customer_name) facts.push([t("Customer"), asWritten(ticket.customer_name)]);
    if (ticket.customer_email) facts.push([t("Email"), asWritten(ticket.customer_email), { wide: true }]);
    if (ticket.customer_phone) facts.push([t("Phone"), spaced(ticket.customer_phone)]);
    if (ticket.status && !reservation) facts.push([t("Status"), STATUS_WORDS[ticket.status] ?? ticket.status]);
    if (ticket.ticket_code) facts.push([isBookingCode(ticket.ticket_code) ? t("Booking code") : t("Ticket"), ticket.ticket_code, { kind: "code", wide: true }]);
  }
  return facts;
}
