// The mail page: reads the outbox every few seconds while visible; resends or discards stuck messages.
import { byId, first, targetOf, write } from "../lib/elements.js";
import { t } from "../lib/i18n.js";
import { LinkState } from "../lib/link_state.js";
import { keepInView } from "../features/admin/menu_place.js";
import { MailList } from "../features/mail/mail_list.js";
import { howLong, kindOf } from "../words/mail.js";
import { call, Refusal } from "../lib/api.js";
import { followHubClock, hubNow } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";

const LOOK_EVERY_MS = 4_000;
/** @type {Record<string, () => string>} */
const NOTHING = {
  stuck: () => t("Nothing is stuck. Every message has gone out or is on its way."),
  pending: () => t("No message is waiting."),
  sent: () => t("No message has gone out yet."),
  dropped: () => t("No message was dropped."),
};

const linkState = new LinkState(byId("link-state"));
const list = new MailList(byId("mails"), { retry, discard: askToDiscard });
const dialog = byId("discarder");
let view = "stuck";
/** The messages of the pages after the first. @type {Wire.Mail[]} */
let older = [];
/** @type {number | null} */
let next = null;
/** @type {string | null} */
let lastSent = null;
let asked = 0;
/** @type {Wire.Mail | null} the message that the question before discarding is about */
let offered = null;
/** @type {number | undefined} */
let timer;

async function look() {
  clearTimeout(timer);
  const mine = ++asked;
  const wanted = view;
  try {
    const { data } = await call("GET", `/api/admin/mail?status=${wanted}`);
    if (mine !== asked) return;
    followHubClock(data.server_time);
    show(data);
    linkState.show("live");
    byId("figures").dataset.state = "live";
  } catch (error) {
    if (mine !== asked) return;
    if (error instanceof Refusal && (error.status === 401 || error.status === 403)) {
      location.assign("/operator/login?next=/admin/mail&ended=1");
      return;
    }
    linkState.show("reconnecting");
    byId("figures").dataset.state = "stale";
  }
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, LOOK_EVERY_MS);
}

/** @param {Wire.MailPage} data */
function show(data) {
  for (const name of /** @type {const} */ (["dead", "overdue", "waiting"])) {
    byId(name).textContent = data.figures[name].toLocaleString(document.documentElement.lang);
    byId(name).closest("div")?.classList.toggle("some", data.figures[name] > 0);
  }
  lastSent = data.figures.last_sent_at;
  const newest = new Set(data.mails.map((mail) => mail.id));
  const oldest = data.mails.at(-1)?.id ?? 0;
  const mails = [...data.mails, ...older.filter((mail) => mail.id < oldest && !newest.has(mail.id))];
  if (older.length === 0) next = data.next;
  draw(mails);
}

/** @param {Wire.Mail[]} mails */
function draw(mails) {
  const lost = list.show(mails, hubNow());
  byId("nothing").hidden = mails.length > 0;
  first(byId("nothing"), "strong").textContent = NOTHING[view]();
  byId("older").hidden = next === null;
  if (lost) byId("list-title").focus({ preventScroll: true });
  tick();
}

function tick() {
  list.mark(hubNow());
  byId("last-sent").textContent = lastSent ? t("The last message went out {when}.", { when: howLong(lastSent, hubNow()) }) : "";
}

/** @param {Wire.Mail} mail @param {MailAction} action @param {string} words */
async function act(mail, action, words) {
  clearNotice(byId("answer"));
  try {
    await call("POST", `/api/admin/mail/${mail.id}/${action}`);
    byId("spoken").textContent = words;
  } catch (error) {
    const title = error instanceof Refusal ? error.message : t("No connection. Nothing was changed, as far as we know.");
    showNotice(byId("answer"), { title, next: "" });
  }
  await look();
}

/** @param {Wire.Mail} mail */
async function retry(mail) {
  await act(mail, "retry", t("{kind}: it is being sent again.", { kind: kindOf(mail) }));
}

/** @param {Wire.Mail} mail */
function askToDiscard(mail) {
  offered = mail;
  write(byId("discarder-words"), t("{kind} to {recipient}: the customer will not get it.", { kind: kindOf(mail), recipient: mail.recipient }));
  dialog.showModal();
}

// The answer is read from the form. The dialog's "close" event comes later, perhaps when the next question is already open.
first(dialog, "form").addEventListener("submit", (event) => {
  const answer = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value;
  if (answer === "discard" && offered) act(offered, "discard", t("{kind}: discarded.", { kind: kindOf(offered) }));
});

byId("older").addEventListener("click", async () => {
  const wanted = view;
  try {
    const { data } = await call("GET", `/api/admin/mail?status=${wanted}&before=${next}`);
    if (wanted !== view) return;
    older = [...older, ...data.mails];
    next = data.next;
    await look();
  } catch {
    showNotice(byId("answer"), { title: t("No connection. Please try again."), next: "" }, { kind: "warn" });
  }
});

byId("views").addEventListener("change", (event) => {
  view = targetOf(event).value;
  older = [];
  next = null;
  clearNotice(byId("answer"));
  look();
});

for (const link of document.querySelectorAll(".admin-menu [aria-current]")) keepInView(/** @type {HTMLElement} */ (link));
document.addEventListener("visibilitychange", () => !document.hidden && look());
setInterval(tick, 5_000);
look();
