/** A visitor's place in a waiting room, as the API and the socket send it. */
interface RoomPlace {
  state: "none" | "waiting" | "turn" | "sold_out";
  /** Rounded up above 100. Null before the opening, and in a turn. */
  position: number | null;
  ahead: number | null;
  /** Null while nobody can say: the line is paused, or every place is in somebody's turn. */
  seconds: number | null;
  /** RFC 3339. Null in a turn: nobody has to wait. */
  turn_until: string | null;
  /** Visitors admitted a minute; 0 while the line is paused. */
  rate: number | null;
  /** Before the opening, RFC 3339. */
  opens_at: string | null;
}

/** What the page shows. `early` is a place before the opening. */
type RoomState = "out" | "left" | "ended" | "early" | "waiting" | "turn" | "sold_out";
