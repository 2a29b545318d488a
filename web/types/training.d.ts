// The training mode of the scanner.

/** What became of a visitor: "in:2" and "out:1" with the number of people, "no" to a question, "away" without an entry, or a choice. */
type PracticeOutcome = string;

/** What is true of a visitor's ticket at a moment. No reservation: they booked no time. */
interface PracticeFacts extends Partial<Omit<ListedFacts, "reservation" | "ticket">> {
  reservation?: ReservationFacts | null;
  ticket?: Partial<TicketFacts>;
}
/** The slots to which the facts belong. */
interface PracticeSlots {
  running: ReservationFacts;
  notOpen: ReservationFacts;
  ended: ReservationFacts;
  otherDay: ReservationFacts;
  /** RFC 3339 */
  minutesAgo(minutes: number): string;
}
interface PracticeVisitor {
  name: string;
  leaves?: boolean;
  /** The scanner has no connection. "no-list": and no list of the day. "changed": news came just before it was lost. */
  alone?: "listed" | "no-list" | "changed";
  unreserved?: "allow";
  /** What the hub says only to the entry. */
  atEntry?: "full" | "undone" | "too-many";
  /** Null: no ticket has this code. */
  facts(slots: PracticeSlots): PracticeFacts | null;
  right: PracticeOutcome;
}
interface PracticeResult { visitor: PracticeVisitor; outcome: PracticeOutcome; right: boolean }
type PracticeHub = import("../static/js/models/practice/practice_hub.js").PracticeHub;
type PracticeRun = import("../static/js/models/practice/practice_run.js").PracticeRun;
