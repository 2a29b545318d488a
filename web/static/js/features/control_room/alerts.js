// The alerts above every view: exceeded limits, and codes shown at two gates. Add the text of a new alert here.
import { h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { hubNow, longDay, momentAt, number, shortDay } from "../../lib/dates.js";
import { reasonOf } from "../../words/scans.js";
import { loadStyleSheet } from "../../lib/lazy_loading.js";
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
};
/** @type {Record<string, (values: { value: string, threshold: string }) => string>} */
const LINES = {
  failure_rate: (v) => t("{value} % of the bookings of the last 15 minutes have failed; the limit is {threshold} %.", v),
  utilisation: (v) => t("The fullest time is booked to {value} %; the limit is {threshold} %.", v),
  latency: (v) => t("One answer in twenty of the whole hub took longer than {value} ms in the last 5 minutes; the limit is {threshold} ms.", v),
  login_failures: (v) => t("{value} sign-ins were refused in the last 15 minutes; the limit is {threshold}.", v),
  names_locked: (v) => t("User names locked for at least the third time in a row, in the last 15 minutes: {value}.", v),
};

/** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
export function openAlerts(place, socket, context) {
  loadStyleSheet("control_room/panels", { tries: Infinity });
  new AlertsPanel(place, socket, context).open();
}

class AlertsPanel {
  /** @type {Map<number, Wire.Alert>} */
  #alerts = new Map();
  /** @type {Map<number, Wire.Alarm>} */
  #alarms = new Map();
  #list = h("ul", { class: "alert-list", "aria-live": "polite" });
  #cards = new Cards(this.#list);
  #leaveAlerts = () => {};
  #leaveAlarms = () => {};

  /** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
  constructor(place, socket, context) {
    this.place = place;
    this.socket = socket;
    this.context = context;
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
    const wanted = [
      ...alarms.map((alarm) => ({ name: `alarm ${alarm.alarm_id}`, at: alarm.raised_at, make: () => this.#alarmCard(alarm) })),
      ...this.#raised().map(([alert, ...more]) => (
        { name: `alerts ${[alert, ...more].map((one) => one.alert_id)}`, at: alert.raised_at, make: () => this.#alertCard(alert, more) })),
    ].sort((a, b) => (a.at < b.at ? 1 : -1));
    this.#cards.draw(wanted.map(({ name, make }) => [name, make]));
    // Without alerts the place is empty and takes no space.
    if (wanted.length === 0) this.place.replaceChildren();
    else if (!this.#list.isConnected) this.place.replaceChildren(this.#list);
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

  /** @param {Wire.Alert} alert @param {Wire.Alert[]} more */
  #alertCard(alert, more) {
    const { venue } = this.context;
    const values = { value: number(Math.round(alert.value)), threshold: number(alert.threshold) };
    const { slots = [], unplaced = 0 } = alert.details;
    const title = TITLES[alert.kind]?.(alert) ?? alert.kind;
    // A manager sees the alerts of all their venues.
    const where = venue && alert.venue_id !== venue.id ? ` · ${alert.venue_name}` : "";
    return h("li", { class: "alert-card", "data-kind": alert.kind }, icon("warn"),
      h("div", {}, h("strong", {}, title, where),
        h("p", {}, LINES[alert.kind]?.(values) ?? `${values.value} / ${values.threshold}`),
        slots.length > 0 && h("p", {}, slots.join(", ")),
        unplaced > 0 && h("p", {}, t("Of these at no known venue: {count}.", { count: number(unplaced) })),
        more.length > 0 && h("p", {}, t("Also: {days}", { days: more.map(({ subject }) => shortDay(subject)).join(" · ") }))),
      h("time", { datetime: alert.raised_at }, t("since {time}", { time: momentAt(alert.raised_at, venue?.timezone) })));
  }

  /** @param {Wire.Alarm} alarm */
  #alarmCard(alarm) {
    const title = t("Same ticket at two gates: …{tail}", { tail: alarm.code_tail });
    return h("li", { class: "alert-card alarm", "data-kind": "alarm" }, icon("warn"),
      h("div", {}, h("strong", {}, alarm.ticket_id ? h("a", { href: `/manager/ticket/${alarm.ticket_id}` }, title) : title), this.#side(alarm.first), this.#side(alarm.second)),
      h("button", { type: "button", class: "button quiet small", onclick: () => this.#putAway(alarm.alarm_id) }, t("Seen")));
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

/** The alarms dismissed on this device. @returns {number[]} */
function read() {
  try {
    const ids = JSON.parse(localStorage.getItem(SEEN) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}
