// The visitors of the training: what is true of each one's ticket, and what a good operator does. A new answer of the scanner
// has its visitor here, its code in hub/rules/practice_codes.py and its texts in words/practice.js.
import { venueTime } from "../rules/venue_day.js";

export const VENUE = 1;
export const GATE = "A";
const HOUR_MS = 3_600_000;

/** @param {Partial<Wire.ListedProduct>} of @returns {Wire.ListedProduct} */
const product = (of) => ({ product_id: 1, name: "Day ticket", name_zh: "日票", note: "", note_zh: "", attention: false, question: "", question_zh: "", gates: null, ...of });
const STUDENT = product({ name: "Student", name_zh: "学生票", question: "Is a student card shown?", question_zh: "是否出示了学生证？" });
/** @param {number} size @param {number} admitted */
const party = (size, admitted) => ({ size, admitted, family: null });
/** @param {string} verified_at @returns {FirstEntry} */
const entry = (verified_at) => ({ verified_at, operator_name: "Jane Smith", gate: "B" });

/** @type {PracticeVisitor[]} */
export const VISITORS = [
  { name: "valid", facts: ({ running }) => ({ reservation: running }), right: "in:1" },
  { name: "used", facts: ({ running, minutesAgo }) => ({ reservation: running, firstEntry: entry(minutesAgo(25)) }), right: "office" },
  { name: "wrong-date", facts: ({ otherDay }) => ({ reservation: otherDay }), right: "office" },
  { name: "too-early", facts: ({ notOpen }) => ({ reservation: notOpen }), right: "wait" },
  { name: "no-reservation", facts: () => ({ ticket: { status: "ACTIVATED" } }), right: "office" },
  { name: "unreserved", unreserved: "allow", facts: () => ({ ticket: { status: "ACTIVATED" } }), right: "in:1" },
  { name: "unknown", facts: () => null, right: "office" },
  { name: "not-activated", facts: () => ({ ticket: { status: "INACTIVE" } }), right: "office" },
  { name: "expired", facts: ({ ended }) => ({ reservation: ended, ticket: { status: "EXPIRED" } }), right: "office" },
  { name: "cancelled", facts: () => ({ ticket: { status: "CANCELLED" } }), right: "office" },
  { name: "wrong-venue", facts: ({ running }) => ({ reservation: { ...running, venue_id: VENUE + 1 } }), right: "elsewhere" },
  { name: "wrong-gate", facts: ({ running }) => ({ reservation: running, product: product({ gates: ["C"] }) }), right: "elsewhere" },
  {
    name: "attention", right: "in:1",
    facts: ({ running }) => ({
      reservation: running,
      product: product({ name: "Wheelchair", name_zh: "轮椅票", attention: true, note: "Open the wide door", note_zh: "请打开宽门" }),
    }),
  },
  { name: "question-yes", facts: ({ running }) => ({ reservation: running, product: STUDENT }), right: "in:1" },
  { name: "question-no", facts: ({ running }) => ({ reservation: running, product: STUDENT }), right: "no" },
  { name: "party", facts: ({ running }) => ({ reservation: running, party: party(5, 0) }), right: "in:3" },
  { name: "too-many", atEntry: "too-many", facts: ({ running }) => ({ reservation: running, party: party(4, 0) }), right: "in:2" },
  { name: "unconfirmed", facts: ({ running }) => ({ reservation: running, ticket: { status: "INACTIVE", channel: "booking" }, party: party(2, 0) }), right: "office" },
  { name: "full", atEntry: "full", facts: ({ running }) => ({ reservation: running }), right: "wait" },
  { name: "undone", atEntry: "undone", facts: ({ running }) => ({ reservation: running }), right: "in:1" },
  {
    name: "returning", right: "in:1",
    facts: ({ running, minutesAgo }) => ({ reservation: running, firstEntry: entry(minutesAgo(40)), left: { left_at: minutesAgo(10), gate: "B" } }),
  },
  { name: "leaves", leaves: true, facts: ({ running, minutesAgo }) => ({ reservation: running, firstEntry: entry(minutesAgo(50)) }), right: "out:1" },
  {
    name: "left-before", leaves: true, right: "go",
    facts: ({ running, minutesAgo }) => ({ reservation: running, firstEntry: entry(minutesAgo(50)), left: { left_at: minutesAgo(5), gate: "B" } }),
  },
  { name: "never-in", leaves: true, facts: ({ running }) => ({ reservation: running }), right: "go" },
  { name: "some-leave", leaves: true, facts: ({ running, minutesAgo }) => ({ reservation: running, firstEntry: entry(minutesAgo(30)), party: party(5, 4) }), right: "out:2" },
  { name: "alone-valid", alone: "listed", facts: ({ running }) => ({ reservation: running }), right: "in:1" },
  { name: "not-listed", alone: "listed", facts: () => null, right: "in:1" },
  { name: "changed", alone: "changed", facts: ({ running }) => ({ reservation: running }), right: "away" },
  { name: "no-list", alone: "no-list", facts: () => null, right: "in:1" },
  { name: "alone-exit", leaves: true, alone: "listed", facts: () => null, right: "out:1" },
];

/** The slots of the practice venue around a moment. The running one begins with the hour. @param {number} now @param {string} zone @returns {PracticeSlots} */
export function slotsAround(now, zone) {
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  const running = slotFrom(hour, zone);
  const later = slotFrom(hour + 2 * HOUR_MS, zone);
  // Before midnight no later slot is left today: the running one opens later.
  const open = now + HOUR_MS / 2;
  const notOpen = later.date === venueTime(now, zone).date ? { ...later, opens_at: later.starts_at } : { ...running, opens_at: new Date(open).toISOString(), closes_at: new Date(open + HOUR_MS).toISOString() };
  return {
    running: { ...running, opens_at: running.starts_at }, notOpen, ended: slotFrom(hour - 26 * HOUR_MS, zone), otherDay: slotFrom(hour + 72 * HOUR_MS, zone),
    minutesAgo: (minutes) => new Date(now - minutes * 60_000).toISOString(),
  };
}

/** @param {number} begins @param {string} zone @returns {ReservationFacts} */
function slotFrom(begins, zone) {
  const [from, to] = [venueTime(begins, zone), venueTime(begins + HOUR_MS, zone)];
  return {
    venue_id: VENUE, date: from.date, start_time: `${from.time}:00`, end_time: `${to.time}:00`,
    starts_at: new Date(begins).toISOString(), ends_at: new Date(begins + HOUR_MS).toISOString(),
  };
}
