// The form that asks for seats: the hub renders and checks it. This adds the stepper's buttons, and sends the form once.
import { byId } from "../lib/elements.js";
import { enhanceSteppers, sendOnce } from "../features/booking/stepper.js";

const form = byId("seats-form");
if (form) {
  enhanceSteppers(form);
  sendOnce(form);
}
// Tests wait for this.
document.documentElement.dataset.ready = "true";
