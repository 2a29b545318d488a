// The ticket page (/manager/ticket): finds a ticket by code, order or contact; shows its history.
import { byId, h, write } from "../lib/elements.js";
import { asWritten, t, tn } from "../lib/i18n.js";
import { call, Refusal } from "../lib/api.js";
import { momentAt, shortDayAndSpan } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";
import { spaced } from "../models/digits.js";
import { standingOf } from "../models/ticket_standing.js";
import { statusOf, wordsOf } from "../words/ticket_history.js";

const named = byId("ticket-page").dataset.ticket;

/** @param {() => Promise<void>} work */
async function ask(work) {
  clearNotice(byId("answer"));
  try {
    await work();
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) {
      location.assign(`/operator/login?next=${encodeURIComponent(location.pathname)}&ended=1`);
      return;
    }
    const title = error instanceof Refusal ? (error.details.errors?.[0]?.message ?? (error.code === "TICKET_NOT_FOUND" ? t("There is no such ticket.") : error.message)) : t("No connection. Please try again.");
    showNotice(byId("answer"), { title, next: "" }, { kind: "warn" });
  }
}

/** @param {string} query */
const find = (query) => ask(async () => showFound((await call("GET", `/api/tickets/search?q=${encodeURIComponent(query)}`)).data));

/** @param {Wire.FoundTickets} found */
function showFound({ tickets }) {
  byId("found").replaceChildren(...tickets.map((one) =>
    h("li", {}, h("a", { href: `/manager/ticket/${one.ticket_id}` },
      h("strong", { class: "code" }, one.ticket_code),
      h("span", {}, one.date && one.start_time ? `${shortDayAndSpan(one.date, one.start_time, one.end_time)} · ` : "", statusOf(standingOf({ status: one.status, booked: Boolean(one.date), admitted: Boolean(one.verified_at) }))),
      h("small", {}, [one.customer_name, one.customer_email, spaced(one.customer_phone ?? ""), one.order_reference].flatMap((text) => (text ? asWritten(text) : [])).join(" · "))))));
  byId("found").hidden = tickets.length === 0;
  byId("spoken").textContent = tn("One ticket found", "{n} tickets found", tickets.length);
  if (tickets.length === 0) showNotice(byId("answer"), { title: t("No matching tickets."), next: t("Enter codes, orders, email addresses and phone numbers in full.") }, { kind: "warn" });
}

/** @param {string | null | undefined} text */
const kept = (text) => text && asWritten(text);

/** @param {Wire.Life} life */
function showLife({ ticket, reservation, events, scans_left_out: leftOut, timezone }) {
  write(byId("title"), asWritten(ticket.ticket_code));
  document.title = `${ticket.ticket_code} · Venue Hub`;
  const facts = [
    [t("Status"), statusOf(standingOf({ status: ticket.status, booked: reservation?.status === "RESERVED", admitted: reservation?.status === "VERIFIED" }))],
    [t("Reservation"), reservation && shortDayAndSpan(reservation.date, reservation.start_time, reservation.end_time)],
    [t("Venue"), kept(reservation?.venue)],
    [t("Product"), ticket.product],
    [t("Order"), kept(ticket.order_reference)],
    [t("Customer"), kept(ticket.customer_name)],
    [t("Email"), kept(ticket.customer_email)],
    [t("Phone"), spaced(ticket.customer_phone ?? "")],
    [t("Valid until"), ticket.valid_until && momentAt(ticket.valid_until, timezone, { day: true })],
  ];
  byId("facts").replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  byId("events").replaceChildren(...events.map((event) => line(event, timezone)));
  byId("left-out").hidden = !leftOut;
  byId("life").hidden = false;
}

/** @param {Wire.LifeEvent} event @param {string} timezone */
function line(event, timezone) {
  const [what, more] = wordsOf(event, timezone);
  return h("li", { class: event.result ?? "", "data-kind": event.kind, "data-scan": event.scan_id },
    h("time", { datetime: event.at }, momentAt(event.at, timezone, { day: true, seconds: true })),
    h("div", {}, h("div", { class: "what" }, what), more && h("div", { class: "more" }, more)));
}

byId("finder").addEventListener("submit", (event) => {
  event.preventDefault();
  const query = byId("q").value.trim();
  history.pushState(null, "", `/manager/ticket?q=${encodeURIComponent(query)}`);
  byId("life").hidden = true;
  byId("title").textContent = t("Tickets");
  find(query);
});
addEventListener("popstate", () => location.reload());

const query = new URLSearchParams(location.search).get("q");
if (named) ask(async () => showLife((await call("GET", `/api/tickets/${named}/life`)).data));
else if (query) {
  byId("q").value = query;
  find(query);
} else byId("q").focus();
