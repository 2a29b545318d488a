// The alerts above every view: limits that are exceeded, and codes that were shown at two gates. Empty without any.
import { h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { hubNow, longDay, momentAt, number, shortDay } from "../../lib/dates.js";
import { reasonOf } from "../../words/scans.js";
import { loadStyleSheet } from "../../lib/lazy_loading.js";
import { Cards } from "../../lib/cards.js";

const SEEN = "venue-hub.alarms-seen";
const ALARM_MS = 15 * 60_000;
const KEPT = 60;

const TITLES = {
  failure_rate: () => t("Many bookings fail"),
  utilisation: ({ subject }) => t("Nearly full: {day}", { day: longDay(subject) }),
  latency: () => t("Slow answers"),
  login_failures: () => t("Many failed sign-ins"),
};
const LINES = {
  failure_rate: (v) => t("{value} % of the bookings of the last 15 minutes have failed; the limit is {threshold} %.", v),
  utilisation: (v) => t("The fullest time is booked to {value} %; the limit is {threshold} %.", v),
  latency: (v) => t("One answer in twenty of the whole hub took longer than {value} ms in the last 5 minutes; the limit is {threshold} ms.", v),
  login_failures: (v) => t("{value} sign-ins were refused in the last 15 minutes; the limit is {threshold}.", v),
};

export function openAlerts(place, socket, context) {
  loadStyleSheet("control_room/panels", { tries: Infinity });
  const alerts = new Map();
  const alarms = new Map();
  const list = h("ul", { class: "alert-list", "aria-live": "polite" });
  const cards = new Cards(list);
  const zone = () => context.venue?.timezone;

  watch("alerts", alerts, "alert_id", (data) => data.alert);
  watch("alarms", alarms, "alarm_id", (data) => data.alarm);
  // An alarm goes by itself when it is of no use any more.
  setInterval(draw, 30_000);

  function watch(topic, known, id, one) {
    let leave = () => {};
    const begin = () => {
      leave();
      leave = socket.subscribe(topic, {}, (data) => {
        known.clear();
        for (const each of data[topic]) known.set(each[id], each);
        draw();
      }, (data) => {
        if (data.missed) {
          begin();
          return;
        }
        known.set(one(data)[id], one(data));
        draw();
      });
    };
    begin();
  }

  function draw() {
    const seen = read();
    const since = +hubNow() - ALARM_MS;
    const wanted = [
      ...[...alarms.values()].filter((alarm) => Date.parse(alarm.raised_at) > since && !seen.includes(alarm.alarm_id)).map((alarm) => [`alarm ${alarm.alarm_id}`, alarm.raised_at, () => alarmCard(alarm)]),
      ...standing().map(([alert, ...more]) => [`alerts ${[alert, ...more].map((one) => one.alert_id)}`, alert.raised_at, () => alertCard(alert, more)]),
    ].sort(([, a], [, b]) => (a < b ? 1 : -1));
    cards.draw(wanted.map(([name, , make]) => [name, make]));
    // The place is empty without alerts and takes no space then.
    if (wanted.length === 0) place.replaceChildren();
    else if (!list.isConnected) place.replaceChildren(list);
  }

  /** Those that stand, each for itself; of a venue's days that are nearly full one card says all. */
  function standing() {
    const open = [...alerts.values()].filter((alert) => alert.cleared_at === null);
    const full = new Map();
    for (const alert of open.filter(({ kind }) => kind === "utilisation").sort((a, b) => (a.subject < b.subject ? -1 : 1))) {
      full.set(alert.venue_id, [...(full.get(alert.venue_id) ?? []), alert]);
    }
    return [...open.filter(({ kind }) => kind !== "utilisation").map((alert) => [alert]), ...full.values()];
  }

  function alertCard(alert, more) {
    const values = { value: number(Math.round(alert.value)), threshold: number(alert.threshold) };
    const { slots = [], unplaced = 0 } = alert.details;
    const title = TITLES[alert.kind]?.(alert) ?? alert.kind;
    // A manager of several venues sees the alerts of all of them.
    const where = context.venue && alert.venue_id !== context.venue.id ? ` · ${alert.venue_name}` : "";
    return h("li", { class: "alert-card", "data-kind": alert.kind }, icon("warn"),
      h("div", {}, h("strong", {}, title, where),
        h("p", {}, LINES[alert.kind]?.(values) ?? `${values.value} / ${values.threshold}`),
        slots.length > 0 && h("p", {}, slots.join(", ")),
        unplaced > 0 && h("p", {}, t("Of these at no known venue: {count}.", { count: number(unplaced) })),
        more.length > 0 && h("p", {}, t("Also: {days}", { days: more.map(({ subject }) => shortDay(subject)).join(" · ") }))),
      h("time", { datetime: alert.raised_at }, t("since {time}", { time: momentAt(alert.raised_at, zone()) })));
  }

  function alarmCard(alarm) {
    const side = ({ gate, at, operator, reason }) => h("p", {}, t("Gate {gate}, {time}, {operator}: {reason}", {
      gate, time: momentAt(at, zone(), { seconds: true }), operator: operator.name, reason: reasonOf(reason),
    }));
    const title = t("Same ticket at two gates: …{tail}", { tail: alarm.code_tail });
    return h("li", { class: "alert-card alarm", "data-kind": "alarm" }, icon("warn"),
      h("div", {}, h("strong", {}, alarm.ticket_id ? h("a", { href: `/manager/ticket/${alarm.ticket_id}` }, title) : title), side(alarm.first), side(alarm.second)),
      h("button", { type: "button", class: "button quiet small", onclick: () => putAway(alarm.alarm_id) }, t("Seen")));
  }

  function putAway(id) {
    localStorage.setItem(SEEN, JSON.stringify([...read(), id].slice(-KEPT)));
    draw();
  }
}

function read() {
  try {
    const ids = JSON.parse(localStorage.getItem(SEEN) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}
