// The decisions at the gates by person; a person opens into shifts.
import { byId, h } from "../../lib/elements.js";
import { asWritten, t } from "../../lib/i18n.js";
import { momentAt, number, shortDay } from "../../lib/dates.js";
import { openerOf, share, showTiles } from "./parts.js";

/** @param {Wire.Decisions} one */
const cells = ({ decided, green, yellow, red, overridden, undone, accuracy }) =>
  [number(decided), number(green), number(yellow), number(red), number(overridden), number(undone), share(accuracy)]
    .map((text) => h("td", { class: "number" }, text));

export class PeopleView {
  /** @param {string | undefined} zone */
  constructor(zone) {
    this.zone = zone;
  }

  /** Shows the figures, or hides them if there are none. Returns whether there are. @param {Wire.OperatorFigures} figures @param {string} query */
  show({ total, operators, shifts }, query) {
    byId("people").hidden = total.decided === 0;
    if (total.decided === 0) return false;
    byId("people-csv").href = `/api/analytics/operators?format=csv&${query}`;
    const wrong = total.overridden + total.undone;
    showTiles(byId("people-rates"), [
      [t("Accuracy"), share(total.accuracy), t("{wrong} of {decided} did not stand", { wrong: number(wrong), decided: number(total.decided) })],
      [t("Decisions"), number(total.decided), t("{green} green, {yellow} yellow, {red} red", { green: number(total.green), yellow: number(total.yellow), red: number(total.red) })],
      [t("Overridden"), number(total.overridden), t("admitted by a supervisor")],
      [t("Undone"), number(total.undone), t("entries taken back")],
    ]);
    byId("people-rows").replaceChildren(...operators.flatMap((one) =>
      this.#rows(one, shifts.filter(({ operator_id: id }) => id === one.operator_id))));
    return true;
  }

  /** @param {Wire.OperatorDecisions} one @param {Wire.ShiftDecisions[]} shifts */
  #rows(one, shifts) {
    const name = one.operator_name ?? t("Unknown person");
    const rows = shifts.map((shift) => h("tr", { class: "slot-row", hidden: true },
      h("th", { scope: "row" }, t("{day}, {time}", { day: shortDay(shift.date), time: this.#span(shift) }),
        h("small", { class: "soft" }, shift.planned ? t("planned shift") : "")), ...cells(shift)));
    const opener = openerOf(asWritten(name), name, rows);
    return [h("tr", { "data-operator": one.operator_id }, h("th", { scope: "row" }, opener), ...cells(one)), ...rows];
  }

  /** @param {Wire.ShiftDecisions} shift */
  #span({ starts_at, ends_at }) {
    const [from, to] = [starts_at, ends_at].map((moment) => momentAt(moment, this.zone));
    return from === to ? from : t("{from} to {to}", { from, to });
  }
}
