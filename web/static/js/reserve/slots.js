// The cards of one day's slots, and the shorter list of other times when one has filled up.
import { h, icon } from "../elements.js";
import { isOver, slotStanding } from "../models/availability.js";
import { longDay, number, shortDay, span } from "../moments.js";

const WORDS = { available: "Available", limited: "Limited", full: "Full" };
const SHAPES = { available: "check", limited: "half", full: "full" };

export function drawSlots(place, date, slots, chosenId, onSelect) {
  place.replaceChildren(
    h("h3", {}, longDay(date)),
    h("ul", { class: "slot-list" }, ...slots.map((slot) => card(slot, slot.id === chosenId, onSelect))),
  );
}

function card(slot, chosen, onSelect) {
  const standing = slotStanding(slot);
  const closed = slot.status === "CLOSED";
  const time = span(slot.start_time, slot.end_time);
  return h(
    "li",
    { class: `slot ${standing}${chosen ? " chosen" : ""}` },
    h(
      "div",
      {},
      h("p", { class: "time" }, time),
      h(
        "div",
        { class: "facts" },
        h("span", {}, `${number(Math.max(0, slot.available_count))}/${number(slot.total_capacity)} available`),
        h("span", { class: `badge ${standing}` }, icon(SHAPES[standing]), isOver(slot) ? "Over" : closed ? "Closed" : WORDS[standing]),
      ),
    ),
    h(
      "button",
      { type: "button", class: "button small", disabled: standing === "full", "aria-label": `Select ${time}`, onclick: () => onSelect(slot) },
      "Select",
    ),
  );
}

/** Alternatives as the API gives them; picking one replaces the slot and keeps everything typed. */
export function drawAlternatives(alternatives, onSelect) {
  return h(
    "div",
    { class: "buttons" },
    ...alternatives.map((slot) =>
      h(
        "button",
        { type: "button", class: "button quiet small", onclick: () => onSelect({ ...slot, id: slot.slot_id ?? slot.id }) },
        `${shortDay(slot.date)}, ${span(slot.start_time, slot.end_time)}`,
      ),
    ),
  );
}
