// The scanner: decisions, the day's list, and what is kept without a connection.

type Colour = Wire.Decision["result"];
/** The answer to the question of a product. */
type Answer = "yes" | "no";

/** What the entry rule says of a code. */
interface EntryVerdict {
  result: Colour;
  reason: string;
  message: string;
  detail: string;
  can_verify: boolean;
  days_from_now: number | null;
}

interface FirstEntry { verified_at: string; verified_by?: number; operator_name?: string; gate: string | null }
interface Leaving { left_at: string; gate: string | null }

/** A booking, or tickets booked together (`booking_id` null). A list does not say which booking it is. */
interface Party { booking_id?: number | null; size: number; admitted: number; remaining: number }

/** What a scanner shows of a code: the hub's answer, or that of the scanner itself. */
interface Decision extends EntryVerdict {
  ticket?: (Partial<Wire.DoorTicket> & { ticket_code: string }) | null;
  reservation?: (Partial<Wire.DoorReservation> & Pick<Wire.DoorReservation, "date" | "start_time" | "end_time">) | null;
  verified?: FirstEntry | null;
  /** `inside`: of a booking, how many are inside now. */
  presence?: (Wire.Presence & { inside?: number | null }) | null;
  party?: Party | null;
  /** Only where the ticket's product has something to say. */
  product?: Wire.Product | null;
  scan_id?: string;
  /** Of a repeated scan: what it recorded has been undone since. */
  undone?: Wire.UndoneScan | null;
  /** Of a supervisor's decision. */
  recorded?: Wire.Dispute["recorded"];
  /** Decided without the hub, by the list of `listed_at`. */
  provisional?: boolean;
  listed_at?: string | null;
}

/** The facts of the entry rule, as the day's list has them. Moments are RFC 3339. */
interface TicketFacts { status: Wire.Ticket["status"]; channel: Wire.Ticket["channel"] | "booking" | "guest"; valid_until: string | null; venue_id: number | null }
interface ReservationFacts {
  slot_id?: number;
  venue_id: number;
  date: string;
  start_time: string;
  end_time: string;
  starts_at: string;
  ends_at: string;
  opens_at?: string;
  closes_at?: string;
  /** Of a party: how many people it admits, and how many of them are in. */
  places?: number;
  admitted?: number;
  /** A performance's own window; a list has moments instead. */
  check_in_opens_minutes?: number | null;
  check_in_closes_minutes?: number | null;
}
/** A party as a list has it; a family has the reference that its tickets share. */
interface ListedParty { size: number; admitted: number; family: string | null }
interface ListedFacts {
  ticket: TicketFacts;
  reservation: ReservationFacts;
  firstEntry: FirstEntry | null;
  left: Leaving | null;
  party: ListedParty | null;
  product: Wire.ListedProduct | null;
}

/** A row of the list. Of a party it also has how many people it admits and how many are in, and of a family what its tickets share. */
type DayListRow = [
  hash: string, status: TicketFacts["status"], slot: number, verified: 0 | 1, validUntil: string | null, channel: TicketFacts["channel"],
  verifiedAt: string | null, gate: string | null, leftAt: string | null, places?: number, admitted?: number, family?: string | null, product?: number,
];
type DayListData = Omit<Wire.DayList, "tickets"> & { tickets: DayListRow[] };
type DayListHead = Omit<DayListData, "tickets" | "gone" | "whole">;
type DayList = import("../static/js/models/day_list.js").DayList;
type HubClock = import("../static/js/models/hub_clock.js").HubClock;
type Device = import("../static/js/models/device.js").Device;
type ScanSettings = import("../static/js/models/scan_settings.js").ScanSettings;
type ScanSession = import("../static/js/models/scan_session.js").ScanSession;
type GateNotices = import("../static/js/models/gate_notices.js").GateNotices;
type TicketNews = import("../static/js/models/ticket_news.js").TicketNews;

/** What a device knows beyond its list: an entry, a change, and whether the holder is out (undefined: nothing). */
interface BeyondList { entry: FirstEntry | null; changed: boolean; left?: Leaving | null; since?: string | null; party?: { admitted: number; sure: boolean; entry: FirstEntry | null } }
/** What an entry or its check has, beside the code: the gate, and of a party how many come in (null: all that remain). */
interface AtGate { gate: string | null; count?: number | null; answer?: Answer | null }

/** What decides where the hub cannot be asked: features/scan/offline/offline.js. */
interface OfflineJudge {
  readonly able: boolean;
  present(code: string, at: AtGate): Promise<Decision>;
  admit(code: string, decision: Decision, scanId: string, at: AtGate): Promise<Decision>;
  refuse(code: string, decision: Decision, scanId: string, at: AtGate): Promise<Decision>;
  leave(code: string, scanId: string, at: AtGate): Promise<Decision>;
  answered(decision: Decision): Promise<void>;
  entered(decision: Decision): void;
  moved(decision: Decision, left: Leaving | null): void;
  undone(code: string, reason: string): Promise<void>;
}

/** One person's scanning: the decision on the screen, and the id that its entry will have. */
interface CurrentScan { code: string; decision: Decision | null; scanId: string | null }

/** A scan as the queue keeps it: what `sync` sends, the clock's skew, and what the list of past scans shows. */
interface QueuedScan {
  scan_id: string;
  code: string;
  scanned_at: string;
  offline_result: Colour;
  gate?: string;
  mode: "verify" | "validate" | "exit";
  admitted?: boolean;
  /** Of a party: how many came in, and whether they are a family. */
  count?: number;
  party?: boolean;
  answer?: Answer;
  skew_ms: number;
  seen: string;
  /** By which the device knows the party. */
  party_key?: string;
}
/** A queued scan at its place; `rev` changes when another takes that place. */
interface QueuedAt { seq: number; rev: string; scan: QueuedScan }
/** An entry that the hub did not take over as it was shown. */
interface OwnConflict {
  scan_id: string;
  code: string;
  at: number;
  gate?: string;
  /** Of a party: how many were let in, and how many of them the hub would not have. */
  count?: number;
  people?: number;
  outcome: Wire.Synced["outcome"];
  kind: Wire.Conflict["kind"] | null;
  reason?: string;
  first_entry: FirstEntry | null;
  conflict_id: number | null;
}
type KeptConflict = OwnConflict & { seq: number };
interface Settled { scan: QueuedScan; result: Wire.Synced }

/** Bytes that only the owner's key opens. */
interface Sealed { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }
/** What IndexedDB holds, by the name of the store (features/scan/offline/store.js). */
interface KeptRecords {
  keys: { owner: string; keys: CryptoKey[]; until: number };
  lists: { owner: string; date: string; sealed: Sealed };
  since: { owner: string; sealed: Sealed };
  queue: { seq: number; scan_id: string; owner: string; rev: string; sealed: Sealed };
  conflicts: { seq: number; owner: string; sealed: Sealed };
}

/** What an operator chooses for the device. */
interface ScannerChoices {
  way: "entry" | "exit";
  sound: boolean;
  vibration: boolean;
  continuous: boolean;
  chosen: boolean;
  seconds: number;
  parties: "ask" | "all";
  cameraOn: boolean;
  camera: string;
}

/** What a scanner can do by itself. */
interface OfflineState { able: boolean; queued: number; sending: boolean; listedAt: string | null }

/** A row of the operator's last scans; `waits` where it is not sent yet. */
type PastScan = Partial<Wire.LoggedScan> & { people?: number } & Pick<Wire.LoggedScan, "scan_id" | "ticket_code" | "result" | "reason" | "scanned_at"> & { waits?: boolean };

/** A card of the notices. An action that gives false leaves it there. */
interface ShelfCard {
  tone?: Colour | "plain";
  title: string | Node;
  lines?: (string | Node | null | undefined | false)[];
  actions?: [string, () => unknown][];
  since?: string | null;
  urgent?: boolean;
}

type ScannerScreen = import("../static/js/features/scan/screen.js").Screen;
type Signals = import("../static/js/features/scan/signals.js").Signals;
type Stale = import("../static/js/features/scan/stale.js").Stale;
type NoticeShelf = import("../static/js/features/scan/notices.js").NoticeShelf;
type ScanFlow = import("../static/js/features/scan/scan_flow.js").ScanFlow;

/** "refused": not allowed; "lost": trying again; "unable": this browser cannot; "insecure": the address is not https. */
type CameraState = "off" | "starting" | "on" | "refused" | "absent" | "lost" | "unable" | "insecure";
interface CameraOptions {
  video: HTMLVideoElement;
  settings: ScanSettings;
  /** `seenAt`: the moment of the frame, as performance.now() has it. */
  onCode(text: string, seenAt: number): void;
  onBlocked(text: string): void;
  onState(state: CameraState): void;
  wants(): boolean;
}
/** What the reader finds in a frame. */
type ReadCode = import("../static/vendor/zxing-wasm-3.1.4/reader/index.js").ReadResult;

/** A key as it was pressed: `key` by the computer's keyboard, `code` by its place. */
interface PressedKey { key: string; code: string; shift: boolean; at: number }
type EditableField = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
interface FieldBefore { element: EditableField; value: string }
interface CodeInputOptions {
  onCode(text: string, physical: string | null): void;
  onBlocked(dialog: HTMLDialogElement): void;
  onEnter(): void;
  onEscape(): void;
  onKey(): void;
}

/** What ScanFlow tells its listeners. */
interface ScanEvents { answered: { decision: Decision; code: string }; cleared: undefined; left: undefined }
type ScanListeners = { [Name in keyof ScanEvents]: ((what: ScanEvents[Name]) => void)[] };
/** The venue as far as it is known: from the hub, or from the list. */
type VenueShown = { timezone?: string; today?: string } | null | undefined;
interface ScanFlowOptions {
  session: ScanSession;
  way: { readonly leaving: boolean };
  news: TicketNews;
  repeats: import("../static/js/models/repeat_filter.js").RepeatFilter;
  device: Device;
  settings: ScanSettings;
  signals: Signals;
  verdict: import("../static/js/features/scan/verdict.js").Verdict;
  party: import("../static/js/features/scan/party_panel.js").PartyPanel;
  product: import("../static/js/features/scan/product_panel.js").ProductPanel;
  stale: Stale;
  screen: ScannerScreen;
  linkState: { readonly offline: boolean };
  /** Why a code must not be checked here; null where it may. */
  unfit(code: string): string | null;
  /** Nobody operates it: every answer goes by itself. */
  kiosk?: boolean;
  venue(): VenueShown;
}
/** A name, its value, and how it is shown. */
type Fact = [name: string, value: string, how?: { kind?: string; wide?: boolean }];

interface SupervisorOptions {
  flow: ScanFlow;
  socket: VenueSocket;
  notices: GateNotices;
  shelf: NoticeShelf;
  timezone(): string | undefined;
  decides?: boolean;
}
/** What an enrolled scanner is told of itself (topic `scanner`). */
type ScannerPolicy = NonNullable<Wire.ScannerBody["scanner"]>;
/** `idle()`: no ticket is on the screen, and none is being checked. */
interface EnrolledOptions {
  socket: VenueSocket;
  enrolment: import("../static/js/models/enrolment.js").Enrolment;
  device: Device;
  settings: ScanSettings;
  way: import("../static/js/features/scan/exit_mode.js").ExitMode;
  gateChoice: import("../static/js/features/scan/gate_choice.js").GateChoice;
  screen: ScannerScreen;
  kiosk: boolean;
  idle(): boolean;
  onGate(): void;
}
interface SettingsDialogOptions {
  settings: ScanSettings;
  onChange(name: keyof ScannerChoices): void;
  onClosed(): void;
  onGate(): void;
}
/** `onNew` is called for a conflict that was not there before, `putAway` when the operator has read one. */
interface OfflinePanelOptions {
  timezone(): string | undefined;
  putAway(conflict: KeptConflict): void;
  onNew(): void;
  onClosed(): void;
}
/** A conflict by its id, or several that one notice brings. */
type ConflictKey = number | string;
/** `known` gives the conflicts that this scanner shows already. */
interface ConflictNoticesOptions {
  notices: GateNotices;
  shelf: NoticeShelf;
  timezone(): string | undefined;
  known(): Promise<{ scan_id: string }[]>;
}

// The parts of features/scan/offline.
type Store = import("../static/js/features/scan/offline/store.js").Store;
type Vault = import("../static/js/features/scan/offline/vault.js").Vault;
type Queue = import("../static/js/features/scan/offline/queue.js").Queue;
type StoreName = keyof KeptRecords;
interface ListKeeperOptions {
  store: Store;
  vault: Vault;
  now(): number;
  live(): boolean;
  onFresh(list: DayList): void;
  onKept(moment: number): void;
}
/** Something that happened after the list was written; `answeredAt`: when the hub took it over. */
interface Happened { at: number; waits?: boolean; answeredAt?: number }
type Entered = Happened & { verified: FirstEntry };
type Moved = Happened & { left: Leaving | null };
/** `admitted`: of a party, how many are in. */
type News = Happened & { change: string; admitted?: number };
/** What a device knows of a party: the hub's last answer, and the entries made here (`answeredAt` null: the hub does not know them). */
interface KnownParty {
  answer: { admitted: number; at: number } | null;
  own: { scanId: string; people: number; verified: FirstEntry; answeredAt: number | null }[];
}

// What only some browsers have.
interface InstallPromptEvent extends Event { prompt(): Promise<unknown> }
type WithBattery = Navigator & { getBattery?(): Promise<{ level: number; charging: boolean }> };
type TorchSwitch = MediaTrackConstraintSet & { torch: boolean };
type WithTorch = MediaTrackCapabilities & { torch?: boolean };
