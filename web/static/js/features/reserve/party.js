// The list of a visit's tickets, each removable.
import { h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";

/** @param {Element} list @param {Ticket[]} tickets @param {(code: string) => void} onRemove */
export function drawParty(list, tickets, onRemove) {
  list.replaceChildren(
    ...tickets.map(({ ticket_code: code }) =>
      h("li", {},
        h("span", { class: "code" }, code),
        h("button", { type: "button", class: "button link small with-icon", "aria-label": t("Remove {code}", { code }), onclick: () => onRemove(code) }, icon("cross")))),
  );
}
