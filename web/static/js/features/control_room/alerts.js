// The alerts above every view: exceeded limits, and tickets used at two gates. One strip of fixed height shows the newest,
// and a list on request all of them. An alarm is acknowledged once for the venue, whoever does it.
import { h, icon, write } from "../../lib/elements.js";
import { asWritten, t, tn } from "../../lib/i18n.js";
import { hubNow, momentAt, number, shortDay } from "../../lib/dates.js";
import { Cards } from "../../lib/cards.js";
import { groupAlarms } from "../../models/alarm_groups.js";
import { reasonOf } from "../../words/scans.js";
import { ADVICE, BRIEF, LINES, PARTS, TITLES } from "./alert_words.js";

const ALARM_MS = 15 * 60_000;

/** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
export function openAlerts(place, socket, context) {
  new AlertsPanel(place, socket, context).open();
}

/** One or several alerts or alarms that are shown together. `renew...` writes what an alert measures now.
 * @typedef {{ name: string, at: string, brief: () => HTMLElement, whole: () => HTMLElement,
 * renewBrief?: (card: HTMLElement) => void, renewWhole?: (card: HTMLElement) => void }} Shown */

class AlertsPanel {
  /** @type {Map<number, Wire.Alert>} */
  #alerts = new Map();
  /** @type {Map<number, Wire.Alarm>} */
  #alarms = new Map();
  #strip = h("ul", { class: "alert-strip", "aria-live": "polite" });
  #none = h("p", { class: "alerts-none", hidden: true }, icon("check"), t("No alerts"));
  #all = h("button", { type: "button", class: "button quiet small alerts-all", popovertarget: "all-alerts", hidden: true });
  #title = h("h2", { id: "all-alerts-title" }, t("Alerts"));
  #list = h("ul", { class: "alert-list" });
  #briefs = new Cards(this.#strip);
  #cards = new Cards(this.#list, this.#title);
  #leaveAlerts = () => {};
  #leaveAlarms = () => {};
  /** Topics that have not sent their whole yet. */
  #waiting = new Set(["alerts", "alarms"]);

  /** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
  constructor(place, socket, context) {
    this.socket = socket;
    this.context = context;
    this.#title.tabIndex = -1;
    /** Whether the page has the dialog of the gates. */
    this.canCall = document.getElementById("message-tools") !== null;
    const close = h("button", { type: "button", class: "button quiet small", popovertarget: "all-alerts", popovertargetaction: "hide" }, t("Close"));
    place.replaceChildren(this.#strip, this.#none, this.#all,
      h("div", { class: "all-alerts", id: "all-alerts", popover: "auto", role: "dialog", "aria-labelledby": "all-alerts-title" },
        h("div", { class: "all-alerts-head" }, this.#title, close), this.#list));
    new ResizeObserver(() => this.#fit()).observe(this.#strip);
  }

  open() {
    this.#watchAlerts();
    this.#watchAlarms();
    // An old alarm disappears by itself.
    setInterval(() => this.#draw(), 30_000);
  }

  #watchAlerts() {
    this.#leaveAlerts();
    this.#leaveAlerts = this.socket.subscribe("alerts", {}, ({ alerts }) => {
      this.#alerts = new Map(alerts.map((one) => [one.alert_id, one]));
      this.#waiting.delete("alerts");
      this.#draw();
    }, (data) => {
      if (data.missed) return this.#watchAlerts();
      this.#alerts.set(data.alert.alert_id, data.alert);
      return this.#draw();
    });
  }

  #watchAlarms() {
    this.#leaveAlarms();
    this.#leaveAlarms = this.socket.subscribe("alarms", {}, ({ alarms }) => {
      this.#alarms = new Map(alarms.map((one) => [one.alarm_id, one]));
      this.#waiting.delete("alarms");
      this.#draw();
    }, (data) => {
      if (data.missed) return this.#watchAlarms();
      this.#alarms.set(data.alarm.alarm_id, data.alarm);
      return this.#draw();
    });
  }

  #draw() {
    const groups = groupAlarms(this.#alarms.values(), +hubNow() - ALARM_MS);
    const open = groups.filter(([{ acknowledged }]) => acknowledged === null);
    /** @type {Shown[]} */
    const shown = [
      ...open.map((group) => ({ name: nameOf(group), at: group[0].raised_at, brief: () => this.#alarmBrief(group), whole: () => this.#alarmCard(group) })),
      ...this.#raised().map(([alert, ...more]) => ({
        name: `alerts ${[alert, ...more].map((one) => one.alert_id)}`, at: alert.raised_at,
        brief: () => this.#alertBrief(alert, more), whole: () => this.#alertCard(alert, more),
        renewBrief: (/** @type {HTMLElement} */ card) => write(card.querySelector("[data-value]") ?? card, briefOf(alert, more)),
        renewWhole: (/** @type {HTMLElement} */ card) => card.replaceChildren(...this.#alertCard(alert, more).childNodes) })),
    ].sort((a, b) => (a.at < b.at ? 1 : -1));
    const done = groups.filter(([{ acknowledged }]) => acknowledged !== null);
    this.#briefs.draw(shown.map(({ name, brief, renewBrief }) => [name, brief, renewBrief]));
    this.#cards.draw([
      ...shown.map(({ name, whole, renewWhole }) => /** @type {Parameters<Cards["draw"]>[0][0]} */ ([name, whole, renewWhole])),
      ...done.map((group) => /** @type {[string, () => HTMLElement]} */ ([`${nameOf(group)} done`, () => this.#alarmCard(group)])),
    ]);
    this.#none.hidden = shown.length > 0 || this.#waiting.size > 0;
    this.#all.hidden = shown.length + done.length === 0;
    this.#all.textContent = shown.length > 0 ? tn("One alert", "{n} alerts", shown.length) : t("Acknowledged");
    this.#fit();
  }

  /** Hides the cards that find no room: the strip never grows. Its columns are as many as its width allows. */
  #fit() {
    const room = getComputedStyle(this.#strip).gridTemplateColumns.split(" ").length;
    [...this.#strip.children].forEach((card, n) => card.toggleAttribute("hidden", n >= room));
  }

  /** The raised alerts, a card each; the nearly full days of a venue share one card. */
  #raised() {
    const open = [...this.#alerts.values()].filter((alert) => alert.cleared_at === null);
    /** @type {Map<number, Wire.Alert[]>} */
    const full = new Map();
    for (const alert of open.filter(({ kind }) => kind === "utilisation").sort((a, b) => (a.subject < b.subject ? -1 : 1))) {
      full.set(alert.venue_id, [...(full.get(alert.venue_id) ?? []), alert]);
    }
    return [...open.filter(({ kind }) => kind !== "utilisation").map((alert) => [alert]), ...full.values()];
  }

  /** A manager sees the alerts of all their venues. @param {Wire.Alert} alert */
  #titleOf(alert) {
    const { venue } = this.context;
    return (TITLES[alert.kind]?.(alert) ?? alert.kind) + (venue && alert.venue_id !== venue.id ? ` · ${asWritten(alert.venue_name)}` : "");
  }

  /** @param {Wire.Alert} alert @param {Wire.Alert[]} more */
  #alertBrief(alert, more) {
    // A screen reader reads a new alert out, and not its every value.
    return h("li", { class: "alert-brief", "data-kind": alert.kind }, icon("warn"),
      h("div", { class: "what" }, h("strong", {}, this.#titleOf(alert)),
        h("span", { "data-value": "", "aria-live": "off" }, briefOf(alert, more))));
  }

  /** @param {Wire.Alert} alert @param {Wire.Alert[]} more */
  #alertCard(alert, more) {
    const values = valuesOf(alert);
    const { slots = [], unplaced = 0, pool } = alert.details;
    return h("li", { class: "alert-card", "data-kind": alert.kind }, icon("warn"),
      h("div", {}, h("strong", {}, this.#titleOf(alert)),
        h("p", {}, LINES[alert.kind]?.(values) ?? `${values.value} / ${values.threshold}`),
        pool && h("p", {}, t("Part of the hub: {part}", { part: PARTS[pool]?.() ?? pool })),
        slots.length > 1 && h("p", {}, t("Nearly full: {slots}", { slots: slots.join(", ") })),
        unplaced > 0 && h("p", {}, t("Of these at no known venue: {count}.", { count: number(unplaced) })),
        more.length > 0 && h("p", {}, t("Also: {days}", { days: more.map(({ subject }) => shortDay(subject)).join(" · ") })),
        ADVICE[alert.kind] && h("p", { class: "alert-advice" }, ADVICE[alert.kind]())),
      h("time", { datetime: alert.raised_at }, t("since {time}", { time: momentAt(alert.raised_at, this.context.venue?.timezone) })));
  }

  /** @param {Wire.Alarm[]} group */
  #alarmBrief(group) {
    const sides = sidesOf(group).map(({ gate, at }) => `${asWritten(gate)} ${momentAt(at, this.context.venue?.timezone)}`);
    return h("li", { class: "alert-brief alarm", "data-kind": "alarm" }, icon("warn"),
      h("div", { class: "what" }, h("strong", {}, titleOf(group)), h("span", {}, sides.slice(-2).join(", "))),
      this.#actions(group));
  }

  /** @param {Wire.Alarm[]} group */
  #alarmCard(group) {
    const [{ acknowledged }] = group;
    const zone = this.context.venue?.timezone;
    return h("li", { class: acknowledged ? "alert-card done" : "alert-card alarm", "data-kind": "alarm" }, icon(acknowledged ? "check" : "warn"),
      h("div", {}, h("strong", {}, titleOf(group)), ...sidesOf(group).map((side) => this.#side(side)),
        acknowledged && h("p", {}, t("Acknowledged by {name} at {time}", { name: acknowledged.operator.name, time: momentAt(acknowledged.at, zone) }))),
      this.#actions(group));
  }

  /** What to do about an alarm. @param {Wire.Alarm[]} group */
  #actions([{ alarm_id: id, venue_id: venue, ticket_id: ticket, second, acknowledged }]) {
    const answer = h("span", { class: "alert-answer", role: "alert" });
    const button = h("button", { type: "button", class: "button quiet small", onclick: () => this.#acknowledge(id, button, answer) }, t("Acknowledge"));
    return h("div", { class: "alert-actions" },
      ticket !== null && h("a", { class: "button quiet small", href: `/manager/ticket/${ticket}` }, t("Open ticket")),
      acknowledged === null && this.canCall && venue === this.context.venue?.id && h("button", { type: "button", class: "button quiet small", onclick: () => this.#call(second.gate) },
        t("Call {gate}", { gate: second.gate })),
      acknowledged === null && button, answer);
  }

  /** Opens the dialog of the gates at that gate: a message to it, and who stands there with which scanner. @param {string} gate */
  #call(gate) {
    document.getElementById("all-alerts")?.hidePopover();
    dispatchEvent(new CustomEvent("call-gate", { detail: { gate } }));
  }

  /** @param {number} id @param {HTMLButtonElement} button @param {HTMLElement} answer */
  async #acknowledge(id, button, answer) {
    button.disabled = true;
    try {
      const alarm = await this.socket.request("acknowledge_alarm", { alarm_id: id }, { again: true });
      this.#alarms.set(alarm.alarm_id, alarm);
      this.#draw();
    } catch (error) {
      button.disabled = false;
      write(answer, error instanceof Error ? error.message : "");
    }
  }

  /** @param {Wire.AlarmSide} side */
  #side({ gate, at, operator, reason }) {
    const time = momentAt(at, this.context.venue?.timezone, { seconds: true });
    return h("p", {}, t("Gate {gate}, {time}, {operator}: {reason}", { gate, time, operator: operator.name, reason: reasonOf(reason) }));
  }
}

/** @param {Wire.Alarm[]} group */
const nameOf = (group) => `alarms ${group.map((one) => one.alarm_id)}`;

/** Where a ticket was shown, each gate once with its last time, in order. @param {Wire.Alarm[]} group */
function sidesOf(group) {
  const sides = group.flatMap(({ first, second }) => [first, second]).sort((a, b) => (a.at < b.at ? -1 : 1));
  return [...new Map(sides.map((side) => [`${side.gate} ${side.at}`, side])).values()];
}

/** @param {Wire.Alarm[]} group */
function titleOf(group) {
  const gates = new Set(sidesOf(group).map(({ gate }) => gate)).size;
  const [{ code_tail: tail }] = group;
  return gates === 2 ? t("Ticket used at two gates: …{tail}", { tail }) : t("Ticket used at {n} gates: …{tail}", { n: number(gates), tail });
}

/** @param {Wire.Alert} alert @param {Wire.Alert[]} more */
const briefOf = (alert, more) => (BRIEF[alert.kind]?.(valuesOf(alert)) ?? "") + (more.length ? ` · ${tn("one more day", "{n} more days", more.length)}` : "");

/** @param {Wire.Alert} alert */
const valuesOf = ({ value, threshold, details: { slots: [slot = ""] = [] } }) => ({ value: number(Math.round(value)), threshold: number(threshold), slot });
