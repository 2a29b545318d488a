// A ticket was scanned while a dialog is open: the dialog stays as it is, and the operator is told to finish it first.
import { h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";

export class BlockedScan {
  /** @param {{ signals: Signals }} options */
  constructor({ signals }) {
    this.signals = signals;
  }

  /** Says it inside the dialog, until that closes. @param {HTMLDialogElement} dialog */
  tell(dialog) {
    this.signals.give("YELLOW");
    dialog.querySelector(".blocked-scan")?.remove();
    const said = h("p", { class: "notice warn blocked-scan", role: "alert" });
    dialog.prepend(said);
    // An alert is spoken when its text comes.
    said.textContent = t("A ticket was scanned. Finish this first, then scan the ticket again.");
    dialog.addEventListener("close", () => said.remove(), { once: true });
  }
}
