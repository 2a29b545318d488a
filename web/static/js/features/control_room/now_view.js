// What to do now: who is still to come against the rate at the gates, and people inside against the venue's limit.
import { byId, first, h, icon } from "../../lib/elements.js";
import { gap, t, tn } from "../../lib/i18n.js";
import { number, span } from "../../lib/dates.js";
import { paceOf } from "../../models/pace.js";
import { minuteOfDay, oneDigit } from "./figures_view.js";

const MOST = 3;
const NEARLY = 0.9;
/** Somebody is to come, so the rate that is needed is never shown as 0. */
const LEAST = 0.1;

export class NowView {
  #root = byId("now");
  #pace = byId("now-pace");
  #inside = byId("now-inside");

  /** Nothing is to be done about a day that is over. */
  waiting() {
    this.#pace.replaceChildren();
    this.#root.dataset.state = "waiting";
  }

  /** @param {CountBoard} board @param {FigureBoard} figures @param {ShownDay} day */
  show(board, figures, { slots, zone, now, today }) {
    this.#root.hidden = !today;
    if (!today) return;
    this.#root.dataset.state = "live";
    this.#showPace(paceOf(figures, slots, figures.minuteAt(now), minuteOfDay(figures.startsAt, zone)));
    this.#showInside(board.totals.inside ?? board.totals.verified, board.totals.exited);
  }

  /** @param {import("../../models/pace.js").Pace} pace */
  #showPace(pace) {
    if (pace.slots.length === 0) {
      this.#pace.replaceChildren(h("li", { class: "soft" }, t("Nobody is expected just now.")));
      return;
    }
    const rows = pace.slots.slice(0, MOST).map(({ slot, toCome, minutes, needed }) => h("li", {},
      h("b", {}, span(slot.start_time, slot.end_time), ...(slot.show ? [" ", h("span", { translate: "no" }, slot.show)] : [])),
      h("span", {}, t("{n} to come in {minutes} minutes", { n: number(toCome), minutes: number(Math.ceil(minutes)) })),
      h("span", { class: "soft" }, t("{needed} a minute needed", { needed: oneDigit(Math.max(needed, LEAST)) }))));
    this.#pace.replaceChildren(...rows, adviceOf(pace));
  }

  /** @param {number} inside @param {number} exited */
  #showInside(inside, exited) {
    const limit = Number(this.#root.dataset.limit) || 0;
    this.#inside.hidden = limit === 0;
    if (limit === 0) return;
    const stops = this.#root.dataset.full === "stop";
    const state = inside >= limit ? "full" : inside >= NEARLY * limit ? "nearly" : "free";
    this.#inside.dataset.state = state;
    first(this.#inside, "b").textContent = t("{inside} of {limit} inside", { inside: number(inside), limit: number(limit) });
    const words = state === "full" ? (stops ? t("Full. The gates let one in when one leaves.") : t("Full. Stop the gates."))
      : state === "nearly" ? tn("Room for one more", "Room for {n} more", limit - inside) : "";
    // Whoever left without a scan still counts.
    const counted = inside > 0 && exited === 0 ? t("No exit scanned: everyone who came in today counts.") : "";
    first(this.#inside, "span").textContent = [words, counted].filter(Boolean).join(gap);
    /** @type {HTMLElement} */ (first(this.#inside, "i")).style.setProperty("--part", String(Math.min(1, inside / limit)));
  }
}

/** @param {import("../../models/pace.js").Pace} pace */
function adviceOf({ rate, short, gates, late, few }) {
  const now = t("{rate} a minute now", { rate: oneDigit(rate) });
  if (few) return h("li", { class: "advice soft" }, now);
  if (!short) return h("li", { class: "advice good" }, icon("check"), h("strong", {}, now), h("span", {}, t("Fast enough")));
  const lane = gates === 0 ? t("Nobody is coming in. Check the gates.") : gates === 1 ? t("Open a second lane") : t("Open another lane");
  return h("li", { class: "advice short" }, icon("warn"), h("strong", {}, `${now}: ${lane}`),
    late > 0 && h("span", {}, tn("At this rate one will be late", "At this rate {n} will be late", late)));
}
