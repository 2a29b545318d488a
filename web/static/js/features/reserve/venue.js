// The choice of a venue, for tickets that are valid at several. A touch on one goes on.
import { byId, h, icon } from "../../lib/elements.js";

export class VenueStep {
  /** @param {{ draft: BookingDraft, onDone: () => void }} options */
  constructor({ draft, onDone }) {
    this.draft = draft;
    this.onDone = onDone;
  }

  enter() {
    byId("venues").replaceChildren(...this.draft.venues().map((venue) =>
      h("li", {}, h("button", { type: "button", class: "venue-choice", "aria-pressed": String(venue.id === this.draft.venue?.id), onclick: () => this.#choose(venue.id) },
        h("span", {}, h("strong", { translate: "no" }, venue.name), venue.address && h("span", { class: "soft", translate: "no" }, venue.address)), icon("right")))));
  }

  /** @param {number} id */
  #choose(id) {
    this.draft.chooseVenue(id);
    this.onDone();
  }
}
