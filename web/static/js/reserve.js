// The booking page: ticket, contact, day and time, confirm, done. Keeps everything typed until the end.
import { byId, fill } from "./elements.js";
import { call, Refusal } from "./models/api.js";
import { tidyPhone } from "./models/phone.js";
import { tidyCode } from "./models/ticket_code.js";
import { hearHubClock, longDay, span } from "./moments.js";
import { Confirm } from "./reserve/confirm.js";
import { clearNotice, showNotice } from "./notices.js";
import { SlotStep } from "./reserve/slot_step.js";
import { showSuccess } from "./reserve/success.js";
import { explain, NO_CONNECTION } from "./words.js";

const STEPS = ["ticket", "contact", "slot", "confirm", "done"];
const root = byId("reserve");
// Where one hub serves several organisations, the link to this page names one: /reserve?orq=2
const orq = Number.parseInt(new URLSearchParams(location.search).get("orq"), 10);
const whose = orq > 0 ? { orq } : {};
hearHubClock(root.dataset.now);
const visit = { ticket: null, email: "", phone: "", slot: null };

function goTo(step, { focus = true } = {}) {
  root.dataset.step = step;
  for (const section of root.querySelectorAll("section.step")) section.hidden = section.dataset.step !== step;
  for (const item of byId("steps").children) {
    item.classList.toggle("past", STEPS.indexOf(item.dataset.step) < STEPS.indexOf(step));
    if (item.dataset.step === step) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  if (step === "slot") slotStep.open();
  if (step === "confirm") confirm.reset();
  if (focus) {
    byId(`${step}-title`).focus({ preventScroll: true });
    window.scrollTo({ top: 0, behavior: "smooth" });
  }
  showVisit();
}

function showVisit() {
  const { ticket, email, phone, slot } = visit;
  fill(root, {
    ticket: ticket?.ticket_code,
    email,
    phone,
    day: slot && longDay(slot.date),
    time: slot && span(slot.start_time, slot.end_time),
  });
}

function busy(form, on) {
  const button = form.querySelector("[type=submit]");
  button.disabled = on;
  button.setAttribute("aria-busy", String(on));
}

/** Runs one question to the API for a form; a refusal goes to `onRefusal`, trouble becomes a notice with a retry. */
async function ask(form, answer, question, onRefusal) {
  clearNotice(answer);
  busy(form, true);
  try {
    return await question();
  } catch (error) {
    if (error instanceof Refusal) onRefusal(error);
    else showNotice(answer, NO_CONNECTION, { kind: "warn", actions: [["Try again", () => form.requestSubmit()]] });
    return null;
  } finally {
    busy(form, false);
  }
}

byId("ticket-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const input = byId("ticket-code");
  const answer = byId("ticket-answer");
  input.value = tidyCode(input.value);
  const invalid = (words) => {
    input.setAttribute("aria-invalid", "true");
    showNotice(answer, words);
    input.focus();
  };
  if (!input.value) {
    invalid({ title: "Please enter your ticket code.", next: "" });
    return;
  }
  const reply = await ask(
    form,
    answer,
    () => call("POST", "/api/tickets/validate", { body: { ticket_code: input.value, ...whose } }),
    (error) => invalid(explain(error)),
  );
  if (!reply) return;
  input.removeAttribute("aria-invalid");
  visit.ticket = reply.data;
  goTo("contact");
});

byId("contact-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const fields = { email: byId("email"), phone: byId("phone") };
  const email = fields.email.value.trim();
  const phone = tidyPhone(fields.phone.value);
  for (const [name, input] of Object.entries(fields)) markField(name, input, "");
  const reply = await ask(
    form,
    byId("contact-answer"),
    () => call("POST", "/api/tickets/verify-contact", { body: { ticket_id: visit.ticket.ticket_id, email, phone } }),
    (error) => {
      const wrong = (error.details.validation_errors ?? []).filter(({ field }) => field in fields);
      for (const { field, message } of wrong) markField(field, fields[field], message);
      if (wrong.length) fields[wrong[0].field].focus();
      else showNotice(byId("contact-answer"), explain(error));
    },
  );
  if (!reply) return;
  Object.assign(visit, { email: reply.data?.email ?? email, phone: reply.data?.phone ?? phone });
  goTo("slot");
});

function markField(name, input, message) {
  byId(`${name}-wrong`).textContent = message;
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

const slotStep = new SlotStep({
  whose,
  wish: () => ({ places: 1, slot: visit.slot }),
  onChosen: (slot) => {
    chooseSlot(slot);
    goTo("confirm");
  },
});

function chooseSlot(slot) {
  visit.slot = slot;
  showVisit();
}

const confirm = new Confirm({
  visit: () => ({ ...visit, whose }),
  onBooked: (data) => {
    // What was booked is what the answer says, not what the page believes.
    Object.assign(visit.slot, data.slot);
    visit.ticket.ticket_code = data.ticket_code;
    showSuccess(data);
    goTo("done");
  },
  onOtherSlot: chooseSlot,
  onStale: () => slotStep.stale(),
  goTo,
});

for (const button of root.querySelectorAll("[data-back]")) {
  button.addEventListener("click", () => goTo(button.dataset.back));
}

if (root.dataset.ticket) byId("ticket-form").requestSubmit();
