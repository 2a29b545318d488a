// The alerts above every view: exceeded limits, and codes shown at two gates. One strip of fixed height shows the newest,
// and a list on request all of them. Add the text of a new alert here.
import { h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { hubNow, longDay, momentAt, number, shortDay } from "../../lib/dates.js";
import { reasonOf } from "../../words/scans.js";
import { Cards } from "../../lib/cards.js";

const SEEN = "venue-hub.alarms-seen";
const ALARM_MS = 15 * 60_000;
const KEPT = 60;

/** @type {Record<string, (alert: Wire.Alert) => string>} */
const TITLES = {
  failure_rate: () => t("Many bookings fail"),
  utilisation: ({ subject }) => t("Nearly full: {day}", { day: longDay(subject) }),
  latency: () => t("Slow answers"),
  login_failures: () => t("Many failed sign-ins"),
  names_locked: () => t("A password or PIN is being guessed"),
  people_inside: () => t("The venue is full"),
};
/** @typedef {{ value: string, threshold: string, slot: string }} Values */
/** One short line, for the strip. @type {Record<string, (values: Values) => string>} */
const BRIEF = {
  failure_rate: (v) => t("{value} % failed in 15 minutes", v),
  utilisation: (v) => (v.slot ? t("{slot} is {value} % booked", v) : t("The fullest time is {value} % booked", v)),
  latency: (v) => t("One in 20 took over {value} ms", v),
  login_failures: (v) => t("{value} refused in 15 minutes", v),
  names_locked: (v) => t("User names locked: {value}", v),
};
/** @type {Record<string, (values: Values) => string>} */
const LINES = {
  failure_rate: (v) => t("{value} % of the bookings of the last 15 minutes have failed (alert at {threshold} %).", v),
  utilisation: (v) => (v.slot ? t("{slot} is {value} % booked (alert at {threshold} %).", v)
    : t("The fullest time is {value} % booked (alert at {threshold} %).", v)),
  latency: (v) => t("One answer in 20 of the whole hub took longer than {value} ms in the last 5 minutes (alert at {threshold} ms).", v),
  login_failures: (v) => t("{value} sign-ins were refused in the last 15 minutes (alert at {threshold}).", v),
  names_locked: (v) => t("User names locked for at least the third time in a row, in the last 15 minutes: {value}.", v),
  people_inside: (v) => t("{value} people are inside; the limit is {threshold}.", v),
};

/** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
export function openAlerts(place, socket, context) {
  new AlertsPanel(place, socket, context).open();
}

/** One or several alerts or alarms that are shown together. @typedef {{ name: string, at: string, brief: () => HTMLElement, whole: () => HTMLElement }} Shown */

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
    const seen = read();
    const since = +hubNow() - ALARM_MS;
    const alarms = [...this.#alarms.values()].filter((alarm) => Date.parse(alarm.raised_at) > since && !seen.includes(alarm.alarm_id));
    /** @type {Shown[]} */
    const shown = [
      ...alarms.map((alarm) => ({
        name: `alarm ${alarm.alarm_id}`, at: alarm.raised_at, brief: () => this.#alarmBrief(alarm), whole: () => this.#alarmCard(alarm) })),
      ...this.#raised().map(([alert, ...more]) => ({
        name: `alerts ${[alert, ...more].map((one) => one.alert_id)}`, at: alert.raised_at,
        brief: () => this.#alertBrief(alert, more), whole: () => this.#alertCard(alert, more) })),
    ].sort((a, b) => (a.at < b.at ? 1 : -1));
    this.#briefs.draw(shown.map(({ name, brief }) => [name, brief]));
    this.#cards.draw(shown.map(({ name, whole }) => [name, whole]));
    this.#none.hidden = shown.length > 0 || this.#waiting.size > 0;
    this.#all.hidden = shown.length === 0;
    this.#all.textContent = tn("One alert", "{n} alerts", shown.length);
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
    return (TITLES[alert.kind]?.(alert) ?? alert.kind) + (venue && alert.venue_id !== venue.id ? ` · ${alert.venue_name}` : "");
  }

  /** @param {Wire.Alert} alert @param {Wire.Alert[]} more */
  #alertBrief(alert, more) {
    const also = more.length ? ` · ${tn("one more day", "{n} more days", more.length)}` : "";
    return h("li", { class: "alert-brief", "data-kind": alert.kind }, icon("warn"),
      h("div", { class: "what" }, h("strong", {}, this.#titleOf(alert)), h("span", {}, (BRIEF[alert.kind]?.(valuesOf(alert)) ?? "") + also)));
  }

  /** @param {Wire.Alert} alert @param {Wire.Alert[]} more */
  #alertCard(alert, more) {
    const values = valuesOf(alert);
    const { slots = [], unplaced = 0 } = alert.details;
    return h("li", { class: "alert-card", "data-kind": alert.kind }, icon("warn"),
      h("div", {}, h("strong", {}, this.#titleOf(alert)),
        h("p", {}, LINES[alert.kind]?.(values) ?? `${values.value} / ${values.threshold}`),
        slots.length > 1 && h("p", {}, slots.join(", ")),
        unplaced > 0 && h("p", {}, t("Of these at no known venue: {count}.", { count: number(unplaced) })),
        more.length > 0 && h("p", {}, t("Also: {days}", { days: more.map(({ subject }) => shortDay(subject)).join(" · ") }))),
      h("time", { datetime: alert.raised_at }, t("since {time}", { time: momentAt(alert.raised_at, this.context.venue?.timezone) })));
  }

  /** @param {Wire.Alarm} alarm */
  #alarmBrief(alarm) {
    const sides = [alarm.first, alarm.second].map(({ gate, at }) => `${gate} ${momentAt(at, this.context.venue?.timezone)}`).join(", ");
    return h("li", { class: "alert-brief alarm", "data-kind": "alarm" }, icon("warn"),
      h("div", { class: "what" }, h("strong", {}, t("Ticket used at two gates: …{tail}", { tail: alarm.code_tail })), h("span", {}, sides)),
      this.#actions(alarm));
  }

  /** @param {Wire.Alarm} alarm */
  #alarmCard(alarm) {
    return h("li", { class: "alert-card alarm", "data-kind": "alarm" }, icon("warn"),
      h("div", {}, h("strong", {}, t("Ticket used at two gates: …{tail}", { tail: alarm.code_tail })), this.#side(alarm.first), this.#side(alarm.second)),
      this.#actions(alarm));
  }

  /** @param {Wire.Alarm} alarm */
  #actions({ alarm_id: id, ticket_id: ticket }) {
    return h("div", { class: "alert-actions" },
      ticket !== null && h("a", { class: "button quiet small", href: `/manager/ticket/${ticket}` }, t("Open ticket")),
      h("button", { type: "button", class: "button quiet small", onclick: () => this.#putAway(id) }, t("Seen")));
  }

  /** @param {Wire.AlarmSide} side */
  #side({ gate, at, operator, reason }) {
    const time = momentAt(at, this.context.venue?.timezone, { seconds: true });
    return h("p", {}, t("Gate {gate}, {time}, {operator}: {reason}", { gate, time, operator: operator.name, reason: reasonOf(reason) }));
  }

  /** @param {number} id */
  #putAway(id) {
    localStorage.setItem(SEEN, JSON.stringify([...read(), id].slice(-KEPT)));
    this.#draw();
  }
}

/** @param {Wire.Alert} alert */
const valuesOf = ({ value, threshold, details: { slots: [slot = ""] = [] } }) => ({ value: number(Math.round(value)), threshold: number(threshold), slot });

/** The alarms dismissed on this device. @returns {number[]} */
function read() {
  try {
    const ids = JSON.parse(localStorage.getItem(SEEN) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}
