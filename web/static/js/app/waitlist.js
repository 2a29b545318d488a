// The waitlist page: follows the place in the queue, counts an offer down and accepts it (which books).
import { byId, first, targetOf } from "../lib/elements.js";
import { t, tn } from "../lib/i18n.js";
import { call, Refusal } from "../lib/api.js";
import { fetchPage, keepLooking } from "../lib/fresh_page.js";
import { AvailabilitySocket } from "../lib/availability_socket.js";
import { countDown } from "../lib/countdown.js";
import { followHubClock } from "../lib/dates.js";
import { clearNotice, showNotice } from "../lib/notices.js";
import { NO_CONNECTION } from "../words/no_connection.js";
import { explain } from "../words/refusals.js";

const LOOK_EVERY_MS = 10_000;
/** While the hub says what changes, a look only finds what no count of the slot shows. */
const LOOK_LIVE_MS = 30_000;
/** All who wait hear of a place in the same moment, and do not all ask in it. */
const SPREAD_MS = 1_000;

const root = byId("waiting");
/** @type {`/api/waitlist/${string}`} */
const path = `/api/waitlist/${encodeURIComponent(root.dataset.token ?? "")}`;
followHubClock(root.dataset.now);

const part = () => byId("waiting-part");
let busy = false;
let stopCountdown = () => {};

async function bringUpToDate() {
  const page = await fetchPage();
  followHubClock(first(page, "#waiting").dataset.now);
  const fresh = first(page, "#waiting-part");
  if (fresh.dataset.version === part().dataset.version) return false;
  const held = part().contains(document.activeElement);
  const before = part().dataset.status;
  part().replaceWith(document.adoptNode(fresh));
  startCountdown();
  const moved = fresh.dataset.status !== before;
  if (!["WAITING", "OFFERED"].includes(fresh.dataset.status ?? "")) socket?.close();
  if (moved) byId("leaver")?.close();
  if (held || moved) byId("waiting-title").focus({ preventScroll: true });
  return moved;
}

function startCountdown() {
  stopCountdown();
  const place = byId("countdown");
  if (!place) return;
  stopCountdown = countDown(place, part().dataset.ends, {
    onMinutes: (minutes) => {
      byId("waiting-countdown-words").textContent = tn("Less than one minute left to accept.", "Less than {n} minutes left to accept.", minutes);
    },
    onOver: () => look(),
  });
}

/** @param {HTMLButtonElement} button */
async function accept(button) {
  if (busy) return;
  clearNotice(byId("waiting-answer"));
  show(button, true);
  try {
    // A repeat is harmless: it returns the first answer.
    const { data } = await call("POST", `${path}/accept`);
    location.assign(data.manage_url ? new URL(data.manage_url, location.href).pathname : `/r/${root.dataset.token}`);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === "BUSY") {
      showNotice(byId("waiting-answer"), NO_CONNECTION, { kind: "warn", actions: [[t("Try again"), () => accept(button)]] });
    } else {
      await bringUpToDate().catch(() => {});
      showNotice(byId("waiting-answer"), WORDS[error.code]?.(error.details) ?? explain(error));
    }
  } finally {
    show(button, false);
  }
}

/** @type {RefusalWords} */
const WORDS = {
  OFFER_LAPSED: () => ({
    title: t("The offer expired a moment ago."),
    next: part().dataset.booking ? t("It went to the next in line.") : t("It went to the next in line. Your ticket is still valid."),
  }),
  NO_OFFER: () => ({ title: t("There is no offer to accept right now."), next: t("This page shows your place in line.") }),
};

async function leave() {
  const button = byId("leaver-do");
  clearNotice(byId("leaver-answer"));
  show(button, true);
  try {
    await call("DELETE", path);
    byId("leaver").close();
    await bringUpToDate();
  } catch (error) {
    const words = error instanceof Refusal ? explain(error) : NO_CONNECTION;
    showNotice(byId("leaver-answer"), words, { kind: "warn", actions: [[t("Try again"), leave]] });
  } finally {
    show(button, false);
  }
}

/** @param {HTMLButtonElement} button @param {boolean} on */
function show(button, on) {
  busy = on;
  button.disabled = on;
  button.setAttribute("aria-busy", String(on));
}

/** @type {AvailabilitySocket | null} */
let socket = null;
const look = keepLooking(async () => {
  if (busy) return;
  if (await bringUpToDate()) showNotice(byId("waiting-news"), { title: t("There is news."), next: t("This page has just been updated.") });
}, () => (socket?.live ? LOOK_LIVE_MS : LOOK_EVERY_MS));

/** Follows the slot over the calendar's public socket: a place that is freed, held or taken changes its count. */
function followSlot() {
  const { slot, month, show: ofShow, orq } = root.dataset;
  if (!slot || !month) return null;
  let known = "";
  const following = new AvailabilitySocket({
    whose: ofShow ? { show: ofShow } : { orq },
    onSlots: (slots) => {
      const found = slots.find(({ id }) => id === Number(slot));
      const now = found ? JSON.stringify(found) : known;
      if (known && now !== known) setTimeout(look, Math.random() * SPREAD_MS);
      known = now;
    },
    onState: (state) => {
      root.dataset.live = state;
      // What has changed before the connection stood.
      if (state === "live") look();
    },
  });
  following.watch(month);
  return following;
}


root.addEventListener("click", (event) => {
  const button = targetOf(event).closest("button");
  if (button?.dataset.action === "accept") accept(button);
  if (button?.dataset.action === "leave") byId("leaver").showModal();
  if (button?.id === "leaver-stay") byId("leaver").close();
});
byId("leaver-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  leave();
});
startCountdown();
socket = followSlot();
