// The reason of a decision: one touch on a usual one, or a text.
import { h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";

const REASONS = [t("Our mistake"), t("Checked at the desk"), t("Came late because of us"), t("Guest of the house"), t("Wrong day")];

/**
 * A touched reason fills the text field, where it can be changed; a second touch empties it.
 *
 * @param {string} id of the text field
 * @param {string} about the id of the heading that names the dispute
 */
export function reasonField(id, about) {
  const reason = h("input", { type: "text", id, maxlength: "500", autocomplete: "off", required: true });
  const chips = REASONS.map((text) => h("button", { type: "button", class: "reason-chip", "aria-pressed": "false", onclick: () => {
    reason.value = reason.value === text ? "" : text;
    reason.dispatchEvent(new Event("input"));
  } }, text));
  reason.addEventListener("input", () => {
    reason.removeAttribute("aria-invalid");
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.textContent === reason.value.trim()));
  });
  const field = h("div", { class: "field" },
    h("label", { for: id }, t("Reason")),
    h("div", { class: "reason-chips", role: "group", "aria-label": t("Common answers"), "aria-describedby": about }, ...chips),
    reason);
  return { reason, field };
}
