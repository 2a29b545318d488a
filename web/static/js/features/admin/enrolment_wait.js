// Waits beside the enrolment code until the scanner has used it, and says when the code has run out.
import { first } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";

const LOOK_MS = 2_000;

/** @param {HTMLElement} part its data-enrolment has the scanner's id, its data-left the seconds until the code runs out */
export function waitForEnrolment(part) {
  const path = /** @type {`/api/admin/devices/${string}`} */ (`/api/admin/devices/${part.dataset.enrolment}`);
  const page = `/admin/devices/${part.dataset.enrolment}`;
  const said = first(part, "[data-wait]");
  // Counted from now: the clock of this computer may be hours off.
  const ends = Date.now() + 1_000 * Number(part.dataset.left);
  // A reload shows the scanner instead of making a second one.
  history.replaceState(null, "", page);

  const look = async () => {
    try {
      const { data } = await call("GET", path);
      if (data.state === "enrolled" && !data.code_expires_at) {
        location.assign(`${page}?done=scanner-enrolled`);
        return;
      }
    } catch {
      // The next look may have an answer.
    }
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 60_000));
    said.textContent = left ? tn("Waiting for the scanner. The code works for one more minute.", "Waiting for the scanner. The code works for {n} more minutes.", left)
      : t("The code has run out. Go back and make a new one.");
    setTimeout(look, LOOK_MS);
  };
  look();
}
