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
  [detail: string]: any;
}

type LinkStateName = "connecting" | "live" | "reconnecting" | "ended";

/** A slot as `GET /api/reservation-slots/available` has it. */
interface Slot {
  id: number;
  date: string;
  start_time: string;
  end_time: string;
  venue_id: number;
  available_count: number;
  total_capacity: number;
  status: string;
  capacity_status: string;
  ends_at?: string;
  [more: string]: any;
}

/** A ticket as the check of the booking page answers it. */
interface Ticket {
  ticket_code: string;
  ticket_id: number;
  order_id?: string;
  order_tickets?: number;
  venue?: any;
  [more: string]: any;
}

/** What a scanner shows of a code; docs/protocol.md has every field. */
interface Decision {
  result: "GREEN" | "RED" | "YELLOW";
  reason: string;
  [more: string]: any;
}

/** A venue as the socket names it after the sign-in. */
interface Venue {
  name: string;
  timezone: string;
  today: string;
  [more: string]: any;
}

/** The events of a service worker, as far as app/service_worker.js uses them. */
interface WorkerEvent extends Event {
  request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}
declare function skipWaiting(): Promise<void>;
declare const clients: { claim(): Promise<void> };

/** What the hub gives for a one-time code that was right, and the address or number it is about. */
interface ContactProof {
  about: string;
  contact_proof: string;
  expires_at: string;
}
