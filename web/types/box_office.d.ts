// The box office at the gate: what the scanner offers beside the answer, and its two commands.

interface Commands {
  door_slots: { slots: DoorSlot[] };
  book_and_admit: Decision;
}

interface CurrentScan {
  /** The id of what the box office books and admits. */
  bookingId?: string;
}

/** `venue()` is the venue, if known; `corrects` where the contact of a visitor may be corrected here, `books` where a place may be booked. */
interface BoxOfficeOptions {
  flow: ScanFlow;
  socket: VenueSocket;
  venue: () => VenueShown;
  onClosed: () => void;
  books?: boolean;
  corrects?: boolean;
}

/** What the box office offers about an answer: a place to book, one to swap to, or only what concerns the ticket. */
type BoxOfficeOffer = "book" | "swap" | "ticket";

/** A slot of today, as `door_slots` has it. */
interface DoorSlot { slot_id: number; start_time: string; end_time: string; free: number; running: boolean; admits: boolean }
