// Staff sign-in with a password or a PIN. The API sets the cookie; this page counts a lockout down.
import { byId, fieldOf, first } from "../lib/elements.js";
import { t, tn } from "../lib/i18n.js";
import { call, Refusal } from "../lib/api.js";
import { clearNotice, showNotice } from "../lib/notices.js";
import { waitingOn } from "../features/scan/offline/queue.js";
import { NAME as DATABASE, Store } from "../features/scan/offline/store.js";
import { momentAt } from "../lib/dates.js";
import { NO_CONNECTION } from "../words/no_connection.js";

/** @type {Record<string, string>} */
const HOMES = { OPERATOR: "/operator/scan", MANAGER: "/manager", ADMIN: "/manager", OWNER: "/admin" };
const form = byId("login-form");
const secret = byId("secret");
const answer = byId("login-answer");
const button = /** @type {HTMLButtonElement} */ (first(form, "[type=submit]"));
/** @type {number | undefined} */
let countdown;

const kind = () => fieldOf(form, "kind").value;

for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=kind]"))) {
  radio.addEventListener("change", () => {
    const pin = kind() === "pin";
    byId("secret-label").textContent = pin ? t("PIN") : t("Password");
    secret.inputMode = pin ? "numeric" : "text";
    secret.autocomplete = pin ? "off" : "current-password";
    secret.value = "";
    secret.focus();
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const username = fieldOf(form, "username").value.trim();
  if (!username || !secret.value) {
    showNotice(answer, { title: kind() === "pin" ? t("Please enter your username and PIN.") : t("Please enter your username and password."), next: "" });
    (username ? secret : fieldOf(form, "username")).focus();
    return;
  }
  clearNotice(answer);
  busy(true);
  try {
    // If a hub serves several organisations, the link may name one: /operator/login?organisation=museum
    const organisation = fieldOf(form, "organisation").value.trim();
    const named = organisation ? { organisation } : {};
    const { data } = await call("POST", "/api/operator/login", { body: { ...named, username, [kind()]: secret.value } });
    location.assign(form.dataset.next || HOMES[data.operator.role] || HOMES.OPERATOR);
  } catch (error) {
    if (error instanceof Refusal && error.code === "SECOND_FACTOR_REQUIRED") {
      // The hub keeps the challenge in a cookie for this page, which needs no script.
      const next = form.dataset.next ? `?next=${encodeURIComponent(form.dataset.next)}` : "";
      location.assign(`/operator/login/second-factor${next}`);
      return;
    }
    busy(false);
    secret.value = "";
    secret.focus();
    if (error instanceof Refusal) refused(error);
    else showNotice(answer, NO_CONNECTION, { kind: "warn" });
  }
});

button.disabled = false; // from here on the form is sent by this script, never into the address

/** @param {Refusal} error */
function refused(error) {
  if (error.code === "LOCKED_OUT") lockedOut(error.retryAfter ?? error.details.retry_after ?? 15 * 60);
  else if (error.code === "RATE_LIMITED") lockedOut(error.retryAfter ?? 30, t("Too many tries in a short time."));
  else if (error.code === "INVALID_CREDENTIALS") {
    const title = kind() === "pin" ? t("Username or PIN is wrong.") : t("Username or password is wrong.");
    showNotice(answer, { title, next: t("After five wrong tries sign-in is locked for 15 minutes.") });
  } else if (error.code === "OUTSIDE_SHIFT") {
    const { next_at: nextAt, timezone } = error.details;
    const next = nextAt
      ? t("Your next shift begins at {moment}.", { moment: momentAt(nextAt, timezone, { day: true }) })
      : t("No further shift is planned for you. Ask your administrator.");
    showNotice(answer, { title: t("You are not on shift now."), next });
  } else showNotice(answer, { title: error.message, next: "" });
}

/** @param {number} seconds */
function lockedOut(seconds, title = t("Too many wrong tries: sign-in is locked.")) {
  const until = Date.now() + seconds * 1000;
  const show = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left <= 0) {
      clearInterval(countdown);
      clearNotice(answer);
      button.disabled = false;
      return;
    }
    const wait = left > 90 ? tn("one minute", "{n} minutes", Math.ceil(left / 60)) : tn("one second", "{n} seconds", left);
    const time = momentAt(until, null, { seconds: left <= 90 });
    const next = t("You can try again at {time}, in {wait}. A manager can help sooner.", { time, wait });
    if (answer.textContent !== title + next) showNotice(answer, { title, next });
  };
  button.disabled = true;
  clearInterval(countdown);
  countdown = setInterval(show, 1000);
  show();
}

/** Shows how many offline scans wait on this device until their operator signs in. */
async function tellOfWaiting() {
  if (!(await globalThis.indexedDB?.databases?.())?.some(({ name }) => name === DATABASE)) return wipeIfAsked();
  const waiting = await waitingOn(await Store.open());
  if (!waiting) return wipeIfAsked();
  byId("waiting-scans").textContent = tn(
    "One scan waits on this device. It is sent when the operator who made it signs in here.",
    "{n} scans wait on this device. They are sent when the operators who made them sign in here.", waiting,
  );
  byId("waiting-scans").hidden = false;
}

/** An administrator wants this scanner wiped, and nothing waits to be sent. */
function wipeIfAsked() {
  if (document.querySelector("[data-wipe]")) location.assign("/operator/wiped");
}

/** @param {boolean} on */
function busy(on) {
  button.disabled = on;
  button.setAttribute("aria-busy", String(on));
}

tellOfWaiting().catch(() => {});
