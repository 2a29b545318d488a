// A number of people with a button on either side; the hub's field works without them, too.
import { first, targetOf } from "../../lib/elements.js";

/** @param {Element} root */
export function enhanceSteppers(root) {
  for (const stepper of root.querySelectorAll("[data-stepper]")) {
    const field = /** @type {HTMLInputElement} */ (first(stepper, "input"));
    const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (stepper.querySelectorAll("[data-step]"));
    const show = () => {
      const value = Number(field.value);
      for (const button of buttons) button.disabled = button.dataset.step === "1" ? value >= Number(field.max) : value <= Number(field.min);
    };
    stepper.addEventListener("click", (event) => {
      const button = /** @type {HTMLButtonElement | null} */ (targetOf(event).closest("[data-step]"));
      if (!button) return;
      const wanted = (Number(field.value) || 0) + Number(button.dataset.step);
      field.value = String(Math.min(Number(field.max), Math.max(Number(field.min), wanted)));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", show);
    show();
  }
}

/** Sends a form once: further clicks wait for the answer. @param {HTMLFormElement} form */
export function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // A page restored by the back button can be sent again.
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });
}
