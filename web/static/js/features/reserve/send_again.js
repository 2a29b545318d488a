// "Send it to me again": a lost confirmation goes to the address on file once more.
import { h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";
import { showNotice } from "../../lib/notices.js";
import { explain } from "../../words/refusals.js";
import { ask } from "./asking.js";

/** `to` is the address on file, masked. @param {{ code: string, to?: string, whose: Whose }} lost */
export function sendAgain({ code, to, whose }) {
  const answer = h("div", { class: "answer", role: "status" });
  const send = async () => {
    const reply = await ask({
      button,
      answer,
      question: () => call("POST", "/api/reservations/send-again", { body: { ticket_code: code, ...whose } }),
      onRefusal: (error) => showNotice(answer, explain(error)),
      again: send,
    });
    if (!reply) return;
    button.hidden = true;
    answer.replaceChildren(h("p", {}, to ? t("Sent to {address}. It takes a minute; check your spam folder, too.", { address: to }) : t("Sent. It takes a minute; check your spam folder, too.")));
  };
  const button = h("button", { type: "button", class: "button quiet small", onclick: send }, to ? t("Send it to {address} again", { address: to }) : t("Send it to me again"));
  return h("div", { class: "again" }, answer, h("div", { class: "buttons" }, button));
}
