// The dialog that changes today's slots: other places, close, open again, release the places of people who did not come.
import { byId, h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { call, Refusal } from "../../lib/api.js";
import { hubNow, number, span } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";

/** @param {PanelContext} context */
export function openSlotTools(context) {
  const tools = new SlotTools(context);
  byId("slot-tools").addEventListener("click", () => tools.open());
}

class SlotTools {
  #list = h("ul", { class: "slot-tools" });
  #answer = h("div", { role: "alert" });
  #said = h("p", { class: "soft", role: "status" });
  #dialog = h("dialog", { class: "tools-dialog", "aria-labelledby": "slot-tools-title" },
    h("h2", { id: "slot-tools-title", tabindex: "-1" }, t("Today's slots")), h("div", { class: "tools-said" }, this.#answer, this.#said), this.#list,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "button quiet", onclick: () => this.#dialog.close() }, t("Close window"))));

  /** @param {PanelContext} context */
  constructor(context) {
    this.context = context;
    document.body.append(this.#dialog);
  }

  async open() {
    clearNotice(this.#answer);
    this.#said.textContent = t("Reading…");
    this.#list.replaceChildren();
    this.#dialog.showModal();
    await this.#read();
  }

  async #read() {
    const { id, today } = this.context.venue ?? {};
    await this.#try(async () => {
      const { data } = await call("GET", `/api/admin/slots?venue_id=${id}&date=${today}&limit=100`);
      const slots = [.../** @type {Wire.AdminSlotFields[]} */ (data.slots)].reverse();
      this.#said.textContent = slots.length === 0 ? t("No slots are planned for this day.") : "";
      this.#list.replaceChildren(...slots.map((slot) => this.#row(slot)));
    });
  }

  /** @param {Wire.AdminSlotFields} slot */
  #row(slot) {
    const time = span(slot.start_time, slot.end_time);
    const over = Date.parse(slot.ends_at) <= +hubNow();
    const begun = Date.parse(slot.starts_at) <= +hubNow();
    const closed = slot.status === "CLOSED";
    const absent = Math.max(0, slot.booked - slot.entered);
    const places = h("input", { type: "number", min: String(slot.booked + slot.held), max: "1000000", value: String(slot.capacity), required: true, "aria-label": t("Spaces of {time}", { time }) });
    /** @param {string} label @param {() => unknown} act @param {string} kind */
    const button = (label, act, kind = "quiet") => h("button", { type: "button", class: `button small ${kind}`, onclick: act }, label);
    const path = `/api/admin/slots/${slot.slot_id}`;
    const save = h("form", { class: "slot-places", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#change(() => call("PATCH", path, { body: { capacity: Number(places.value) }, headers: { "If-Match": `"${slot.version}"` } }), t("{time} has {n} spaces now.", { time, n: places.value }));
    } }, places, h("button", { type: "submit", class: "button small quiet" }, t("Save")));
    return h("li", { class: closed ? "closed" : "", "data-slot": slot.slot_id, tabindex: "-1" },
      h("div", {}, h("b", {}, time), h("span", { class: "soft" }, [t("{booked} of {capacity} booked", { booked: number(slot.booked), capacity: number(slot.capacity) }), closed && t("Closed"), over && t("Ended")].filter(Boolean).join(" · "))),
      h("div", { class: "buttons" },
        !over && save,
        !over && closed && button(t("Open again"), () => this.#change(() => call("POST", `${path}/reopen`), t("{time} can be booked again.", { time }))),
        !over && !closed && (slot.booked === 0
          ? button(t("Close slot"), () => this.#change(() => call("POST", `${path}/close`, { body: { notify: "tell" } }), t("{time} is closed.", { time })))
          : h("a", { class: "button small quiet", href: `/admin/slots/${slot.slot_id}#close` }, t("Close slot…"))),
        begun && absent > 0 && this.#release(slot.slot_id, time, absent, over)));
  }

  /** Asks once more, because everybody gets an e-mail. While the slot runs they may still come. @param {number} slotId @param {string} time @param {number} absent @param {boolean} over */
  #release(slotId, time, absent, over) {
    const place = h("span", { class: "slot-release" });
    const ask = h("button", { type: "button", class: "button small quiet", onclick: () => {
      place.replaceChildren(keep, release);
      release.focus();
    } }, over ? tn("Release one no-show…", "Release {n} no-shows…", absent) : tn("Release one unused space…", "Release {n} unused spaces…", absent));
    const keep = h("button", { type: "button", class: "button small quiet", onclick: () => {
      place.replaceChildren(ask);
      ask.focus();
    } }, t("Cancel"));
    const release = h("button", { type: "button", class: "button small danger", onclick: () => this.#change(async () => {
      const { data } = await call("POST", `/api/admin/slots/${slotId}/release-no-shows`);
      this.#said.textContent = tn("One space of {time} is free again.", "{n} spaces of {time} are free again.", data.released, { time });
    }) }, tn("Release and email one person", "Release and email {n} people", absent));
    place.append(ask);
    return place;
  }

  /** @param {() => Promise<unknown>} change @param {string} [done] */
  async #change(change, done) {
    const slot = document.activeElement?.closest("[data-slot]")?.getAttribute("data-slot");
    await this.#try(async () => {
      await change();
      const said = done ?? this.#said.textContent;
      await this.#read();
      this.#said.textContent = said;
      // The rows are new, and the focus stays at the slot.
      /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-slot="${slot}"]`))?.focus();
    });
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    clearNotice(this.#answer);
    try {
      await act();
    } catch (error) {
      const title = error instanceof Refusal ? error.message : t("The hub cannot be reached.");
      showNotice(this.#answer, { title, next: "" });
    }
  }
}
