// The duplicate alarm: a ticket was shown at two gates within a few minutes.
import { t } from "../../lib/i18n.js";
import { momentAt } from "../../lib/dates.js";
import { reasonOf } from "../../words/scans.js";

export class GateAlarm {
  /** @param {{ notices: GateNotices, shelf: NoticeShelf, signals: Signals, timezone: () => string | undefined }} options */
  constructor({ notices, shelf, signals, timezone }) {
    this.notices = notices;
    this.shelf = shelf;
    this.signals = signals;
    this.timezone = timezone;
    notices.on("alarm", (alarm, notice) => this.#show(alarm, notice));
  }

  /** @param {Wire.Alarm} alarm @param {{ notice_id: number }} notice */
  #show(alarm, notice) {
    this.shelf.put(`alarm-${alarm.alarm_id}`, {
      urgent: true,
      tone: "YELLOW",
      title: t("Ticket used at two gates: …{tail}", { tail: alarm.code_tail }),
      lines: [this.#side(alarm.first), this.#side(alarm.second)],
      actions: [[t("Got it"), () => this.notices.done(notice.notice_id)]],
    });
    this.signals.give("ALARM");
  }

  /** @param {Wire.AlarmSide} side */
  #side({ gate, at, operator, reason }) {
    return t("Gate {gate}, {time}, {operator}: {reason}", {
      gate, time: momentAt(at, this.timezone(), { seconds: true }), operator: operator.name, reason: reasonOf(reason),
    });
  }
}
