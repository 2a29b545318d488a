// What scripts know without an import.

/** web/pages/scanner_app.py writes it before app/service_worker.js. */
declare const SHELL: { version: string; files: string[] };

interface ById {
  <Id extends keyof ElementsById>(id: Id): ElementsById[Id];
  /** An element that a script made, or one of a name put together. */
  (id: string): HTMLElement | null;
}

/** The error of the API and of the socket: a code of the contract, and what belongs to it. */
interface ApiError {
  code: string;
  message?: string;
  errors?: { field?: string; message: string }[];
  retry_after?: number;
  /** OUTSIDE_SHIFT */
  ended_at?: string | null;
  next_at?: string | null;
  timezone?: string;
  /** INVALID_CONTACT */
  validation_errors?: { field: string; message?: string }[];
  /** CONTACT_NOT_VERIFIED */
  needed?: Channel[];
  /** CODE_WRONG */
  tries_left?: number;
  /** SLOT_FULL */
  free?: number;
  alternative_slots?: SlotOffer[];
  /** Of one ticket, or of several in `tickets`. */
  likely_mistyped?: boolean;
  /** The only ticket that one slip makes of the mistyped code. */
  meant?: string;
  reserved_date?: string | null;
  /** TICKET_ALREADY_RESERVED: the address on file, masked. */
  sent_to?: string;
  /** WRONG_VENUE */
  venue?: Wire.TicketVenue;
  can_activate?: boolean;
  ticket_id?: number;
  tickets?: (ApiError & { ticket_code: string })[];
  /** WAITING_ROOM: the key of the room. */
  for?: string;
  /** ALREADY_VERIFIED */
  verified_at?: string;
  operator_name?: string;
  /** DISPUTE_DECIDED and CONFLICT_DECIDED */
  decision?: Wire.Dispute["decision"] | Wire.Conflict["decision"];
  decided_by?: string | null;
  decision_reason?: string | null;
  recorded?: Wire.Dispute["recorded"];
  undone?: boolean;
}

type LinkStateName = "connecting" | "live" | "reconnecting" | "ended";
type VenueSocket = import("../static/js/lib/socket.js").VenueSocket;

/** The events of a service worker, as far as app/service_worker.js uses them. */
interface WorkerEvent extends Event {
  request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}
declare function skipWaiting(): Promise<void>;
declare const clients: { claim(): Promise<void> };
type Refusal = import("../static/js/lib/api.js").Refusal;
