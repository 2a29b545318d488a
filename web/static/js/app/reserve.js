// The booking page, /reserve: makes its steps and connects them.
import { byId, fill, first, h } from "../lib/elements.js";
import { t, tn } from "../lib/i18n.js";
import { shareBookings } from "../lib/other_tabs.js";
import { spaced } from "../models/digits.js";
import { codesIn } from "../models/ticket_code.js";
import { BookingDraft } from "../models/booking_draft.js";
import { followHubClock, hubNow, longDay, span } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";
import { Steps } from "../features/reserve/steps.js";
import { TicketStep } from "../features/reserve/ticket.js";
import { loadModule, loadStyleSheet } from "../lib/lazy_loading.js";
import { NO_CONNECTION } from "../words/no_connection.js";

const root = byId("reserve");
// The organisation: that of the venue in the address, or /reserve?orq=2
const orq = Number.parseInt(root.dataset.orq || (new URLSearchParams(location.search).get("orq") ?? ""), 10);
const whose = orq > 0 ? { orq } : {};
followHubClock(root.dataset.now);
const draft = new BookingDraft({ orq: whose.orq ?? null, home: Number(root.dataset.venue) || null });

/** The module, once the later steps have their style sheet. @template T @param {Promise<T>} module */
const withStyles = async (module) => (await Promise.all([module, loadStyleSheet("base/booking_steps")]))[0];
// Later steps are fetched once the first is usable.
/** @type {Record<string, () => Promise<Part>>} */
const makers = {
  venue: async () => new (await withStyles(loadModule(() => import("../features/reserve/venue.js")))).VenueStep({ draft, onDone: afterTickets }),
  contact: async () => new (await withStyles(loadModule(() => import("../features/reserve/contact.js")))).ContactStep({ draft, onDone: () => steps.go(afterContact()) }),
  code: async () => new (await withStyles(loadModule(() => import("../features/reserve/code.js")))).CodeStep({ draft, whose, onDone: () => steps.go(draft.placed ? "confirm" : "slot") }),
  slot: async () => {
    const [{ SlotStep }, { Turns }] = await Promise.all([loadModule(() => import("../features/reserve/slot_step.js")), loadModule(() => import("../features/reserve/turns.js")), loadStyleSheet("base/calendar"), loadStyleSheet("base/slots")]);
    turns = new Turns({ draft, onTurn: openSlots });
    return new SlotStep({ whose, booking, onChosen });
  },
  confirm: async () => new (await withStyles(loadModule(() => import("../features/reserve/confirm.js")))).Confirm({ draft, whose, onBooked, onChanged: keep, onStale: () => parts.slot?.stale?.(), goTo: (step) => steps.go(step) }),
  done: async () => {
    const [{ showSuccess }] = await Promise.all([loadModule(() => import("../features/reserve/success.js")), loadStyleSheet("base/take_home")]);
    return { enter: () => showSuccess(draft) };
  },
};
/** @type {Record<string, Part>} */
const parts = {};
/** @type {Turns} */
let turns;
/** @type {Record<string, Promise<Part>>} */
const making = {};

function make(/** @type {string} */ name) {
  making[name] ??= makers[name]().then((part) => (parts[name] = part));
  making[name].catch(() => delete making[name]);
  return making[name];
}

/** Makes a step's parts; returns false on failure. */
async function prepare(/** @type {StepName} */ step) {
  const place = document.querySelector(`section[data-step="${steps.step ?? "ticket"}"] .answer[role="alert"]`);
  try {
    await Promise.all([step in makers && make(step), step === "confirm" && make("slot")]);
    return true;
  } catch {
    if (place) showNotice(place, NO_CONNECTION, { kind: "warn", actions: [[t("Try again"), () => (clearNotice(place), steps.go(step))]] });
    return false;
  }
}

/** The last step that can be shown. @returns {StepName} */
function furthest() {
  if (draft.results.length && !draft.tickets.length) return "done";
  if (!draft.tickets.length) return "ticket";
  if (draft.choosesVenue) return "venue";
  if (!draft.email || !draft.phone) return "contact";
  if (draft.unproved(+hubNow()).length) return "code";
  return draft.placed ? "confirm" : "slot";
}

function afterTickets() {
  steps.go(draft.choosesVenue ? "venue" : draft.email && draft.placed ? "confirm" : draft.email ? afterContact() : "contact");
}

function afterContact() {
  if (draft.unproved(+hubNow()).length) return "code";
  return draft.placed ? "confirm" : "slot";
}

const steps = new Steps(root, {
  furthest,
  prepare,
  instead: (step) => (step === "code" && !draft.unproved(+hubNow()).length ? "contact" : step === "venue" && draft.venues().length < 2 ? "ticket" : step),
  onEnter(step) {
    draft.step = step;
    if (step === "ticket") ticket.enter();
    else if (step === "slot") openSlots();
    else parts[step].enter?.();
    // The last step is at hand before its booking is.
    if (step === "confirm") make("done").catch(() => {});
    keep();
  },
  onLeave(step) {
    if (step === "slot") parts.slot?.rest?.();
    else parts[step]?.leave?.();
  },
});

const ticket = new TicketStep({
  draft,
  whose,
  onTickets() {
    keep();
    // Few venues ask for a code.
    if (draft.unproved(+hubNow()).length) make("code").catch(() => {});
  },
  onDone: afterTickets,
});

function openSlots() {
  turns.draw();
  keep();
  parts.slot.open?.();
}

function booking() {
  const { codes, slot } = turns;
  const { email, phone, venue } = draft;
  return { places: codes.length, slot, codes, email, phone, proof: draft.contactProof(+hubNow()), venue };
}

function onChosen(/** @type {PickedSlot} */ slot) {
  const all = turns.choose(slot);
  keep();
  if (all) {
    steps.go("confirm");
    return;
  }
  parts.slot.stale?.();
  openSlots();
  first(byId("turns"), "[aria-pressed=true]").focus();
}

function onBooked() {
  const codes = draft.results.flatMap(({ reservations }) => reservations.map(({ ticket_code }) => ticket_code));
  announceBooking(codes, new URL(draft.results[0].manage_url, location.href).pathname);
  steps.go("done");
}

const announceBooking = shareBookings(({ codes, manage }) => {
  const mine = draft.codes.filter((code) => codes.includes(code));
  if (!mine.length) return;
  for (const code of mine) draft.remove(code);
  keep();
  steps.go("ticket");
  const link = h("a", { class: "button quiet small", href: manage }, t("See the reservation"));
  showNotice(byId("visit-note"), { title: tn("You have booked this ticket in another tab.", "You have booked these tickets in another tab.", mine.length), next: "" }, { kind: "good", extra: link });
});

/** Shows the draft and stores it in this tab. */
function keep() {
  draft.save();
  const [code, ...others] = draft.codes;
  const slots = draft.tickets.length ? [...new Map(draft.codes.map((one) => draft.slotOf(one)).filter((slot) => slot !== null).map((slot) => [slot.id, slot])).values()] : [];
  const [slot] = slots;
  fill(root, {
    venue: draft.venue?.name,
    ticket: others.length ? tn("{code} and one more", "{code} and {n} more", others.length, { code }) : code,
    email: draft.email,
    phone: draft.phone && spaced(draft.phone),
    day: slots.length > 1 ? tn("One time", "{n} times", slots.length) : slot && longDay(slot.date),
    time: slots.length > 1 ? slots.map((one) => span(one.start_time, one.end_time)).join(", ") : slot && span(slot.start_time, slot.end_time),
  });
}

byId("another").addEventListener("click", () => {
  draft.forget();
  location.assign(draft.home || !(orq > 0) ? location.pathname : `/reserve?orq=${orq}`);
});

async function begin() {
  const found = draft.restore();
  const { ticket: typed = "" } = root.dataset;
  const given = codesIn(typed);
  const known = [...draft.codes, ...draft.results.flatMap(({ reservations }) => reservations.map(({ ticket_code }) => ticket_code))];
  // A link with another ticket begins a new visit.
  if (given.some((code) => !known.includes(code))) {
    draft.clear();
    await steps.begin("ticket");
    ticket.begin(typed);
    return;
  }
  if (given.length) byId("ticket-code").value = "";
  await steps.begin(found === "fresh" ? draft.step : "ticket");
  if (found === "expired") {
    showNotice(byId("visit-note"), { title: t("Your booking has timed out."), next: t("Nothing was booked. Please start again with your ticket.") }, { kind: "info" });
  }
}

await begin();
performance.mark("usable");
root.dataset.ready = "";
const idle = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 300));
async function makeAll() {
  for (const name of ["contact", "slot", "confirm"]) await make(name);
}
idle(() => makeAll().catch(() => {}));
