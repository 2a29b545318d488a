// The mark on an outdated decision: it says what has happened, in no decision's colour. Add the text of a new change here.
import { byId, h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { isParty } from "../../models/party.js";

/** @type {Record<string, string>} */
const WORDS = {
  reserved: t("This ticket has just been booked."),
  moved: t("This reservation was just moved to another time."),
  cancelled: t("This reservation was just cancelled."),
  activated: t("This ticket has just been activated."),
  verified: t("This ticket was just admitted elsewhere."),
  left: t("Somebody has just left with this ticket."),
  returned: t("Somebody has just come back in with this ticket."),
  undone: t("The entry of this ticket was just undone."),
  missed: t("The connection was lost, and this ticket may have changed since."),
};

/** The same change of one ticket or one part of a party. @type {Record<string, string>} */
const OF_A_PARTY = {
  verified: t("More of this party were just admitted elsewhere."), party: t("More of this party were just admitted elsewhere."),
  undone: t("An entry of this party was just undone."),
};

export class Stale {
  constructor() {
    this.note = byId("stale");
    this.recheck = byId("recheck");
  }

  get shown() {
    return document.body.dataset.stale !== undefined;
  }

  /** @param {string} change @param {Party | null} [party] */
  show(change, party = null) {
    const words = (isParty(party) ? OF_A_PARTY[change] : null) ?? WORDS[change] ?? WORDS.missed;
    document.body.dataset.stale = change;
    this.note.replaceChildren(
      icon("warn"),
      h("div", {}, h("strong", {}, t("This result is out of date.")), h("p", {}, words)),
    );
    byId("verify").hidden = true;
    this.recheck.hidden = false;
    window.scrollTo(0, 0);
  }

  clear() {
    delete document.body.dataset.stale;
    this.note.replaceChildren();
    this.recheck.hidden = true;
  }
}
