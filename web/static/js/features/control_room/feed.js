// The feed panel: every decision at the gates, live and filtered; it stands still while somebody reads.
import { h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { Feed } from "../../models/feed.js";
import { momentAt } from "../../lib/dates.js";
import { showNotice } from "../../lib/notices.js";
import { modeOf, REASONS, reasonOf, RESULTS, SHAPES } from "../../words/scans.js";
import { loadStyleSheet } from "../../lib/lazy_loading.js";

const MODES_SAID = ["undo", "exit", "override"];

export function openFeed(place, socket, context) {
  loadStyleSheet("control_room/panels", { tries: Infinity });
  const feed = new Feed();
  const drawn = new Map();
  const filters = {};
  let leave = () => {};
  let queued = false;

  const pause = h("button", { type: "button", class: "button quiet small", "aria-pressed": "false", onclick: hold }, t("Hold still"));
  const said = h("p", { class: "soft feed-said", role: "status" }, t("Reading…"));
  const list = h("ol", { class: "feed" });
  const answer = h("div", { role: "alert" });
  const choices = {
    gate: choice("gate", t("Gate"), t("All gates")),
    reason: choice("reason", t("Reason"), t("All reasons"), Object.entries(REASONS)),
    operator_id: choice("operator_id", t("Operator"), t("All operators")),
    result: choice("result", t("Result"), t("All results"), Object.entries(RESULTS)),
  };
  const chosen = h("span", { class: "feed-chosen" });
  place.replaceChildren(
    h("details", { class: "feed-filter" },
      h("summary", {}, t("Filter"), chosen),
      h("form", { class: "feed-filters", "aria-label": t("Filter the feed"), onsubmit: (event) => event.preventDefault() }, ...Object.values(choices).map((one) => one.field))),
    h("div", { class: "feed-head" }, said, pause), answer, list,
  );

  function choice(name, label, all, known = []) {
    const select = h("select", { id: `feed-${name}`, name, onchange: () => filter(name, select.value) },
      h("option", { value: "" }, all), ...known.map(([value, words]) => h("option", { value }, words)));
    return { field: h("p", { class: "field" }, h("label", { for: select.id }, label), select), select, values: new Set(known.map(([value]) => value)) };
  }

  /** Gates and operators become choices as they are met. */
  function meet(scans) {
    for (const { gate, operator } of scans) {
      if (gate) offer(choices.gate, gate, gate);
      if (operator.name) offer(choices.operator_id, String(operator.id), operator.name);
    }
  }

  function offer({ select, values }, value, words) {
    if (values.has(value)) return;
    values.add(value);
    const after = [...select.options].slice(1).find((option) => option.text.localeCompare(words, undefined, { numeric: true }) > 0);
    select.insertBefore(h("option", { value }, words), after ?? null);
  }

  function filter(name, value) {
    if (value === "") delete filters[name];
    else filters[name] = name === "operator_id" ? Number(value) : value;
    const words = Object.values(choices).filter(({ select }) => select.value).map(({ select }) => select.selectedOptions[0].text);
    chosen.textContent = words.join(" · ");
    watch();
  }

  function watch() {
    leave();
    list.setAttribute("aria-busy", "true");
    leave = socket.subscribe("scans", { ...filters }, (data) => {
      list.removeAttribute("aria-busy");
      answer.replaceChildren();
      meet(data.scans);
      feed.replace(data);
      draw();
    }, (data) => {
      meet(data.scans);
      feed.update(data);
      // Ten events a second are drawn together with the next picture, and not at all while the page is hidden.
      if (!queued) requestAnimationFrame(draw);
      queued = true;
    }, (error) => showNotice(answer, { title: error.message, next: "" }));
  }

  function hold() {
    feed.pause(!feed.paused);
    pause.setAttribute("aria-pressed", String(feed.paused));
    draw();
  }

  function draw() {
    queued = false;
    const words = feed.paused
      ? tn("Held still. One new scan", "Held still. {n} new scans", feed.waiting)
      : list.childElementCount || feed.shown.length ? t("Live, newest first") : t("Nothing has been scanned today.");
    if (feed.ready && said.textContent !== words) said.textContent = words;
    if (feed.paused && drawn.size > 0) return;
    const shown = feed.shown;
    const wanted = new Set(shown.map(({ key }) => key));
    for (const [key, item] of drawn) {
      if (wanted.has(key)) continue;
      item.remove();
      drawn.delete(key);
    }
    /** @type {Element | null} */
    let before = null;
    for (const row of shown) {
      let item = drawn.get(row.key);
      if (!item) drawn.set(row.key, (item = row.scan ? makeScan(row.scan) : makeGap(row.more)));
      const next = before ? before.nextElementSibling : list.firstElementChild;
      if (next !== item) list.insertBefore(item, next);
      before = item;
    }
  }

  function makeScan(scan) {
    const mode = MODES_SAID.includes(scan.mode) && reasonOf(scan.reason) !== modeOf(scan.mode) ? modeOf(scan.mode) : null;
    const late = scan.source === "sync" ? t("scanned without a line at {time}", { time: momentAt(scan.scanned_at, context.venue?.timezone, { seconds: true }) }) : null;
    const where = [scan.gate ? t("Gate {gate}", { gate: scan.gate }) : t("No gate"), scan.operator.name || `#${scan.operator.id}`, mode, late];
    const tail = `…${scan.code_tail}`;
    return h("li", { class: scan.result, "data-scan": scan.scan_id },
      h("span", { class: "feed-mark" }, icon(SHAPES[scan.result] ?? "clock"), h("span", { class: "unseen" }, `${RESULTS[scan.result]}: `)),
      h("span", { class: "feed-reason" }, reasonOf(scan.reason)),
      h("time", { datetime: scan.at }, momentAt(scan.at, context.venue?.timezone, { seconds: true })),
      h("span", { class: "feed-where soft" }, where.filter(Boolean).join(" · ")),
      scan.ticket_id
        ? h("a", { class: "code", href: `/manager/ticket/${scan.ticket_id}`, "aria-label": t("Ticket ending in {tail}", { tail: scan.code_tail }) }, tail)
        : h("span", { class: "code soft" }, tail),
    );
  }

  const makeGap = (more) => h("li", { class: "gap soft" }, tn("One more scan in the log", "{n} more scans in the log", more));

  watch();
}
