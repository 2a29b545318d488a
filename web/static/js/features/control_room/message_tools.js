// The dialog of the gates: who is where with which battery, a ring, a message to a gate or to all, and who has read it.
import { byId, h, write } from "../../lib/elements.js";
import { asWritten, t } from "../../lib/i18n.js";
import { hubNow, momentAt, number } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { DeviceList } from "../../models/device_list.js";

/** @param {VenueSocket} socket @param {PanelContext} context */
export function openMessageTools(socket, context) {
  const tools = new MessageTools(socket, context);
  byId("message-tools").addEventListener("click", () => tools.open());
  // An alarm names the gate to call.
  addEventListener("call-gate", (event) => tools.open(/** @type {CustomEvent<{ gate: string }>} */ (event).detail.gate));
}

class MessageTools {
  #devices = new DeviceList();
  /** @type {Map<number, Wire.GateMessage>} */
  #messages = new Map();
  #who = h("ul", { class: "sent-messages" });
  #sent = h("ul", { class: "sent-messages" });
  #answer = h("div", { role: "alert" });
  #said = h("p", { class: "soft", role: "status" });
  #gate = h("select", { id: "message-gate", onchange: () => this.#draw() });
  #text = h("textarea", { id: "message-text", maxlength: "300", rows: "2", required: true });
  #dialog = h("dialog", { class: "tools-dialog", "aria-labelledby": "message-tools-title" },
    h("h2", { id: "message-tools-title", tabindex: "-1" }, t("Gates and messages")), h("div", { class: "tools-said" }, this.#answer, this.#said),
    h("form", { class: "message-form", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#send();
    } },
    h("div", { class: "field" }, h("label", { for: "message-gate" }, t("Send to")), this.#gate),
    h("div", { class: "field" }, h("label", { for: "message-text" }, t("Message")), this.#text),
    h("div", { class: "buttons" }, h("button", { type: "submit", class: "button" }, t("Send message")))),
    h("h3", {}, t("Who is where")), this.#who,
    h("h3", {}, t("Sent today")), this.#sent,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "button quiet", onclick: () => this.#dialog.close() }, t("Close window"))));
  /** @type {(() => void)[]} */
  #leaving = [];
  /** @type {string[]} */
  #gates = [];

  /** @param {VenueSocket} socket @param {PanelContext} context */
  constructor(socket, context) {
    this.socket = socket;
    this.context = context;
    document.body.append(this.#dialog);
    this.#dialog.addEventListener("close", () => {
      // The event comes late: the dialog may be open again.
      if (!this.#dialog.open) this.#leaving.splice(0).forEach((leave) => leave());
    });
  }

  /** @param {string} [called] the gate that the message is for, and whose scanners stand first */
  open(called = "") {
    clearNotice(this.#answer);
    this.#said.textContent = "";
    const gates = (this.context.venue?.gates ?? []).map((gate) => (typeof gate === "string" ? gate : gate.name));
    this.#gates = gates;
    // An alarm may name a gate that is no longer in use.
    const offered = called && !gates.includes(called) ? [...gates, called] : gates;
    this.#gate.replaceChildren(h("option", { value: "" }, t("All gates")), ...offered.map((gate) => h("option", { value: gate, translate: "no" }, gate)));
    this.#gate.value = called;
    this.#watch();
    if (!this.#dialog.open) this.#dialog.showModal();
    if (called) this.#text.focus();
  }

  #watch() {
    this.#leaving.splice(0).forEach((leave) => leave());
    const draw = () => this.#draw();
    /** @param {Error} error */
    const refused = (error) => showNotice(this.#answer, { title: error.message, next: "" });
    this.#leaving.push(
      this.socket.subscribe("devices", {}, (data) => (this.#devices.replace(data), draw()), (data) => (this.#devices.update(data), draw()), refused),
      this.socket.subscribe("messages", {}, ({ messages }) => {
        this.#messages = new Map(messages.map((one) => [one.message_id, one]));
        draw();
      }, (data) => {
        if (data.missed) return this.#watch();
        this.#messages.set(data.message.message_id, data.message);
        return draw();
      }, refused),
    );
  }

  #draw() {
    const live = this.#devices.shown.filter((device) => device.live);
    const gate = this.#gate.value;
    const there = live.filter((device) => gate && device.gate === gate);
    const nobody = gate && there.length === 0 ? t("No scanner is online at {gate}.", { gate }) : live.length === 0 ? t("No scanner is online.") : "";
    this.#who.replaceChildren(...(nobody && this.#devices.ready ? [h("li", { class: "soft" }, nobody)] : []),
      ...[...there, ...live.filter((device) => !there.includes(device))].map((device) => this.#device(device, there.includes(device))));
    const messages = [...this.#messages.values()].sort((a, b) => b.message_id - a.message_id);
    this.#sent.replaceChildren(...(messages.length ? messages.map((message) => this.#message(message)) : [h("li", { class: "soft" }, t("No message yet."))]));
  }

  /** @param {Wire.DeviceRow} device @param {boolean} called whether it is at the chosen gate */
  #device({ device_id: deviceId, gate, operator, battery, charging }, called) {
    const percent = battery === null ? "" : number(battery);
    const power = battery === null ? t("battery unknown") : charging ? t("{percent} %, charging", { percent }) : t("{percent} %", { percent });
    const where = gate ? t("Gate {gate}", { gate }) : t("No gate");
    return h("li", { class: called ? "called" : "", "data-device": deviceId },
      h("div", {}, h("b", {}, where), h("span", { class: "soft" }, ` ${asWritten(operator.name)} · ${power}`)),
      h("button", { type: "button", class: called ? "button small" : "button small quiet", "aria-label": t("Ring {where}, {name}", { where, name: operator.name }), onclick: () => this.#try(async () => {
        await this.socket.request("ring", { device_id: deviceId });
        write(this.#said, t("{where} is ringing.", { where }));
      }) }, t("Ring")));
  }

  /** The gates of a message where no scanner has been online since, and nobody has read it. @param {Wire.GateMessage} message */
  #unreached({ gate, sent_at: at, valid_until: until, read }) {
    if (!this.#devices.ready || +hubNow() >= Date.parse(until)) return [];
    const there = this.#devices.shown.filter((device) => device.live || Date.parse(device.since) > Date.parse(at));
    const reached = new Set([...there, ...read].map((one) => one.gate));
    return (gate ? [gate] : this.#gates).filter((one) => !reached.has(one));
  }

  /** @param {Wire.GateMessage} message */
  #message(message) {
    const { message_id: id, gate, text, by, sent_at: at, read } = message;
    const unreached = this.#unreached(message);
    const time = (/** @type {string} */ moment) => momentAt(moment, this.context.venue?.timezone);
    const readers = read.map((one) => (one.gate ? t("{name} (gate {gate}) {time}", { name: one.name, gate: one.gate, time: time(one.read_at) }) : `${asWritten(one.name)} ${time(one.read_at)}`));
    return h("li", { "data-message": id }, h("div", {},
      h("b", {}, text),
      h("p", { class: "soft" }, [gate ? t("Gate {gate}", { gate }) : t("All gates"), asWritten(by.name), time(at)].join(" · ")),
      h("p", { class: read.length ? "read" : "soft" }, read.length ? t("Read by {names}", { names: readers.join(", ") }) : t("Nobody has read it yet.")),
      unreached.length > 0 && h("p", { class: "unreached" }, t("Not reached yet: {gates}", { gates: unreached.map(asWritten).join(", ") }))));
  }

  #send() {
    const text = this.#text.value.trim();
    if (!text) return;
    this.#try(async () => {
      await this.socket.request("send_message", { text, ...(this.#gate.value && { gate: this.#gate.value }) });
      this.#text.value = "";
      this.#said.textContent = t("Sent.");
    });
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    clearNotice(this.#answer);
    try {
      await act();
    } catch (error) {
      showNotice(this.#answer, { title: error instanceof Error && error.message ? error.message : t("The hub cannot be reached."), next: "" });
    }
  }
}
