// "These are my tickets": an order's e-mail address adds its other tickets.
import { fieldOf, first, h } from "../../lib/elements.js";
import { gap, t, tn } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";
import { looksLikeEmail } from "../../models/email.js";
import { longDay } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { explain } from "../../words/refusals.js";
import { ask } from "./asking.js";

/**
 * `onFound` receives the tickets that can be booked too, and those that cannot.
 *
 * @param {{ ticket: Ticket, others: number, email: string, whose: Whose, onFound: (found: OrderFound) => void }} order
 */
export function orderForm({ ticket, others, email, whose, onFound }) {
  const go = h("button", { type: "submit", class: "button quiet", id: "order-go" }, t("Add my tickets"));
  const form = h("form", { class: "card", novalidate: true, id: "order-form" },
    h("p", {}, h("strong", {}, tn("One more ticket belongs to this order.", "{n} more tickets belong to this order.", others)), gap,
      t("Coming together? Add them all at once.")),
    h("div", { class: "field" },
      h("label", { for: "order-mail" }, t("Email address the order was sent to")),
      h("input", { type: "email", id: "order-mail", value: email, autocomplete: "email", inputmode: "email", maxlength: 254, "aria-describedby": "order-answer" })),
    h("div", { class: "answer", id: "order-answer", role: "alert" }),
    go);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = fieldOf(form, "order-mail");
    const answer = first(form, "#order-answer");
    /** @param {Notice} words */
    const refuse = (words) => {
      input.setAttribute("aria-invalid", "true");
      showNotice(answer, words);
      input.focus();
    };
    if (!looksLikeEmail(input.value)) {
      refuse({ title: t("Please enter a valid email address."), next: "" });
      return;
    }
    const reply = await ask({
      button: go,
      answer,
      question: () => call("POST", "/api/tickets/mine", { body: { ticket_code: ticket.ticket_code, email: input.value.trim(), ...whose } }),
      onRefusal: (error) => refuse(explain(error)),
      again: () => form.requestSubmit(),
    });
    if (!reply) return;
    input.removeAttribute("aria-invalid");
    clearNotice(answer);
    const { tickets } = reply.data;
    const bookable = tickets.filter(({ status }) => status === "ACTIVATED");
    onFound({ email: input.value.trim(), bookable, others: tickets.filter(({ status }) => status !== "ACTIVATED").map((one) => ({ ...one, words: reason(one) })) });
  });
  return form;
}

/** @param {OrderTicket} ticket */
function reason({ status, reserved_date: day }) {
  if (status === "INACTIVE") return t("is not active yet.");
  if (status === "RESERVED") return day ? t("is already reserved for {day}.", { day: longDay(day) }) : t("is already reserved.");
  if (status === "VERIFIED") return t("was already used.");
  return status === "PENDING_PAYMENT" ? t("is not paid yet.") : t("is no longer valid.");
}
