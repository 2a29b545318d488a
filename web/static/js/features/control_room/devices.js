// The scanners panel: which scanner is live at which gate, its status, and which gate has gone quiet.
import { h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { DeviceList, worries } from "../../models/device_list.js";
import { momentAt, number } from "../../lib/dates.js";
import { showNotice } from "../../lib/notices.js";
import { reasonOf } from "../../words/scans.js";
import { loadStyleSheet } from "../../lib/lazy_loading.js";

const VERSION = /\/static\/([0-9a-f]+)\//.exec(import.meta.url)?.[1] ?? null;
const WORRIES = {
  battery: t("Battery low"), queue: t("Scans wait to be sent"), slow: t("Slow line"), clock: t("Clock is wrong"), version: t("Another version"),
};

export function openDevices(place, socket, context) {
  loadStyleSheet("control_room/panels", { tries: Infinity });
  const list = new DeviceList();
  const cards = new Map();
  const said = h("p", { class: "soft", role: "status" }, t("Reading…"));
  const part = h("p", { class: "notice warn", hidden: true }, t("Scanners at other hub processes cannot be seen just now."));
  const gates = h("ul", { class: "gate-strip", "aria-label": t("Gates in the last five minutes") });
  const shelf = h("ul", { class: "scanners" });
  const answer = h("div", { role: "alert" });
  place.replaceChildren(said, part, answer, gates, shelf);

  socket.subscribe("devices", {}, (data) => {
    list.replace(data);
    draw();
  }, (data) => {
    list.update(data);
    draw();
  }, (error) => showNotice(answer, { title: error.message, next: "" }));

  const at = (moment) => momentAt(moment, context.venue?.timezone);

  function draw() {
    const shown = list.shown;
    const words = shown.length === 0 ? t("No scanner is on line.") : tn("One scanner is on line", "{n} scanners are on line", list.live);
    if (said.textContent !== words) said.textContent = words;
    part.hidden = list.complete;
    gates.replaceChildren(...list.gates.map(makeGate));
    const wanted = new Set(shown.map((one) => one.device_id));
    for (const [id, { card }] of cards) {
      if (wanted.has(id)) continue;
      card.remove();
      cards.delete(id);
    }
    /** @type {Element | null} */
    let before = null;
    for (const device of shown) {
      const text = JSON.stringify(device);
      let kept = cards.get(device.device_id);
      if (kept?.text !== text) {
        const card = makeCard(device);
        kept?.card.replaceWith(card);
        cards.set(device.device_id, (kept = { text, card }));
      }
      const next = before ? before.nextElementSibling : shelf.firstElementChild;
      if (next !== kept.card) shelf.insertBefore(kept.card, next);
      before = kept.card;
    }
    place.dispatchEvent(new CustomEvent("tally", { bubbles: true, detail: { count: list.quiet.length } }));
  }

  function makeGate({ gate, scans, last_scan_at, quiet }) {
    return h("li", { class: quiet ? "quiet" : "" },
      quiet && icon("warn"),
      h("strong", {}, t("Gate {gate}", { gate })),
      h("span", {}, quiet ? t("quiet since {time}", { time: at(last_scan_at) }) : tn("one scan in 5 minutes", "{n} scans in 5 minutes", scans)));
  }

  function makeCard(device) {
    const troubles = worries(device, VERSION);
    const { last_scan: last } = device;
    const figures = [
      [t("Last scan"), last ? `${at(last.at)}, ${reasonOf(last.reason)}` : "–"],
      [t("Battery"), device.battery === null ? "–" : device.charging ? t("{percent} %, charging", { percent: number(device.battery) }) : t("{percent} %", { percent: number(device.battery) }), "battery"],
      [t("Waiting scans"), device.queue === null ? "–" : number(device.queue), "queue"],
      [t("Round trip"), device.round_trip_ms === null ? "–" : t("{ms} ms", { ms: number(device.round_trip_ms) }), "slow"],
      [t("Clock"), device.skew_ms === null ? "–" : t("{seconds} s off", { seconds: number(Math.round(device.skew_ms / 100) / 10) }), "clock"],
      [t("Version"), device.version?.slice(0, 7) ?? "–", "version"],
    ];
    return h("li", { class: device.live ? "scanner-card" : "scanner-card gone", "data-device": device.device_id },
      h("div", { class: "scanner-head" },
        h("h3", {}, device.gate ? t("Gate {gate}", { gate: device.gate }) : t("No gate")),
        h("span", { class: "scanner-state" }, device.live ? t("On line") : t("Off line since {time}", { time: at(device.since) }))),
      h("p", { class: "soft" }, [device.operator.name, device.name].filter(Boolean).join(" · ")),
      troubles.length > 0 && h("ul", { class: "worries" }, ...troubles.map((name) => h("li", {}, icon("warn"), WORRIES[name]))),
      h("dl", {}, ...figures.map(([name, value, worry]) => h("div", { class: worry && troubles.includes(worry) ? "worry" : "" }, h("dt", {}, name), h("dd", {}, value)))));
  }
}
