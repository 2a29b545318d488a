// Notices: what went wrong and the next step, shown beside the action.
import { h } from "./elements.js";

/** @type {Notices["showNotice"]} */
export function showNotice(place, { title, next }, { kind = "bad", actions = [], extra = null } = {}) {
  const buttons = actions.map(([label, onclick]) => h("button", { type: "button", class: "button quiet small", onclick }, label));
  place.replaceChildren(
    h("div", { class: `notice ${kind}` }, h("strong", {}, title), next && h("p", {}, next), extra,
      buttons.length > 0 && h("div", { class: "buttons" }, ...buttons)),
  );
}

/** @type {Notices["clearNotice"]} */
export function clearNotice(place) {
  place.replaceChildren();
}
