// What travels over the staff socket: docs/protocol.md.

interface Hello { server_time: string }
interface Venue { id?: number; name: string; timezone: string; today: string; gates?: (string | { name: string })[] }
/** `shift_ends_at` where the session ends with a shift, `gates` where the operator may scan at these only. */
type SignedInOperator = Wire.Operator & { shift_ends_at?: string; gates?: string[] };
interface Ready { venue: Venue | null; operator: SignedInOperator }
interface Pong { server_time: string; sent: number; received: number }
/** What a scanner says of itself. */
interface DeviceStatus {
  id: string;
  name: string;
  gate: string | null;
  battery?: number;
  charging?: boolean;
  queue?: number;
  version?: string;
  round_trip_ms?: number;
  skew_ms?: number;
}

/** What each command gives. */
interface Commands {
  validate: Decision;
  verify: Decision;
  exit: Decision;
  sync: Wire.SyncedScans;
  undo: { scan_id: string; undo_scan_id: string; reason: string; ticket_code: string; ticket_status: string };
  find_guests: { guests: GuestAtGate[] };
  history: Wire.LoggedScanPage;
  ask_supervisor: Wire.Dispute;
  withdraw: Wire.Dispute;
  override: Wire.Dispute;
  decline: Wire.Dispute;
  send_message: Wire.GateMessage;
  read_message: { message_id: number };
  ring: { device_id: string };
  ping: { server_time: string };
  unsubscribe: { subscriptions: number[] };
  acknowledge_alarm: Wire.Alarm;
  subscribe: { topic: string; subscription: number; revision: number; snapshot?: unknown };
}

/** Events of this topic may be lost; then it is subscribed anew. */
type OrMissed<Body> = (Body & { missed?: undefined }) | { missed: true };

/** What each topic sends: first the whole, then every event. */
interface Topics {
  counts: { snapshot: Wire.CountsBody; event: Wire.CountsBody };
  figures: { snapshot: Wire.FiguresBody; event: Wire.FiguresBody };
  tickets: { snapshot: object; event: Wire.TicketsBody };
  devices: { snapshot: Wire.DevicesSnapshot; event: Wire.DevicesBody };
  scans: { snapshot: Wire.ScansSnapshot; event: Wire.ScansBody };
  alerts: { snapshot: { alerts: Wire.Alert[] }; event: OrMissed<Wire.AlertsBody> };
  alarms: { snapshot: { alarms: Wire.Alarm[] }; event: OrMissed<Wire.AlarmsBody> };
  scanner: { snapshot: Wire.ScannerBody; event: OrMissed<Wire.ScannerBody> };
  notices: { snapshot: { notices: GateNotice[] }; event: OrMissed<GateNotice> };
  messages: { snapshot: { messages: Wire.GateMessage[] }; event: OrMissed<Wire.MessagesBody> };
  conflicts: { snapshot: { open: number; conflicts: Wire.Conflict[] }; event: OrMissed<Wire.ConflictsBody> };
  disputes: { snapshot: { disputes: Wire.Dispute[] }; event: OrMissed<Wire.DisputesBody> };
}

/** What a notice of each kind brings. */
interface NoticeKinds {
  conflicts: { count: number; conflicts: Wire.Conflict[] };
  conflict_decided: { conflict: Wire.Conflict };
  dispute: Wire.Dispute;
  alarm: Wire.Alarm;
  message: { message_id: number; text: string; gate: string | null; by: string; sent_at: string };
  ring: { by: string; rung_at: string };
}
type NoticeKind = keyof NoticeKinds;
type GateNotice<Kinds extends NoticeKind = NoticeKind> = {
  [Kind in Kinds]: Omit<Wire.NoticesBody, "kind" | "data"> & { kind: Kind; data: NoticeKinds[Kind] };
}[Kinds];
type NoticeListener<Kind extends NoticeKind> = (data: NoticeKinds[Kind], notice: { notice_id: number }) => void;

declare namespace Wire {
  /** hub/actions/reporting/alerts.py */
  interface Alert {
    alert_id: number;
    venue_id: number;
    venue_name: string;
    kind: string;
    subject: string;
    /** What was measured last. */
    value: number;
    raised_value: number;
    threshold: number;
    details: { slots?: string[]; unplaced?: number; pool?: string };
    raised_at: string;
    cleared_at: string | null;
  }
  /** hub/actions/messaging/gate_messages.py */
  interface GateMessage {
    message_id: number;
    venue_id: number;
    gate: string | null;
    text: string;
    by: { id: number; name: string };
    sent_at: string;
    /** The end of the business day: until then scanners that connect get it. */
    valid_until: string;
    read: { id: number; name: string; gate: string | null; read_at: string }[];
  }
  /** hub/actions/scanning/duplicate_alarms.py */
  interface Alarm {
    alarm_id: number;
    venue_id: number;
    raised_at: string;
    code_tail: string;
    ticket_id: number | null;
    first: AlarmSide;
    second: AlarmSide;
    acknowledged: { at: string; operator: { id: number; name: string } } | null;
  }
  interface AlarmSide { gate: string; at: string; operator: { id: number; name: string }; result: Decision["result"]; reason: string }
  /** hub/actions/reporting/gate_activity.py */
  interface GateActivity { gate: string; scans: number; last_scan_at: string; quiet: boolean }
}

/** A guest as a steward finds it by name. */
interface GuestAtGate {
  guest_id: number;
  name: string;
  note: string;
  size: number;
  admitted: number;
  code: string;
  date: string;
  start_time: string;
  end_time: string;
  whole_day: boolean;
  title: string;
}
