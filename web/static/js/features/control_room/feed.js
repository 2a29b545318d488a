// The feed panel: the decisions at the gates, live and filtered; it can be paused for reading.
import { h, icon } from "../../lib/elements.js";
import { asWritten, t, tn } from "../../lib/i18n.js";
import { Feed } from "../../models/feed.js";
import { momentAt } from "../../lib/dates.js";
import { showNotice } from "../../lib/notices.js";
import { modeOf, pageOf, REASONS, reasonOf, RESULTS, SHAPES } from "../../words/scans.js";

const MODES_SAID = ["undo", "exit", "override"];

/** @typedef {"gate" | "reason" | "operator_id" | "result"} FilterName */

/** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
export function openFeed(place, socket, context) {
  new FeedPanel(place, socket, context).watch();
}

class FeedPanel {
  #feed = new Feed();
  /** @type {Map<string, HTMLElement>} */
  #drawn = new Map();
  /** @type {{ [name in FilterName]?: string | number }} */
  #filters = {};
  #leave = () => {};
  #queued = false;
  #pause = h("button", { type: "button", class: "button quiet small", "aria-pressed": "false", onclick: () => this.#hold() }, t("Pause"));
  #said = h("p", { class: "soft feed-said", role: "status" }, t("Reading…"));
  #list = h("ol", { class: "feed" });
  #answer = h("div", { role: "alert" });
  #chosen = h("span", { class: "feed-chosen" });
  #choices = {
    gate: new Choice("gate", t("Gate"), t("All gates")),
    reason: new Choice("reason", t("Reason"), t("All reasons"), Object.entries(REASONS)),
    operator_id: new Choice("operator_id", t("Operator"), t("All operators")),
    result: new Choice("result", t("Result"), t("All results"), Object.entries(RESULTS)),
  };

  /** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
  constructor(place, socket, context) {
    this.socket = socket;
    this.context = context;
    addEventListener("plays", () => this.#namePlays());
    for (const choice of Object.values(this.#choices)) choice.select.addEventListener("change", () => this.#filter(choice));
    place.replaceChildren(
      h("details", { class: "feed-filter" },
        h("summary", {}, t("Filter"), this.#chosen),
        h("form", { class: "feed-filters", "aria-label": t("Filter the feed"), onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
          ...Object.values(this.#choices).map((one) => one.field))),
      h("div", { class: "feed-head" }, this.#said, this.#pause), this.#answer, this.#list,
    );
  }

  watch() {
    this.#leave();
    this.#list.setAttribute("aria-busy", "true");
    this.#leave = this.socket.subscribe("scans", { ...this.#filters }, (data) => {
      this.#list.removeAttribute("aria-busy");
      this.#answer.replaceChildren();
      this.#meet(data.scans);
      this.#feed.replace(data);
      this.#draw();
    }, (data) => {
      this.#meet(data.scans);
      this.#feed.update(data);
      // Ten events a second share one drawing; a hidden page draws none.
      if (!this.#queued) requestAnimationFrame(() => this.#draw());
      this.#queued = true;
    }, (error) => showNotice(this.#answer, { title: error.message, next: "" }));
  }

  /** Adds new gates and operators to the filters. @param {Wire.ScanBody[]} scans */
  #meet(scans) {
    for (const { gate, operator } of scans) {
      if (gate) this.#choices.gate.offer(gate, gate);
      if (operator.name) this.#choices.operator_id.offer(String(operator.id), operator.name);
    }
  }

  /** @param {Choice} choice */
  #filter({ name, select: { value } }) {
    if (value === "") delete this.#filters[name];
    else this.#filters[name] = name === "operator_id" ? Number(value) : value;
    const words = Object.values(this.#choices).filter(({ select }) => select.value).map(({ select }) => select.selectedOptions[0].text);
    this.#chosen.textContent = words.join(" · ");
    this.watch();
  }

  #hold() {
    this.#feed.pause(!this.#feed.paused);
    this.#pause.setAttribute("aria-pressed", String(this.#feed.paused));
    this.#draw();
  }

  #draw() {
    this.#queued = false;
    const { paused, ready, waiting, shown } = this.#feed;
    const words = paused
      ? tn("Paused. One new scan", "Paused. {n} new scans", waiting)
      : this.#list.childElementCount || shown.length ? t("Live, newest first") : t("Nothing has been scanned today.");
    if (ready && this.#said.textContent !== words) this.#said.textContent = words;
    if (!paused || this.#drawn.size === 0) this.#drawRows(shown);
  }

  /** @param {FeedRow[]} shown */
  #drawRows(shown) {
    const wanted = new Set(shown.map(({ key }) => key));
    for (const [key, item] of this.#drawn) {
      if (wanted.has(key)) continue;
      item.remove();
      this.#drawn.delete(key);
    }
    /** @type {Element | null} */
    let before = null;
    for (const row of shown) {
      let item = this.#drawn.get(row.key);
      if (!item) this.#drawn.set(row.key, (item = row.scan ? this.#scan(row.scan) : gap(row.more)));
      /** @type {Element | null} */
      const next = before ? before.nextElementSibling : this.#list.firstElementChild;
      if (next !== item) this.#list.insertBefore(item, next);
      before = item;
    }
  }

  /** @param {number | null} slot */
  #play(slot) {
    const title = this.context.playOf?.(slot);
    return title ? ` · ${title}` : "";
  }

  /** Names what plays in the rows that were drawn before it was known. */
  #namePlays() {
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (this.#list.querySelectorAll(".feed-play:empty"))) {
      if (place.dataset.slot) place.textContent = this.#play(Number(place.dataset.slot));
    }
  }

  /** @param {Wire.ScanBody} scan */
  #scan(scan) {
    const at = (/** @type {string} */ moment) => momentAt(moment, this.context.venue?.timezone, { seconds: true });
    const mode = MODES_SAID.includes(scan.mode) && reasonOf(scan.reason) !== modeOf(scan.mode) ? modeOf(scan.mode) : null;
    const late = scan.source === "sync" ? t("scanned offline at {time}", { time: at(scan.scanned_at) }) : null;
    const people = scan.people > 1 ? tn("one person", "{n} people", scan.people) : null;
    const where = [people, scan.gate ? t("Gate {gate}", { gate: scan.gate }) : t("No gate"), scan.operator.name ? asWritten(scan.operator.name) : `#${scan.operator.id}`, mode, late];
    const tail = `…${scan.code_tail}`;
    return h("li", { class: scan.result, "data-scan": scan.scan_id },
      h("span", { class: "feed-mark" }, icon(SHAPES[scan.result] ?? "clock"), h("span", { class: "unseen" }, `${RESULTS[scan.result]}: `)),
      h("span", { class: "feed-reason" }, reasonOf(scan.reason)),
      h("time", { datetime: scan.at }, at(scan.at)),
      h("span", { class: "feed-where soft" }, where.filter(Boolean).join(" · "), h("span", { class: "feed-play", translate: "no", "data-slot": scan.slot_id ?? "" }, this.#play(scan.slot_id))),
      scan.ticket_id
        ? h("a", { class: "code", href: pageOf(scan), "aria-label": scan.booking_id ? t("Booking ending in {tail}", { tail: scan.code_tail }) : t("Ticket ending in {tail}", { tail: scan.code_tail }) }, tail)
        : h("span", { class: "code soft" }, tail),
    );
  }
}

/** @param {number} more */
const gap = (more) => h("li", { class: "gap soft" }, tn("One more scan in the log", "{n} more scans in the log", more));

/** One filter of the feed. Its values are fixed, or are added as they occur. */
class Choice {
  /** @param {FilterName} name @param {string} label @param {string} all @param {[string, string][]} [known] */
  constructor(name, label, all, known = []) {
    this.name = name;
    this.values = new Set(known.map(([value]) => value));
    this.select = h("select", { id: `feed-${name}`, name }, h("option", { value: "" }, all), ...known.map(([value, words]) => h("option", { value }, words)));
    this.field = h("p", { class: "field" }, h("label", { for: this.select.id }, label), this.select);
  }

  /** @param {string} value @param {string} words */
  offer(value, words) {
    if (this.values.has(value)) return;
    this.values.add(value);
    const after = [...this.select.options].slice(1).find((option) => option.text.localeCompare(words, undefined, { numeric: true }) > 0);
    this.select.insertBefore(h("option", { value, translate: "no" }, words), after ?? null);
  }
}
