// The form that cancels a reservation.
import { byId } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { call, Refusal } from "../../lib/api.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { NO_CONNECTION } from "../../words/no_connection.js";
import { explainChange, isStale, meant } from "./change.js";

export class Canceller {
  busy = false;

  /** @param {CancellerOptions} options */
  constructor({ headers, onDone, onStale }) {
    this.headers = headers;
    this.onDone = onDone;
    this.onStale = onStale;
    this.dialog = byId("canceller");
    this.answer = byId("canceller-answer");
    this.button = byId("canceller-do");
    byId("canceller-keep").addEventListener("click", () => this.close());
    byId("canceller-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#cancel();
    });
    // Escape closes, but not during the request.
    this.dialog.addEventListener("cancel", (event) => this.busy && event.preventDefault());
  }

  open() {
    clearNotice(this.answer);
    this.dialog.showModal();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  async #cancel() {
    if (this.busy) return;
    const { id, party, count } = meant(this.dialog, byId("mover").dataset.reservation);
    clearNotice(this.answer);
    this.#show(true);
    try {
      await call("DELETE", `/api/reservations/${id}${party ? "?party=1" : ""}`, { headers: this.headers });
      this.close();
      this.onDone({
        title: tn("Your visit is cancelled.", "The visits of {n} tickets are cancelled.", party ? count : 1),
        next: t("We've emailed you a confirmation."),
      });
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#show(false);
    }
  }

  /** @param {unknown} error */
  #refused(error) {
    if (!(error instanceof Refusal)) {
      // A repeat is harmless: a cancelled reservation stays cancelled.
      showNotice(this.answer, NO_CONNECTION, { kind: "warn", actions: [[t("Try again"), () => this.#cancel()]] });
    } else if (error.code === "TICKET_CANCELLED") {
      // Most often an earlier try succeeded and its answer was lost.
      this.close();
      this.onDone({ title: t("Your visit is cancelled."), next: "" });
    } else if (isStale(error.code)) this.onStale(explainChange(error));
    else showNotice(this.answer, explainChange(error));
  }

  /** @param {boolean} busy */
  #show(busy) {
    this.busy = busy;
    this.button.setAttribute("aria-busy", String(busy));
    byId("canceller-keep").disabled = busy;
  }
}
