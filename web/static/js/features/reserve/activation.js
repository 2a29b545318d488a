// Activates a ticket bought for later, after a warning that this is final.
import { byId, h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";
import { explain } from "../../words/refusals.js";
import { showNotice } from "../../lib/notices.js";
import { ask } from "./asking.js";

/**
 * Resolves to whether the ticket is now active.
 *
 * @param {{ code: string, id: number, whose: Whose }} ticket
 * @returns {Promise<boolean>}
 */
export function confirmActivation({ code, id, whose }) {
  return new Promise((resolve) => {
    const answer = h("div", { class: "answer", role: "alert" });
    const go = h("button", { type: "submit", class: "button grow" }, t("Activate"));
    const form = h("form", { novalidate: true },
      h("h2", { id: "activation-title" }, t("Activate this ticket?")),
      h("p", { class: "code" }, code),
      h("p", { id: "activation-words" }, t("This can't be undone. Whether an active ticket can still be returned is up to the seller.")),
      answer,
      h("div", { class: "buttons" }, h("button", { type: "button", class: "button quiet", autofocus: true, onclick: () => dialog.close() }, t("Not now")), go));
    const dialog = h("dialog", { class: "sheet", "aria-labelledby": "activation-title", "aria-describedby": "activation-words" }, form);
    let active = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      /** @type {Wire.Query} */
      const query = whose.orq ? `?orq=${whose.orq}` : "";
      const reply = await ask({
        button: go,
        answer,
        question: () => call("POST", `/api/tickets/${id}/activate${query}`, { headers: { "X-Ticket-Code": code } }),
        onRefusal: (error) => {
          // Activated a moment ago, here or elsewhere: a success.
          if (error.code === "TICKET_ALREADY_ACTIVATED") active = true;
          else showNotice(answer, explain(error));
        },
        again: () => form.requestSubmit(),
      });
      if (reply) active = true;
      if (active) dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      byId("ticket-code").focus();
      resolve(active);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
