// The booking page and the page of a reservation.

type Slot = Wire.Slot;
/** A slot as far as it is known once it is picked: another time that a refusal offered has no end. */
type PickedSlot = Partial<Slot> & Pick<Slot, "id" | "date" | "start_time">;
/** hub/rules/alternatives.py: a time that a refusal offers. */
interface SlotOffer { slot_id: number; date: string; start_time: string; available_count: number }
/** A time shown in place of another: the API's, or a slot of the calendar. */
type OtherTime = Partial<Slot> & Pick<Slot, "date" | "start_time" | "available_count"> & ({ slot_id: number } | { slot_id?: undefined; id: number });
type SlotStanding = "available" | "limited" | "short" | "full" | "closed" | "over";
type DayStanding = SlotStanding | "none";
type Month = import("../static/js/models/availability.js").Month;
/** `slot` is null where it is gone, `was` undefined where it is new. */
interface SlotChange { slot: Slot | null; was?: Slot }
/** `checkedAt`: when the API was last asked, in ms since 1970. */
interface MonthsState { state: string | null; since: number | null; checkedAt: number | null }

type Channel = "email" | "sms";
/** The organisation, where the address of the page names one. */
interface Whose { orq?: number }

type Ticket = Wire.TicketChecked;
type TicketVenue = Wire.TicketVenue;
type OrderTicket = Wire.OrderTicket;
/** A ticket of an order that cannot be booked, and why. */
type LeftOut = OrderTicket & { words: string };

/** What the hub gives for a one-time code that was right, and the address or number it is about. */
type ContactProof = Wire.ContactProven & { about: string };
/** As the API takes it: one proof, or several. */
type Proof = string | string[] | null;

/** The tickets of an order: those that can be booked as well, and the others. */
/** `email` is the address that the order was sent to. */
interface OrderFound { bookable: OrderTicket[]; others: LeftOut[]; email: string }
/** A code that could not be added, and why. */
interface FailedCheck { code: string; error: unknown }
/** What a notice about a ticket can do. */
interface TicketWays { whose: Whose; use: (code: string) => void; activate: (code: string, id: number) => void }

interface TicketPlace { reservation_id: number; ticket_code: string; qr_code?: string }
/** One booking: its tickets, its slot and the link to change it. */
interface Booked { reservations: TicketPlace[]; slot: PickedSlot; manage_url: string }
/** Tickets that are booked together. */
interface Group { slot: PickedSlot; tickets: Ticket[] }
type BookingDraft = import("../static/js/models/booking_draft.js").BookingDraft;

/** What a slot is being chosen for. The waiting list needs all of it. */
interface BookingFor {
  places?: number;
  slot: Pick<Slot, "id" | "date"> | null;
  codes?: string[];
  email?: string;
  phone?: string;
  proof?: Proof;
  venue?: { id?: number; timezone?: string; waitlist?: boolean } | null;
}

/** Who waits for which slot. */
type WaitlistBody = Wire.JoinWaitlist;

/** A headline, and the next step. */
interface Notice { title: string; next: string }
/** The words of a refusal by its code. */
type RefusalWords = Record<string, (error: Partial<ApiError>) => Notice>;
/** A refusal of the API, or that of one ticket of several. */
interface Refused { code: string; message?: string; details?: Partial<ApiError> }

/** The kept attempt: `wish` is the request as text, `key` its idempotency key. */
interface KeptAttempt { wish: string; key: string; sent?: number }
type BookingPath = "/api/reservations/create" | "/api/reservations";
type BookingAnswer = Wire.Reserved | Wire.PartyReserved;
/** Before a pause in seconds; `byItself` says whether it is tried again without a touch. */
type OnWait = (seconds: number, byItself: boolean, error: unknown) => void;

type StepName = "ticket" | "venue" | "contact" | "code" | "slot" | "confirm" | "done";
/** A part of the booking page that is made for its step. */
interface Part { enter?(): void; leave?(): void; open?(): void; rest?(): void; stale?(): void }
type Turns = import("../static/js/features/reserve/turns.js").Turns;

/** A step of the booking page. `prepare` says whether all that it needs is here; `instead` names another where it has no use. */
interface StepRules {
  furthest(): StepName;
  prepare(step: StepName): Promise<boolean>;
  onEnter(step: StepName): void;
  onLeave(step: StepName): void;
  instead(step: StepName): StepName;
}

/** A form's request: `button` is busy meanwhile, a refusal goes to `onRefusal`, and trouble is shown in `answer`. */
interface Asking<Answer> {
  button: HTMLButtonElement;
  answer: Element;
  question(): Promise<Answer>;
  onRefusal(error: import("../static/js/lib/api.js").Refusal): void;
  again(): unknown;
}

type ReadPhone =
  | { problem: "empty" | "characters" | "country" | "short" | "long"; country: string; e164?: undefined; doubt?: undefined }
  | { problem: null; country: string; e164: string; doubt: "short" | null };

/** A ticket to show at the gate. */
interface Pass extends TicketPlace { slot: PickedSlot; venue?: TicketVenue | null; token: string }

/** A day of the calendar, also one that is past or not loaded yet. */
type CalendarStanding = DayStanding | "past" | "unknown";
/** One of the 42 days in the grid. */
interface Cell {
  td: HTMLTableCellElement;
  button: HTMLButtonElement;
  day: HTMLElement;
  shape: HTMLElement;
  word: HTMLElement;
  shown: string;
  standing?: CalendarStanding;
}
/** `onPick` receives a chosen day, `onTurn` the month to show; draw() then brings what it offers. */
interface CalendarOptions { today: string; onPick(date: string): void; onTurn(key: string): void }

type WaitlistOffer = import("../static/js/features/reserve/waitlist.js").WaitlistOffer;
interface SlotsPanelOptions {
  onSelect(slot: PickedSlot): void;
  nearest(slot: Slot): Promise<Slot[]>;
  waits(): boolean;
  waiting(slot: Slot): Promise<WaitlistOffer | null>;
}

/** `onTickets` is called when the tickets of the draft change, `onDone` when the customer goes on. */
interface TicketStepOptions { draft: BookingDraft; whose: Whose; onTickets(): void; onDone(): void }
interface ConfirmOptions {
  draft: BookingDraft;
  whose: Whose;
  onBooked(): void;
  onChanged(): void;
  onStale(): void;
  goTo(step: StepName): void;
}
/** `headers` carry the token; `onStale` is called when the page shows something that is no longer so. */
interface CancellerOptions { headers: Record<string, string>; onDone(words: Notice): void; onStale(words: Notice): void }
interface MoverOptions extends CancellerOptions { part(): HTMLElement }
