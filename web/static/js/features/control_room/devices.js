// The scanners panel: which scanner is live at which gate, its status, and which gates are quiet. Add the text of a new warning here.
import { h, icon } from "../../lib/elements.js";
import { asWritten, t, tn } from "../../lib/i18n.js";
import { DeviceList, isLongGone, worries } from "../../models/device_list.js";
import { hubNow, momentAt, number } from "../../lib/dates.js";
import { showNotice } from "../../lib/notices.js";
import { reasonOf } from "../../words/scans.js";

const VERSION = /\/static\/([0-9a-f]+)\//.exec(import.meta.url)?.[1] ?? null;
/** @type {Record<string, string>} */
const WORRIES = {
  battery: t("Battery low"), queue: t("Scans wait to be sent"), slow: t("Slow connection"), clock: t("Clock is wrong"), version: t("Different version"),
};

/** @param {Element} place @param {VenueSocket} socket @param {PanelContext} context */
export function openDevices(place, socket, context) {
  new DevicesPanel(place, context).watch(socket);
}

class DevicesPanel {
  #devices = new DeviceList();
  /** @type {Map<string, { text: string, card: HTMLElement }>} */
  #cards = new Map();
  #said = h("p", { class: "soft", role: "status" }, t("Reading…"));
  #part = h("p", { class: "notice warn", hidden: true }, t("Scanners connected to other hub processes can't be shown right now."));
  #gates = h("ul", { class: "gate-strip", "aria-label": t("Gates in the last five minutes") });
  #shelf = h("ul", { class: "scanners" });
  #answer = h("div", { role: "alert" });
  #goneCount = h("summary", {});
  #goneShelf = h("ul", { class: "scanners" });
  /** Scanners that have been offline for a while, folded away. */
  #gone = h("details", { class: "gone-scanners", hidden: true }, this.#goneCount, this.#goneShelf);

  /** @param {Element} place @param {PanelContext} context */
  constructor(place, context) {
    this.place = place;
    this.context = context;
    place.replaceChildren(this.#said, this.#part, this.#answer, this.#gates, this.#shelf, this.#gone);
    setInterval(() => this.#devices.ready && this.#draw(), 30_000);
  }

  /** @param {VenueSocket} socket */
  watch(socket) {
    socket.subscribe("devices", {}, (data) => {
      this.#devices.replace(data);
      this.#draw();
    }, (data) => {
      this.#devices.update(data);
      this.#draw();
    }, (error) => showNotice(this.#answer, { title: error.message, next: "" }));
  }

  #draw() {
    const list = this.#devices;
    const { shown } = list;
    const words = shown.length === 0 ? t("No scanner is online.") : tn("One scanner is online", "{n} scanners are online", list.live);
    if (this.#said.textContent !== words) this.#said.textContent = words;
    this.#part.hidden = list.complete;
    this.#gates.replaceChildren(...list.gates.map((gate) => this.#gate(gate)));
    const wanted = new Set(shown.map((one) => one.device_id));
    for (const [id, { card }] of this.#cards) {
      if (wanted.has(id)) continue;
      card.remove();
      this.#cards.delete(id);
    }
    const gone = shown.filter((one) => isLongGone(one, +hubNow()));
    this.#putInto(this.#shelf, shown.filter((one) => !gone.includes(one)));
    this.#putInto(this.#goneShelf, gone);
    this.#gone.hidden = gone.length === 0;
    this.#goneCount.textContent = tn("One scanner has been offline for more than 10 minutes", "{n} scanners have been offline for more than 10 minutes", gone.length);
    this.place.dispatchEvent(new CustomEvent("tally", { bubbles: true, detail: { count: list.quiet.length } }));
  }

  /** @param {Element} shelf @param {Wire.DeviceRow[]} devices */
  #putInto(shelf, devices) {
    /** @type {Element | null} */
    let before = null;
    for (const device of devices) {
      const card = this.#cardOf(device);
      /** @type {Element | null} */
      const next = before ? before.nextElementSibling : shelf.firstElementChild;
      if (next !== card) shelf.insertBefore(card, next);
      before = card;
    }
  }

  /** A card is made again only when its device has changed. @param {Wire.DeviceRow} device */
  #cardOf(device) {
    const text = JSON.stringify(device);
    const kept = this.#cards.get(device.device_id);
    if (kept?.text === text) return kept.card;
    const card = this.#card(device);
    kept?.card.replaceWith(card);
    this.#cards.set(device.device_id, { text, card });
    return card;
  }

  /** @param {string} moment */
  #at(moment) {
    return momentAt(moment, this.context.venue?.timezone);
  }

  /** @param {Wire.GateActivity} activity */
  #gate({ gate, scans, last_scan_at, quiet }) {
    return h("li", { class: quiet ? "quiet" : "" },
      quiet && icon("warn"),
      h("strong", {}, t("Gate {gate}", { gate })),
      h("span", {}, quiet ? t("quiet since {time}", { time: this.#at(last_scan_at) }) : tn("one scan in 5 minutes", "{n} scans in 5 minutes", scans)));
  }

  /** @param {Wire.DeviceRow} device */
  #card(device) {
    const troubles = worries(device, VERSION);
    return h("li", { class: device.live ? "scanner-card" : "scanner-card gone", "data-device": device.device_id },
      h("div", { class: "scanner-head" },
        h("h3", {}, device.gate ? t("Gate {gate}", { gate: device.gate }) : t("No gate")),
        h("span", { class: "scanner-state" }, device.live ? t("Online") : t("Offline since {time}", { time: this.#at(device.since) }))),
      h("p", { class: "soft" }, [device.operator.name, device.name].flatMap((name) => (name ? asWritten(name) : [])).join(" · ")),
      troubles.length > 0 && h("ul", { class: "worries" }, ...troubles.map((name) => h("li", {}, icon("warn"), WORRIES[name]))),
      h("dl", {}, ...this.#figures(device).map(([name, value, worry]) =>
        h("div", { class: worry && troubles.includes(worry) ? "worry" : "" }, h("dt", {}, name), h("dd", {}, value)))));
  }

  /** @param {Wire.DeviceRow} device @returns {[name: string, value: string, worry?: string][]} */
  #figures(device) {
    const { last_scan: last, battery, queue, round_trip_ms: ms, skew_ms: skew } = device;
    const percent = battery === null ? "" : number(battery);
    return [
      [t("Last scan"), last ? t("{time}, {what}", { time: this.#at(last.at), what: reasonOf(last.reason) }) : "–"],
      [t("Battery"), battery === null ? "–" : device.charging ? t("{percent} %, charging", { percent }) : t("{percent} %", { percent }), "battery"],
      [t("Waiting scans"), queue === null ? "–" : number(queue), "queue"],
      [t("Round trip"), ms === null ? "–" : t("{ms} ms", { ms: number(ms) }), "slow"],
      [t("Clock"), skew === null ? "–" : t("{seconds} s off", { seconds: number(Math.round(skew / 100) / 10) }), "clock"],
      [t("Version"), device.version?.slice(0, 7) ?? "–", "version"],
    ];
  }
}
