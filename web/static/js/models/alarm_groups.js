// The alarms of one ticket, put together. Two of them may be written in the other order than their scans were made, so
// the moment of the second scan decides which is the latest, and never the number.

/** @param {Wire.Alarm} one @param {Wire.Alarm} other */
const latestFirst = (one, other) => Date.parse(other.second.at) - Date.parse(one.second.at) || other.alarm_id - one.alarm_id;

/** The alarms raised after that moment: those of one ticket in one group, and everywhere the latest first. @param {Iterable<Wire.Alarm>} alarms @param {number} since */
export function groupAlarms(alarms, since) {
  /** @type {Map<string, Wire.Alarm[]>} */
  const groups = new Map();
  for (const alarm of [...alarms].sort(latestFirst)) {
    if (Date.parse(alarm.raised_at) <= since) continue;
    const key = `${alarm.ticket_id} ${alarm.code_tail} ${alarm.acknowledged !== null}`;
    groups.set(key, [...(groups.get(key) ?? []), alarm]);
  }
  return [...groups.values()];
}
