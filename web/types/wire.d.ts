// Written by `python -m tests.support.wire_types` from the OpenAPI document and hub/live/protocol/event_bodies.py.
declare namespace Wire {
  interface AddedApiKey {
    api_key_id: number;
    name: string;
    hint: string;
    scopes: ("orders" | "tickets:read" | "scans:read" | "slots" | "webhooks")[];
    venue_ids: (number)[];
    requests_per_minute: number;
    created_at: string;
    created_name: string | null;
    last_used_at: string | null;
    revoked_at: string | null;
    version: number;
    key: string;
  }
  interface AddedApiKeyAnswer {
    success: true;
    data: AddedApiKey;
  }
  interface AddedDaysAnswer {
    success: true;
    data: AddedDaysFields;
  }
  interface AddedDaysFields {
    venue_id: number;
    added: (NamedDayFields)[];
    existing: (NamedDayFields)[];
    left_out: (LeftOutFields)[];
    dry_run: boolean;
  }
  interface AddedGuests {
    slot_id: number;
    guest_ids: (number)[];
    people: number;
    skipped: (string)[];
  }
  interface AddedGuestsAnswer {
    success: true;
    data: AddedGuests;
  }
  interface AddedOrganisationAnswer {
    success: true;
    data: AddedOrganisationFields;
  }
  interface AddedOrganisationFields {
    organisation: OrganisationFields;
    username: string;
    password: string | null;
  }
  interface AdminOrder {
    order_id: number;
    reference: string | null;
    status: "PENDING_PAYMENT" | "PAID" | "CANCELLED";
    customer_name: string | null;
    customer_email: string | null;
    language: string | null;
    shop: string | null;
    created_at: string;
    paid_at: string | null;
    cancelled_at: string | null;
    cancel_reason: string | null;
    cancelled_name: string | null;
    tickets: (AdminOrderTicket)[];
  }
  interface AdminOrderAnswer {
    success: true;
    data: AdminOrder;
  }
  interface AdminOrderLine {
    order_id: number;
    reference: string | null;
    status: "PENDING_PAYMENT" | "PAID" | "CANCELLED";
    customer_name: string | null;
    customer_email: string | null;
    shop: string | null;
    created_at: string;
    paid_at: string | null;
    cancelled_at: string | null;
    tickets: number;
    cancelled: number;
    used: number;
  }
  interface AdminOrderPage {
    orders: (AdminOrderLine)[];
    next: number | null;
  }
  interface AdminOrderPageAnswer {
    success: true;
    data: AdminOrderPage;
  }
  interface AdminOrderTicket {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    channel: "direct" | "mini_program" | "ota";
    product_id: number;
    product: string;
    product_zh: string;
    valid_until: string | null;
    verified_at: string | null;
    cancelled_at: string | null;
    reserved_date: string | null;
    start_time: string | null;
    end_time: string | null;
  }
  interface AdminSlotAnswer {
    success: true;
    data: AdminSlotFields;
  }
  interface AdminSlotFields {
    slot_id: number;
    venue_id: number;
    venue: string;
    timezone: string;
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
    capacity: number;
    booked: number;
    held: number;
    entered: number;
    available_count: number;
    status: "ACTIVE" | "CLOSED";
    closure: ClosureFields | null;
    version: number;
  }
  interface AdminSlotPage {
    slots: (AdminSlotFields)[];
    next: string | null;
  }
  interface AdminSlotPageAnswer {
    success: true;
    data: AdminSlotPage;
  }
  interface Alive {
    status: "ok";
  }
  interface Analytics {
    from: string;
    to: string;
    venue_id: number;
    total: FiguresWithChecks;
    shows: (ShowFigures)[];
    days: (DayFigures)[];
  }
  interface AnalyticsAnswer {
    success: true;
    data: Analytics;
  }
  interface ApiKeyAnswer {
    success: true;
    data: ApiKeyFields;
  }
  interface ApiKeyFields {
    api_key_id: number;
    name: string;
    hint: string;
    scopes: ("orders" | "tickets:read" | "scans:read" | "slots" | "webhooks")[];
    venue_ids: (number)[];
    requests_per_minute: number;
    created_at: string;
    created_name: string | null;
    last_used_at: string | null;
    revoked_at: string | null;
    version: number;
  }
  interface ApiKeyPageAnswer {
    success: true;
    data: ApiKeyPageFields;
  }
  interface ApiKeyPageFields {
    api_keys: (ApiKeyFields)[];
    next: number | null;
  }
  interface AskSupervisor {
    scan_id: string;
    note?: string | null;
  }
  interface AuditEntryFields {
    id: number;
    at: string;
    staff_id: number | null;
    staff_name: string;
    source: "page" | "api" | "command" | "setup" | "job" | "visitor";
    client_ip: string | null;
    action: string;
    sentence: string;
    subject_id: string;
    venue_id: number | null;
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
  }
  interface AuditPageAnswer {
    success: true;
    data: AuditPageFields;
  }
  interface AuditPageFields {
    entries: (AuditEntryFields)[];
    next: string | null;
  }
  interface BookedPerformance {
    performance_id: number;
    show_id: number;
    title: string;
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
    room: string;
    venue: VenueName;
  }
  interface BookedSeats {
    booking_id: number;
    party_size: number;
    admitted: number;
    remaining: number;
    show_id: number;
    show_title: string;
    room: string;
  }
  interface BookedSlot {
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
  }
  interface BookingConfirmed {
    booking_id: number;
    status: "CONFIRMED" | "CHECKED_IN";
    party_size: number;
    performance: BookedPerformance;
    qr_code: string;
    code: string;
    page_url: string;
  }
  interface BookingConfirmedAnswer {
    success: true;
    data: BookingConfirmed;
  }
  interface BookingList {
    bookings: (ListedBooking)[];
    next: number | null;
    counts: CountedBookings | null;
  }
  interface BookingListAnswer {
    success: true;
    data: BookingList;
  }
  interface BookingPending {
    booking_id: number;
    status: "PENDING";
    expires_at: string;
    performance: BookedPerformance;
  }
  interface BookingPendingAnswer {
    success: true;
    data: BookingPending;
  }
  interface BookingTimes {
    median_seconds: number | null;
    within_three_minutes: number | null;
    parts: (TimePart)[];
  }
  interface Calendar {
    success: true;
    data: (Slot)[];
    metadata: CalendarMetadata;
  }
  interface CalendarLinks {
    google: string;
    outlook: string;
  }
  interface CalendarMetadata {
    total_slots: number;
  }
  interface CancelOrder {
    reason: string;
  }
  interface CancelPerformance {
    message?: string;
  }
  interface CancelShopOrder {
    reason: string;
  }
  interface CancelTicket {
    reason: string;
  }
  interface Cancelled {
    reservation_id: number;
    status: "CANCELLED";
    ticket_status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    reservation_ids: (number)[];
  }
  interface CancelledAnswer {
    success: true;
    data: Cancelled;
  }
  interface CancelledPerformance {
    performance: PerformanceFields;
    concerned: Concerned;
    ended: number;
    remaining: number;
    dry_run: boolean;
  }
  interface CancelledPerformanceAnswer {
    success: true;
    data: CancelledPerformance;
  }
  interface ChangedApiKey {
    name?: string;
    scopes?: ("orders" | "tickets:read" | "scans:read" | "slots" | "webhooks")[];
    venue_ids?: (number)[];
    requests_per_minute?: number;
  }
  interface ChangedClosedDay {
    date?: string | null;
    name?: string | null;
    hours?: (HoursOfDay)[] | null;
  }
  interface ChangedDevice {
    name?: string | null;
    gate?: string | null;
    mode?: "entry" | "exit" | "both" | "kiosk" | null;
    venue_id?: number | null;
  }
  interface ChangedGate {
    name?: string | null;
    retired?: boolean | null;
  }
  interface ChangedGuest {
    name?: string | null;
    party?: number | null;
    note?: string | null;
    email?: string | null;
    invite?: boolean;
  }
  interface ChangedHours {
    venue_id?: number | null;
    hours: (HoursOfWeekday)[];
  }
  interface ChangedOrganisation {
    name?: string | null;
    slug?: string | null;
  }
  interface ChangedPerformanceFields {
    additional_seats?: number;
    occupied_seats?: number;
    booking_opens_at?: string | null;
    booking_closes_at?: string | null;
    booking_closed?: boolean;
    check_in_opens_minutes?: number | null;
    check_in_closes_minutes?: number | null;
    largest_party?: number | null;
  }
  interface ChangedPolicies {
    unreserved_entry?: number | string | (number | string)[] | null;
    late_entry_minutes?: number | string | (number | string)[] | null;
    early_entry_minutes?: number | string | (number | string)[] | null;
    change_cutoff_hours?: number | string | (number | string)[] | null;
    show_contact?: number | string | (number | string)[] | null;
    address?: number | string | (number | string)[] | null;
    contact_email?: number | string | (number | string)[] | null;
    contact_phone?: number | string | (number | string)[] | null;
    language?: number | string | (number | string)[] | null;
    country?: number | string | (number | string)[] | null;
    contact_check?: number | string | (number | string)[] | null;
    reminder_hours?: number | string | (number | string)[] | null;
    unbooked_reminder_days?: number | string | (number | string)[] | null;
    text_messages?: number | string | (number | string)[] | null;
    text_quiet_hours?: number | string | (number | string)[] | null;
    waitlist_offer_minutes?: number | string | (number | string)[] | null;
    no_show_release_minutes?: number | string | (number | string)[] | null;
    booking_expiry_hours?: number | string | (number | string)[] | null;
    pending_per_address?: number | string | (number | string)[] | null;
    waiting_room?: number | string | (number | string)[] | null;
    waiting_room_per_minute?: number | string | (number | string)[] | null;
    waiting_room_turn_minutes?: number | string | (number | string)[] | null;
    re_entry?: number | string | (number | string)[] | null;
    inside_limit?: number | string | (number | string)[] | null;
    when_full?: number | string | (number | string)[] | null;
    door_sales?: number | string | (number | string)[] | null;
    door_booking?: number | string | (number | string)[] | null;
    duplicate_alarm_minutes?: number | string | (number | string)[] | null;
    unenrolled_scanners?: number | string | (number | string)[] | null;
    scanner_key_hours?: number | string | (number | string)[] | null;
    alert_failure_percent?: number | string | (number | string)[] | null;
    alert_utilisation_percent?: number | string | (number | string)[] | null;
    alert_latency_ms?: number | string | (number | string)[] | null;
    alert_login_failures?: number | string | (number | string)[] | null;
    alert_check_percent?: number | string | (number | string)[] | null;
    alert_slot_full_percent?: number | string | (number | string)[] | null;
    alert_booking_ms?: number | string | (number | string)[] | null;
    alert_booking_errors?: number | string | (number | string)[] | null;
    alert_activation_percent?: number | string | (number | string)[] | null;
    alert_rejection_percent?: number | string | (number | string)[] | null;
    alert_scan_timeouts?: number | string | (number | string)[] | null;
    alert_mail_percent?: number | string | (number | string)[] | null;
    alert_rollback_percent?: number | string | (number | string)[] | null;
    ip_allow_list?: number | string | (number | string)[] | null;
    alert_emails?: number | string | (number | string)[] | null;
    alert_webhook_url?: number | string | (number | string)[] | null;
  }
  interface ChangedPoliciesAnswer {
    success: true;
    data: ChangedPoliciesFields;
  }
  interface ChangedPoliciesFields {
    venue_id: number;
    venue: string;
    version: number;
    policies: (PolicyFields)[];
    effects: (PolicyEffectFields)[];
    alert_webhook_secret: string | null;
    dry_run: boolean;
  }
  interface ChangedProductFields {
    name?: string;
    name_zh?: string;
    activation_mode?: "immediate" | "deferred";
    venue_id?: number | null;
    valid_days?: number | null;
    valid_until?: string | null;
    gate_ids?: (number)[];
    note?: string;
    note_zh?: string;
    attention?: boolean;
    question?: string;
    question_zh?: string;
    sold_at_door?: boolean;
    archived?: boolean;
  }
  interface ChangedRetention {
    retention_days: number | null;
  }
  interface ChangedRoom {
    room: RoomFields;
    performances: (ResizedPerformance)[];
    dry_run: boolean;
  }
  interface ChangedRoomAnswer {
    success: true;
    data: ChangedRoom;
  }
  interface ChangedRoomFields {
    name?: string | null;
    capacity?: number | null;
    accessibility?: string | null;
  }
  interface ChangedScansFields {
    from_result: "GREEN" | "YELLOW" | "RED";
    from_reason: string;
    to_result: "GREEN" | "YELLOW" | "RED";
    to_reason: string;
    scans: number;
  }
  interface ChangedSecurity {
    require_second_factor?: "none" | "administrators" | "passwords" | "everybody" | null;
    passwords?: "everybody" | "administrators" | "nobody" | null;
    issuer?: string | null;
    client_id?: string | null;
    client_secret?: string | null;
    label?: string | null;
    match?: "email" | "username" | "linked" | null;
  }
  interface ChangedShowFields {
    title?: string;
    subtitle?: string;
    description?: string;
    translations?: Record<string, unknown>;
    duration_minutes?: number | null;
    spoken_language?: string;
    minimum_age?: number | null;
    accessibility?: string;
    consent?: string;
    largest_party?: number;
    status?: "DRAFT" | "PUBLISHED" | "ARCHIVED";
  }
  interface ChangedSlot {
    capacity: number;
  }
  interface ChangedSlotFields {
    slot_id: number;
    date: string;
    start_time: string;
    was: number;
    capacity: number;
    booked: number;
    held: number;
    available_count: number;
    version: number;
  }
  interface ChangedSlots {
    slots: (ChosenSlot)[];
    capacity: number;
  }
  interface ChangedSlotsAnswer {
    success: true;
    data: ChangedSlotsFields;
  }
  interface ChangedSlotsFields {
    slots: (ChangedSlotFields)[];
    dry_run: boolean;
  }
  interface ChangedStaffMember {
    username?: string;
    name?: string;
    role?: string;
    email?: string | null;
    venue_ids?: (number)[];
    gate_ids?: (number)[];
    valid_from?: string | null;
    valid_until?: string | null;
    shifts?: (ShiftFields)[];
  }
  interface ChangedVenue {
    name?: string | null;
    timezone?: string | null;
    address?: string | null;
    country?: string | null;
    language?: string | null;
  }
  interface ChangedWaitingRooms {
    per_minute: number;
  }
  interface ChangedWaitingRoomsAnswer {
    success: true;
    data: ChangedWaitingRoomsFields;
  }
  interface ChangedWaitingRoomsFields {
    venue_id: number;
    waiting_room: "off" | "slots" | "days" | "shows" | "all";
    per_minute: number;
    turn_minutes: number;
    rooms: (OpenRoomFields)[];
    dry_run: boolean;
  }
  interface ChangedWebhook {
    name?: string | null;
    url?: string | null;
    events?: ("order.created" | "order.paid" | "order.cancelled" | "ticket.activated" | "ticket.cancelled" | "reservation.created" | "reservation.modified" | "reservation.cancelled" | "booking.created" | "booking.confirmed" | "booking.cancelled" | "entry.recorded" | "entry.undone" | "exit.recorded" | "entry.refused" | "slot.full" | "slot.closed" | "waitlist.offered")[] | null;
    venue_id?: number | null;
    batch?: number | null;
    paused?: boolean | null;
  }
  interface CheckIn {
    code: string;
    gate?: string | null;
    scan_id?: string | null;
    count?: number | null;
  }
  interface CheckedIn {
    booking_id: number;
    party_size: number;
    admitted: number;
    remaining: number;
    checked_in_at: string;
    scan_id: string;
    undone?: UndoneScan | null;
  }
  interface CheckedInAnswer {
    success: true;
    data: CheckedIn;
  }
  interface ChosenSlot {
    slot_id: number;
    version?: number | null;
  }
  interface ChosenSlots {
    slots: (ChosenSlot)[];
  }
  interface CloseSlot {
    move_to?: number | null;
    notify: "move" | "choose" | "tell";
    message?: string;
  }
  interface ClosedDayAnswer {
    success: true;
    data: ClosedDayFields;
  }
  interface ClosedDayFields {
    closed_day_id: number;
    venue_id: number;
    venue: string;
    date: string;
    name: string;
    hours: (HoursFields)[];
    source: "entered" | "imported";
    version: number;
  }
  interface ClosedDayPageAnswer {
    success: true;
    data: ClosedDayPageFields;
  }
  interface ClosedDayPageFields {
    closed_days: (ClosedDayFields)[];
    next: string | null;
  }
  interface ClosedSlotAnswer {
    success: true;
    data: ClosedSlotFields;
  }
  interface ClosedSlotFields {
    slot: AdminSlotFields;
    concerned: ConcernedPeople;
    remaining: number;
    dry_run: boolean;
  }
  interface ClosureFields {
    way: "move" | "choose" | "tell";
    move_to: number | null;
    message: string;
    closed_at: string;
    finished: boolean;
  }
  interface CodeOnItsWay {
    challenge_id: string;
    channel: "email" | "sms";
    sent_to: string;
    expires_at: string;
    resend_after: number;
  }
  interface CodeOnItsWayAnswer {
    success: true;
    data: CodeOnItsWay;
  }
  interface Concerned {
    bookings: number;
    people: number;
    admitted: number;
    pending: number;
    waiting: number;
    first: (ConcernedBooking)[];
  }
  interface ConcernedBooking {
    booking_id: number;
    name: string;
    party_size: number;
    admitted: number;
    status: "PENDING" | "CONFIRMED";
  }
  interface ConcernedPeople {
    people: number;
    parties: number;
    entered: number;
    waiting: number;
    unfit: number;
  }
  interface ConfirmBooking {
    token: string;
    party_size?: number | null;
  }
  interface ConfirmCode {
    challenge_id: string;
    code: string;
  }
  interface Conflict {
    conflict_id: number;
    scan_id: string;
    venue_id: number;
    kind: "already_verified" | "cancelled" | "unknown" | "wrong_date" | "wrong_venue" | "too_early" | "expired" | "not_activated" | "no_reservation" | "not_confirmed" | "party_too_large" | "wrong_gate" | "not_asked" | "question_denied";
    offline_result: "GREEN" | "YELLOW" | "RED";
    result: "GREEN" | "YELLOW" | "RED";
    reason: Reason;
    ticket_code: string;
    ticket_id: number | null;
    people: number;
    operator: Person;
    gate: string | null;
    device: string | null;
    scanned_at: string;
    logged_at: string;
    earlier: boolean;
    first_entry: FirstEntry | null;
    decision: "stays" | "leaves" | "mistake" | "settled" | null;
    note: string | null;
    decided_by: string | null;
    decided_at: string | null;
  }
  interface ConflictAnswer {
    success: true;
    data: Conflict;
  }
  interface ConflictPage {
    conflicts: (Conflict)[];
    next: number | null;
  }
  interface ConflictPageAnswer {
    success: true;
    data: ConflictPage;
  }
  interface ContactChecked {
    success: true;
    message: string;
    otp_sent: boolean;
  }
  interface ContactProven {
    contact_proof: string;
    expires_at: string;
  }
  interface ContactProvenAnswer {
    success: true;
    data: ContactProven;
  }
  interface CopySlots {
    venue_id?: number | null;
    from: string;
    to: (string)[];
    overlap?: boolean;
  }
  interface CorrectAddress {
    customer_email: string;
    contact_proof?: string | (string)[] | null;
  }
  interface CorrectedAddress {
    reservation_id: number;
    customer_email: string;
    confirmation_sent: boolean;
    manage_url: string;
    token: string;
  }
  interface CorrectedAddressAnswer {
    success: true;
    data: CorrectedAddress;
  }
  interface CorrectedContact {
    email?: string | null;
    phone?: string | null;
  }
  interface CountedBookings {
    capacity: number;
    booked: number;
    held: number;
    admitted: number;
    pending: number;
    pending_people: number;
    confirmed: number;
    confirmed_people: number;
    checked_in: number;
    checked_in_people: number;
    cancelled: number;
    expired: number;
  }
  interface CreateParty {
    ticket_codes: (string)[];
    slot_id: number;
    customer_email: string;
    customer_phone: string;
    contact_proof?: string | (string)[] | null;
    waitlist_token?: string | null;
    orq?: number | null;
  }
  interface CreateReservation {
    ticket_id: number;
    slot_id: number;
    customer_email: string;
    customer_phone: string;
    contact_proof?: string | (string)[] | null;
    orq?: number | null;
  }
  interface DayFigures {
    capacity: number;
    booked: number;
    verified: number;
    walk_ins: number;
    utilisation: number | null;
    due: number;
    no_show: number | null;
    no_show_rate: number | null;
    made: number;
    cancelled: number;
    kept: number | null;
    scans: number;
    yellow: number;
    red: number;
    rejection: number | null;
    reasons: (ReasonCount)[];
    checked: number;
    converted: number;
    conversion: number | null;
    date: string;
    slots: (SlotFigures)[];
  }
  interface DayList {
    whole: boolean;
    date: string;
    venue_id: number;
    timezone: string;
    salt: string;
    edition: string;
    generated_at: string;
    policy: ListPolicy;
    slots: (DayListSlot)[];
    products: (ListedProduct)[];
    tickets: ([string, "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED", number, 0 | 1, string | null, "direct" | "mini_program" | "ota" | "booking" | "guest", string | null, string | null, string | null] | [string, "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED", number, 0 | 1, string | null, "direct" | "mini_program" | "ota" | "booking" | "guest", string | null, string | null, string | null, number, number] | [string, "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED", number, 0 | 1, string | null, "direct" | "mini_program" | "ota" | "booking" | "guest", string | null, string | null, string | null, number, number, string] | [string, "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED", number, 0 | 1, string | null, "direct" | "mini_program" | "ota" | "booking" | "guest", string | null, string | null, string | null, number, number, string | null, number])[];
    gone: (string)[];
  }
  interface DayListAnswer {
    success: true;
    data: DayList;
  }
  interface DayListSlot {
    slot_id: number;
    date: string;
    start: string;
    end: string;
    starts_at: string;
    ends_at: string;
    opens_at: string;
    closes_at: string;
  }
  interface DecideConflict {
    decision: "stays" | "leaves" | "mistake";
    note?: string | null;
  }
  interface DecideDispute {
    scan_id: string;
    decision: "admit" | "decline";
    reason: string;
    take_back?: boolean;
    count?: number | null;
  }
  interface Decision {
    result: "GREEN" | "YELLOW" | "RED";
    reason: Reason;
    message: string;
    detail: string;
    can_verify: boolean;
    days_from_now: number | null;
    ticket: DoorTicket | null;
    reservation: DoorReservation | null;
    verified: FirstEntry | null;
    presence?: Presence | null;
    party?: Party | null;
    product?: Product | null;
    undone?: UndoneScan | null;
    scan_id: string;
  }
  interface DecisionAnswer {
    success: true;
    data: Decision;
  }
  interface Decisions {
    decided: number;
    green: number;
    yellow: number;
    red: number;
    overridden: number;
    undone: number;
    accuracy: number | null;
  }
  interface Deleted {
    deleted: boolean;
  }
  interface DeletedAnswer {
    success: true;
    data: Deleted;
  }
  interface DeletedSlotsAnswer {
    success: true;
    data: DeletedSlotsFields;
  }
  interface DeletedSlotsFields {
    deleted: number;
    dry_run: boolean;
  }
  interface DeliveryFields {
    delivery_id: number;
    event_id: string;
    kind: string;
    sequences: (number)[];
    attempt: number;
    sent_at: string;
    milliseconds: number;
    request: string | null;
    status: number | null;
    answer: string | null;
    error: string | null;
  }
  interface DeliveryPageAnswer {
    success: true;
    data: DeliveryPageFields;
  }
  interface DeliveryPageFields {
    deliveries: (DeliveryFields)[];
    next: number | null;
  }
  interface DeviceAnswer {
    success: true;
    data: DeviceFields;
  }
  interface DeviceFields {
    device_id: number;
    log_name: string;
    venue_id: number;
    venue: string;
    name: string;
    gate: string | null;
    mode: "entry" | "exit" | "both" | "kiosk";
    state: "waiting" | "code_expired" | "enrolled" | "wiping" | "revoked" | "wiped";
    code_expires_at: string | null;
    enrolled_at: string | null;
    last_seen_at: string | null;
    revoked_at: string | null;
    wipe: "after_sync" | "now" | null;
    wiped_at: string | null;
    wiped_lost: number | null;
    version: number;
    presence: DevicePresence | null;
  }
  interface DeviceKey {
    owner: string;
    keys: (string)[];
    expires_at: string;
  }
  interface DeviceKeyAnswer {
    success: true;
    data: DeviceKey;
  }
  interface DevicePageAnswer {
    success: true;
    data: DevicePageFields;
  }
  interface DevicePageFields {
    devices: (DeviceFields)[];
    next: number | null;
  }
  interface DevicePresence {
    live: boolean;
    since: string;
    operator: string | null;
    gate: string | null;
    battery: number | null;
    charging: boolean | null;
    queue: number | null;
    version: string | null;
  }
  interface DeviceWiped {
    lost: number;
  }
  interface Dispute {
    dispute_id: number;
    scan_id: string;
    venue_id: number;
    ticket_code: string;
    ticket_id: number | null;
    gate: string | null;
    device: string | null;
    result: "GREEN" | "YELLOW" | "RED";
    reason: Reason;
    scanned_at: string;
    operator: Person;
    note: string | null;
    asked_at: string | null;
    decision: "admitted" | "declined" | "withdrawn" | null;
    decision_reason: string | null;
    decided_by: Person | null;
    decided_at: string | null;
    recorded: "VERIFIED" | "RE_ENTRY" | null;
    undone: boolean;
    obstacle: Reason | null;
    ticket: DisputedTicket | null;
    party?: Party | null;
  }
  interface DisputeAnswer {
    success: true;
    data: Dispute;
  }
  interface DisputePage {
    disputes: (Dispute)[];
    next: number | null;
  }
  interface DisputePageAnswer {
    success: true;
    data: DisputePage;
  }
  interface DisputedTicket {
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    customer_name: string | null;
    date: string | null;
    start_time: string | null;
    end_time: string | null;
    verified: FirstEntry | null;
    left: Leaving | null;
  }
  interface Document {
    openapi: string;
    info: Record<string, unknown>;
    paths: Record<string, unknown>;
  }
  interface DoorReservation {
    reservation_id: number;
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
    is_today: boolean;
    booked_count: number;
    total_capacity: number;
  }
  interface DoorSale {
    scan_id: string;
    order_id: number;
    reference: string;
    status: "PENDING_PAYMENT" | "PAID" | "CANCELLED";
    customer_name: string | null;
    customer_email: string | null;
    reserved_date: string | null;
    start_time: string | null;
    end_time: string | null;
    admitted: number;
    tickets: (SoldTicket)[];
  }
  interface DoorSaleAnswer {
    success: true;
    data: DoorSale;
  }
  interface DoorTicket {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    customer_name: string | null;
    customer_email: string | null;
    customer_phone: string | null;
  }
  interface EncodingChoice {
    encoding: string;
    lines: (string)[];
  }
  interface EndedSessions {
    ended: number;
  }
  interface EndedSessionsAnswer {
    success: true;
    data: EndedSessions;
  }
  interface EnrolDevice {
    code: string;
  }
  interface EnrolledAnswer {
    success: true;
    data: EnrolledFields;
  }
  interface EnrolledFields {
    token: string;
    device_id: number;
    log_name: string;
    name: string;
    venue_id: number;
    venue: string;
    gate: string | null;
    mode: "entry" | "exit" | "both" | "kiosk";
  }
  interface Entry {
    waitlist_id: number;
    status: "WAITING" | "OFFERED" | "ACCEPTED" | "LAPSED" | "LEFT" | "CLOSED";
    position: number | null;
    places: number;
    ticket_codes: (string)[];
    booking_id: number | null;
    show: PlayedShow | null;
    slot: TimedSlot;
    venue: VenueName;
    offer_ends_at: string | null;
    closed_because: "slot_over" | "slot_closed" | "ticket" | "no_waitlist" | null;
    manage_url: string | null;
  }
  interface EntryAnswer {
    success: true;
    data: Entry;
  }
  interface ErasedAddress {
    address: string;
    cancel?: boolean;
  }
  interface ErasedAnswer {
    success: true;
    data: ErasedFields;
  }
  interface ErasedFields {
    rows: number;
    cancelled: number;
    dry_run: boolean;
  }
  interface Error {
    code: Reason;
    message: string;
  }
  interface ExceptionalDay {
    date: string;
    hours: (HoursOfDay)[];
  }
  interface ExitAtDoor {
    code: string;
    gate?: string | null;
    scan_id?: string | null;
    count?: number | null;
  }
  interface ExportAnswer {
    success: true;
    data: Record<string, unknown>;
  }
  interface FiguresWithChecks {
    capacity: number;
    booked: number;
    verified: number;
    walk_ins: number;
    utilisation: number | null;
    due: number;
    no_show: number | null;
    no_show_rate: number | null;
    made: number;
    cancelled: number;
    kept: number | null;
    scans: number;
    yellow: number;
    red: number;
    rejection: number | null;
    reasons: (ReasonCount)[];
    checked: number;
    converted: number;
    conversion: number | null;
  }
  interface FirstAdministrator {
    username: string;
    name: string;
    password?: string | null;
  }
  interface FirstEntry {
    verified_at: string;
    verified_by: number;
    operator_name: string;
    gate: string | null;
  }
  interface FoundTicket {
    ticket_id: number;
    ticket_code: string;
    status: string;
    customer_name: string | null;
    customer_email: string | null;
    customer_phone: string | null;
    order_reference: string | null;
    date: string | null;
    start_time: string | null;
    end_time: string | null;
    verified_at: string | null;
  }
  interface FoundTickets {
    tickets: (FoundTicket)[];
  }
  interface FoundTicketsAnswer {
    success: true;
    data: FoundTickets;
  }
  interface GateAnswer {
    success: true;
    data: GateFields;
  }
  interface GateFields {
    gate_id: number;
    venue_id: number;
    venue: string;
    name: string;
    retired_at: string | null;
    version: number;
  }
  interface GatePageAnswer {
    success: true;
    data: GatePageFields;
  }
  interface GatePageFields {
    gates: (GateFields)[];
    next: number | null;
  }
  interface GenerateSlots {
    venue_id?: number | null;
    from: string;
    to: string;
    hours?: (HoursOfWeekday)[] | null;
    closed_days?: (string)[];
    exceptions?: (ExceptionalDay)[];
    overlap?: boolean;
  }
  interface Guest {
    guest_id: number;
    name: string;
    party: number;
    admitted: number;
    note: string;
    email: string | null;
    status: "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    reservation_id: number;
    counts: boolean;
    slot_id: number;
    venue_id: number;
    timezone: string;
    date: string;
    start_time: string;
    end_time: string;
    whole_day: boolean;
    title: string;
    created_at: string;
    version: number;
  }
  interface GuestAnswer {
    success: true;
    data: Guest;
  }
  interface GuestList {
    guests: (Guest)[];
    next: number | null;
    slots: (GuestSlot)[];
  }
  interface GuestListAnswer {
    success: true;
    data: GuestList;
  }
  interface GuestSlot {
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
    whole_day: boolean;
    title: string;
    free: number;
    people: number;
    admitted: number;
  }
  interface HourOfReservations {
    date: string;
    hour: number;
    reservations: number;
  }
  interface HoursFields {
    opens: string;
    closes: string;
    minutes: number;
    capacity: number;
  }
  interface HoursOfDay {
    opens: string;
    closes: string;
    minutes: number;
    capacity: number;
  }
  interface HoursOfWeekday {
    opens: string;
    closes: string;
    minutes: number;
    capacity: number;
    weekday: number;
  }
  interface ImportAnswer {
    success: true;
    data: ImportRecord;
  }
  interface ImportColumn {
    header: string;
    column: string;
    guessed: string;
    samples: (string)[];
  }
  interface ImportDeleted {
    deleted: boolean;
  }
  interface ImportDeletedAnswer {
    success: true;
    data: ImportDeleted;
  }
  interface ImportLine {
    line: number;
    kind: "error" | "change" | "cancel";
    field: string | null;
    message: string;
    code: string | null;
    before: string | null;
    after: string | null;
  }
  interface ImportLineFields {
    lines: (ImportLine)[];
    next: string | null;
  }
  interface ImportLinesAnswer {
    success: true;
    data: ImportLineFields;
  }
  interface ImportPageAnswer {
    success: true;
    data: ImportPageFields;
  }
  interface ImportPageFields {
    imports: (ImportRecord)[];
    next: number | null;
  }
  interface ImportPreviewLine {
    line: string;
    code: string;
    order: string | null;
    product: string | null;
    channel: string;
    status: string;
    name: string | null;
    email: string | null;
    phone: string | null;
    what: "add" | "same" | "change" | "cancel" | "refuse";
  }
  interface ImportReading {
    encoding?: string | null;
    sheet?: string | null;
    mapping?: ("code" | "order" | "product" | "channel" | "status" | "name" | "first_name" | "last_name" | "email" | "phone" | "")[] | null;
  }
  interface ImportRecord {
    import_id: number;
    status: "ENCODING" | "MAPPING" | "CHECKING" | "READY" | "RUNNING" | "DONE" | "FAILED" | "EXPIRED";
    file_name: string;
    size_bytes: number;
    kind: "csv" | "xlsx" | null;
    encoding: string | null;
    sheet: string | null;
    sheets: (string)[];
    shop: string | null;
    columns: (ImportColumn)[];
    encodings: (EncodingChoice)[];
    notes: (string)[];
    preview: (ImportPreviewLine)[];
    problem: string | null;
    lines: number;
    lines_done: number;
    added: number;
    changed: number;
    cancelled: number;
    unchanged: number;
    refused: number;
    new_products: (string)[];
    unused_columns: (string)[];
    started_by: string;
    created_at: string;
    finished_at: string | null;
    version: number;
  }
  interface ImportRun {
    skip_errors?: boolean;
  }
  interface IssuedTicket {
    ticket_id: number;
    ticket_code: string;
  }
  interface IssuedTickets {
    order_id: number;
    product_id: number;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    channel: "direct" | "mini_program" | "ota";
    count: number;
    tickets: (IssuedTicket)[];
  }
  interface IssuedTicketsAnswer {
    success: true;
    data: IssuedTickets;
  }
  interface JoinWaitingRoom {
    for: string;
  }
  interface JoinWaitlist {
    ticket_codes: (string)[];
    slot_id: number;
    customer_email: string;
    customer_phone: string;
    contact_proof?: string | (string)[] | null;
    orq?: number | null;
  }
  interface JoinWithBooking {
    token: string;
  }
  interface Joined {
    waitlist_id: number;
    position: number;
    places: number;
    waitlist_url: string;
    token: string;
  }
  interface JoinedAnswer {
    success: true;
    data: Joined;
  }
  interface Leaving {
    left_at: string;
    gate: string | null;
  }
  interface LeftOutFields {
    name: string;
    reason: string;
  }
  interface Life {
    ticket: LifeTicket;
    reservation: LifeReservation | null;
    events: (LifeEvent)[];
    scans_left_out: boolean;
    timezone: string;
  }
  interface LifeAnswer {
    success: true;
    data: Life;
  }
  interface LifeEvent {
    at: string;
    kind: "issued" | "paid" | "activated" | "reserved" | "moved" | "expired" | "cancelled" | "waiting" | "offered" | "wait_ended" | "mail" | "scan" | "asked" | "declined" | "withdrawn" | "conflict" | "conflict_decided" | "ticket_cancelled";
    reservation_id?: number | null;
    venue?: string | null;
    date?: string | null;
    start_time?: string | null;
    end_time?: string | null;
    times?: number | null;
    cause?: string | null;
    outcome?: string | null;
    mail?: string | null;
    channel?: string | null;
    status?: string | null;
    recipient?: string | null;
    scan_id?: string | null;
    mode?: string | null;
    result?: string | null;
    reason?: string | null;
    gate?: string | null;
    device?: string | null;
    source?: string | null;
    entered?: boolean | null;
    undoes?: string | null;
    note?: string | null;
    scanned_at?: string | null;
    operator_id?: number | null;
    operator_name?: string | null;
  }
  interface LifeReservation {
    reservation_id: number;
    status: string;
    venue: string;
    date: string;
    start_time: string;
    end_time: string;
  }
  interface LifeTicket {
    ticket_id: number;
    ticket_code: string;
    status: string;
    channel: string;
    product: string;
    order_reference: string | null;
    customer_name: string | null;
    customer_email: string | null;
    customer_phone: string | null;
    valid_until: string | null;
  }
  interface ListPolicy {
    unreserved_entry: "deny" | "allow";
    late_entry_minutes: number;
    early_entry_minutes: number | null;
    re_entry: "deny" | "allow";
  }
  interface ListedBooking {
    booking_id: number;
    status: "PENDING" | "CONFIRMED" | "CHECKED_IN" | "CANCELLED" | "EXPIRED";
    name: string;
    email: string;
    phone: string | null;
    notes: string;
    party_size: number;
    admitted: number;
    language: string;
    consent: string;
    reservation_id: number | null;
    requested_at: string;
    expires_at: string;
    confirmed_at: string | null;
    checked_in_at: string | null;
    ended_at: string | null;
    end_cause: "expired" | "holder" | "staff" | "no_show" | "performance" | null;
    performance: ListedPerformance;
  }
  interface ListedBookingAnswer {
    success: true;
    data: ListedBooking;
  }
  interface ListedPerformance {
    performance_id: number;
    show_id: number;
    title: string;
    venue_id: number;
    timezone: string;
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
    room: string;
  }
  interface ListedProduct {
    product_id: number;
    name: string;
    name_zh: string;
    note: string;
    note_zh: string;
    attention: boolean;
    question: string;
    question_zh: string;
    gates: (string)[] | null;
  }
  interface ListedReservation {
    reservation_id: number;
    status: "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    people: number;
    admitted: number;
    booked_together: number;
    ticket_id: number;
    ticket_code: string | null;
    booking_id: number | null;
    guest_id: number | null;
    channel: "direct" | "mini_program" | "ota" | "booking" | "guest";
    product: string | null;
    order_reference: string | null;
    name: string | null;
    email: string;
    phone: string;
    language: string;
    reserved_at: string;
    moved_at: string | null;
    verified_at: string | null;
    cancelled_at: string | null;
    cancel_cause: string | null;
    slot: ListedSlot;
    version: number;
  }
  interface ListedReservationAnswer {
    success: true;
    data: ListedReservation;
  }
  interface ListedSlot {
    slot_id: number;
    venue_id: number;
    venue: string;
    timezone: string;
    date: string;
    start_time: string;
    end_time: string;
    whole_day: boolean;
    show_id: number | null;
    title: string | null;
  }
  interface LoggedScan {
    scan_id: string;
    mode: "validate" | "verify" | "undo" | "exit" | "override";
    ticket_code: string;
    ticket_id: number | null;
    booking_id: number | null;
    gate: string | null;
    device: string | null;
    source: string;
    operator_id: number;
    operator_name: string | null;
    result: "GREEN" | "YELLOW" | "RED";
    reason: string;
    entered: boolean;
    people: number;
    show_id: number | null;
    show: string | null;
    room: string | null;
    undone: boolean;
    undoes: string | null;
    note: string | null;
    day: string;
    happened_at: string;
    scanned_at: string;
    logged_at: string;
  }
  interface LoggedScanPage {
    scans: (LoggedScan)[];
    next: string | null;
  }
  interface LoggedScanPageAnswer {
    success: true;
    data: LoggedScanPage;
  }
  interface Login {
    username?: string | null;
    password?: string | null;
    organisation?: string | null;
    pin?: string | null;
    challenge?: string | null;
    code?: string | null;
    recovery_code?: string | null;
  }
  interface MadePerformance {
    performance_id: number | null;
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
    capacity: number;
  }
  interface MadePerformances {
    performances: (MadePerformance)[];
    skipped: (SkippedPerformance)[];
    overlaps: (OverlapFields)[];
    dry_run: boolean;
  }
  interface MadePerformancesAnswer {
    success: true;
    data: MadePerformances;
  }
  interface MadeSlotsAnswer {
    success: true;
    data: MadeSlotsFields;
  }
  interface MadeSlotsFields {
    venue_id: number;
    counts: SlotPlanCounts;
    made: (PlannedSlotFields)[];
    standing: (OtherSlot)[];
    overlapping: (SlotOverlapFields)[];
    skipped: (SkippedSlotFields)[];
    dry_run: boolean;
  }
  interface Mail {
    id: number;
    kind: string;
    channel: "mail" | "sms" | "webhook";
    status: "PENDING" | "SENT" | "DEAD" | "DROPPED";
    overdue: boolean;
    recipient: string;
    language: string;
    attempts: number;
    created_at: string;
    next_attempt_at: string | null;
    sent_at: string | null;
    trouble: string | null;
    can_retry: boolean;
    can_discard: boolean;
  }
  interface MailAnswer {
    success: true;
    data: Mail;
  }
  interface MailFigures {
    dead: number;
    overdue: number;
    waiting: number;
    last_sent_at: string | null;
  }
  interface MailPage {
    mails: (Mail)[];
    next: number | null;
    figures: MailFigures;
    server_time: string;
  }
  interface MailPageAnswer {
    success: true;
    data: MailPage;
  }
  interface MessageReach {
    addresses: number;
    people: number;
    unreached: number;
    languages: Record<string, unknown>;
  }
  interface MoveBooking {
    performance_id: number;
  }
  interface MovePerformance {
    date?: string | null;
    start_time?: string | null;
    room_id?: number | null;
    minutes?: number | null;
    message?: string;
    overlap?: boolean;
  }
  interface MoveReservation {
    slot_id: number;
    party?: boolean;
  }
  interface MovedPerformance {
    performance: PerformanceFields;
    concerned: Concerned;
    overlaps: (OverlapFields)[];
    notified: number;
    remaining: number;
    dry_run: boolean;
  }
  interface MovedPerformanceAnswer {
    success: true;
    data: MovedPerformance;
  }
  interface MovedReservation {
    slot_id: number;
    party?: boolean;
  }
  interface NamedDayFields {
    date: string;
    name: string;
  }
  interface NewApiKeyFields {
    name: string;
    scopes: ("orders" | "tickets:read" | "scans:read" | "slots" | "webhooks")[];
    venue_ids?: (number)[];
    requests_per_minute?: number;
  }
  interface NewClosedDays {
    venue_id?: number | null;
    dates: (string)[];
    name?: string;
    hours?: (HoursOfDay)[];
  }
  interface NewDevice {
    name: string;
    gate?: string | null;
    mode?: "entry" | "exit" | "both" | "kiosk";
    venue_id?: number | null;
  }
  interface NewGate {
    name: string;
    venue_id?: number | null;
  }
  interface NewGuest {
    name: string;
    party?: number;
    note?: string;
    email?: string | null;
  }
  interface NewGuests {
    slot_id?: number | null;
    venue_id?: number | null;
    date?: string | null;
    counts?: boolean;
    invite?: boolean;
    again?: boolean;
    language?: "en" | "zh_Hans";
    guests: (NewGuest)[];
  }
  interface NewOrganisation {
    name: string;
    slug?: string | null;
    administrator: FirstAdministrator;
  }
  interface NewPerformance {
    show_id: number;
    room_id: number;
    minutes?: number | null;
    additional_seats?: number;
    occupied_seats?: number;
    booking_opens_at?: string | null;
    booking_closes_at?: string | null;
    booking_closes_minutes?: number | null;
    booking_closed?: boolean;
    check_in_opens_minutes?: number | null;
    check_in_closes_minutes?: number | null;
    largest_party?: number | null;
    overlap?: boolean;
    date: string;
    start_time: string;
  }
  interface NewProduct {
    name: string;
    name_zh?: string;
    activation_mode?: "immediate" | "deferred";
    venue_id?: number | null;
    valid_days?: number | null;
    valid_until?: string | null;
    gate_ids?: (number)[];
    note?: string;
    note_zh?: string;
    attention?: boolean;
    question?: string;
    question_zh?: string;
    sold_at_door?: boolean;
  }
  interface NewRoom {
    name: string;
    capacity: number;
    accessibility?: string;
    venue_id?: number | null;
  }
  interface NewRun {
    show_id: number;
    room_id: number;
    minutes?: number | null;
    additional_seats?: number;
    occupied_seats?: number;
    booking_opens_at?: string | null;
    booking_closes_at?: string | null;
    booking_closes_minutes?: number | null;
    booking_closed?: boolean;
    check_in_opens_minutes?: number | null;
    check_in_closes_minutes?: number | null;
    largest_party?: number | null;
    overlap?: boolean;
    times: (string)[];
    from?: string | null;
    to?: string | null;
    weekdays?: (number)[];
    except?: (string)[];
    dates?: (string)[];
  }
  interface NewShopOrder {
    reference?: string | null;
    items: (OrderItemFields)[];
    customer?: OrderCustomer | null;
    paid?: boolean;
    mail?: boolean;
  }
  interface NewShow {
    title: string;
    subtitle?: string;
    description?: string;
    translations?: Record<string, unknown>;
    duration_minutes?: number | null;
    spoken_language?: string;
    minimum_age?: number | null;
    accessibility?: string;
    consent?: string;
    largest_party?: number;
    venue_id?: number | null;
  }
  interface NewSlot {
    venue_id?: number | null;
    date: string;
    start_time: string;
    end_time: string;
    capacity: number;
    overlap?: boolean;
  }
  interface NewSlotMessage {
    slot_id: number;
    message: string;
  }
  interface NewStaffMember {
    username: string;
    name: string;
    role: string;
    email?: string | null;
    password?: string | null;
    pin?: string | null;
    invite?: boolean;
    venue_ids?: (number)[];
    gate_ids?: (number)[];
    valid_from?: string | null;
    valid_until?: string | null;
    shifts?: (ShiftFields)[];
  }
  interface NewTickets {
    count: number;
    product_id?: number | null;
    status?: "ACTIVATED" | "PENDING_PAYMENT" | "INACTIVE";
    channel?: "direct" | "mini_program" | "ota";
    order_id?: number | null;
    email?: string | null;
  }
  interface NewVenue {
    name: string;
    timezone: string;
    address?: string;
    country?: string;
    language?: string;
  }
  interface NewWebhook {
    name: string;
    url: string;
    events: ("order.created" | "order.paid" | "order.cancelled" | "ticket.activated" | "ticket.cancelled" | "reservation.created" | "reservation.modified" | "reservation.cancelled" | "booking.created" | "booking.confirmed" | "booking.cancelled" | "entry.recorded" | "entry.undone" | "exit.recorded" | "entry.refused" | "slot.full" | "slot.closed" | "waitlist.offered")[];
    venue_id?: number | null;
    batch?: number;
    paused?: boolean;
  }
  interface OfflineScan {
    scan_id: string;
    code: string;
    scanned_at: string;
    offline_result: "GREEN" | "YELLOW" | "RED";
    gate?: string | null;
    mode?: "verify" | "validate" | "exit";
    admitted?: boolean | null;
    count?: number | null;
    party?: boolean;
    answer?: "yes" | "no" | null;
  }
  interface OnSale {
    venue_id: number;
    products: (ProductOnSale)[];
    slots: (SlotOnSale)[];
    most: number;
  }
  interface OnSaleAnswer {
    success: true;
    data: OnSale;
  }
  interface OpenEnrolmentAnswer {
    success: true;
    data: OpenEnrolmentFields;
  }
  interface OpenEnrolmentFields {
    device: DeviceFields;
    code: string;
    url: string;
    qr_png: string;
    dry_run: boolean;
  }
  interface OpenRoomFields {
    key: string;
    title: string;
    room: string;
    date: string;
    start_time: string | null;
    end_time: string | null;
    waiting: number;
    turns: number;
    admitted: number;
    joined: number;
    places_left: number | null;
    seconds: number | null;
  }
  interface OpenSession {
    session_id: number;
    device: string;
    client_ip: string | null;
    signed_in_at: string;
    last_seen_at: string;
    expires_at: string;
    is_own: boolean;
  }
  interface OpenSessions {
    sessions: (OpenSession)[];
  }
  interface OpenSessionsAnswer {
    success: true;
    data: OpenSessions;
  }
  interface OpeningHoursAnswer {
    success: true;
    data: OpeningHoursFields;
  }
  interface OpeningHoursFields {
    venue_id: number;
    hours: (WeekdayHoursFields)[];
    version: number;
  }
  interface Operator {
    id: number;
    name: string;
    role: "OPERATOR" | "MANAGER" | "ADMIN" | "OWNER";
  }
  interface OperatorDecisions {
    decided: number;
    green: number;
    yellow: number;
    red: number;
    overridden: number;
    undone: number;
    accuracy: number | null;
    operator_id: number;
    operator_name: string | null;
  }
  interface OperatorFigures {
    from: string;
    to: string;
    venue_id: number;
    total: Decisions;
    operators: (OperatorDecisions)[];
    shifts: (ShiftDecisions)[];
  }
  interface OperatorFiguresAnswer {
    success: true;
    data: OperatorFigures;
  }
  interface OrderCustomer {
    name?: string | null;
    email?: string | null;
    language?: "en" | "zh_Hans" | null;
  }
  interface OrderItemFields {
    product_id: number;
    quantity?: number;
    channel?: "direct" | "mini_program" | "ota";
  }
  interface OrderTicket {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    reserved_date: string | null;
    venue_id: number | null;
  }
  interface OrderTickets {
    tickets: (OrderTicket)[];
  }
  interface OrderTicketsAnswer {
    success: true;
    data: OrderTickets;
  }
  interface OrganisationAnswer {
    success: true;
    data: OrganisationFields;
  }
  interface OrganisationFields {
    organisation_id: number;
    name: string;
    slug: string;
    created_at: string;
    version: number;
    venues: number;
    staff: number;
  }
  interface OrganisationPageAnswer {
    success: true;
    data: OrganisationPageFields;
  }
  interface OrganisationPageFields {
    organisations: (OrganisationFields)[];
    next: number | null;
  }
  interface OrganiserShowAnswer {
    success: true;
    data: ShowFields;
  }
  interface OtherPerformance {
    performance_id: number | null;
    title: string;
    date: string;
    start_time: string;
    end_time: string;
  }
  interface OtherSlot {
    slot_id: number | null;
    date: string;
    start_time: string;
    end_time: string;
  }
  interface OverlapFields {
    date: string;
    start_time: string;
    end_time: string;
    with: OtherPerformance;
  }
  interface OwnAccountAnswer {
    success: true;
    data: StaffMember;
  }
  interface OwnSecret {
    old: string;
    password?: string | null;
    pin?: string | null;
  }
  interface Party {
    booking_id: number | null;
    size: number;
    admitted: number;
    remaining: number;
  }
  interface PartyMember {
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
    reservation_id: number;
    ticket_id: number;
    ticket_code: string;
    status: "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
  }
  interface PartyPlace {
    reservation_id: number;
    ticket_code: string;
    qr_code: string;
  }
  interface PartyReserved {
    reservations: (PartyPlace)[];
    slot: BookedSlot;
    confirmation_sent: boolean;
    manage_url: string;
    token: string;
  }
  interface PartyReservedAnswer {
    success: true;
    data: PartyReserved;
  }
  interface PastedGuests {
    slot_id?: number | null;
    venue_id?: number | null;
    date?: string | null;
    counts?: boolean;
    invite?: boolean;
    again?: boolean;
    language?: "en" | "zh_Hans";
    lines: string;
  }
  interface PayShopOrder {
    mail?: boolean;
  }
  interface PerformanceAnswer {
    success: true;
    data: PerformanceFields;
  }
  interface PerformanceFields {
    performance_id: number;
    show_id: number;
    title: string;
    room_id: number;
    room: string;
    room_capacity: number;
    venue_id: number;
    timezone: string;
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
    capacity: number;
    available_count: number;
    additional_seats: number;
    occupied_seats: number;
    booked: number;
    held: number;
    admitted: number;
    status: "ACTIVE" | "CANCELLED";
    booking: "OPEN" | "NOT_YET" | "CLOSED" | "CANCELLED" | "OVER";
    booking_opens_at: string | null;
    booking_closes_at: string | null;
    booking_closed: boolean;
    check_in_opens_minutes: number | null;
    check_in_closes_minutes: number | null;
    largest_party: number | null;
    show_largest_party: number;
    cancelled_at: string | null;
    cancel_message: string;
    bookings_ended: boolean;
    moved_at: string | null;
    version: number;
  }
  interface PerformanceOfShow {
    performance_id: number;
    date: string;
    start_time: string;
    end_time: string;
    room: string;
    capacity: number;
    available_count: number;
    capacity_status: "AVAILABLE" | "LIMITED" | "FULL";
    booking_open: boolean;
    booking_state: "OPEN" | "NOT_YET" | "CLOSED" | "CANCELLED";
    booking_opens_at: string | null;
    booking_closes_at: string | null;
    starts_at: string;
    ends_at: string;
    largest_party: number;
  }
  interface PerformancePageAnswer {
    success: true;
    data: PerformancePageFields;
  }
  interface PerformancePageFields {
    performances: (PerformanceFields)[];
    next: string | null;
  }
  interface Person {
    id: number;
    name: string | null;
  }
  interface PersonAddress {
    address: string;
  }
  interface PersonAnswer {
    success: true;
    data: PersonFields;
  }
  interface PersonFields {
    rows: Record<string, unknown>;
    visits: (Visit)[];
  }
  interface PlannedSlotFields {
    slot_id: number | null;
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
    capacity: number;
  }
  interface PlayedShow {
    show_id: number;
    title: string;
    room: string;
  }
  interface PolicyEffectFields {
    date: string;
    scans: number;
    results: Record<string, unknown>;
    changed: (ChangedScansFields)[];
    undecided: number;
  }
  interface PolicyFields {
    name: string;
    group: "door" | "bookings" | "waitlist" | "staff" | "alerts" | "venue";
    label: string;
    sentence: string;
    noticed_by: string;
    choices: (string)[] | null;
    value_type: string | null;
    off: string | null;
    default: Record<string, unknown>;
    value: Record<string, unknown>;
    decides_scans: boolean;
  }
  interface PortalDay {
    checked: number;
    contact_verified: number;
    booked: number;
    contact_rate: number | null;
    conversion: number | null;
    reservations: number;
    refused: number;
    activation_due: number;
    activated: number;
    activation_rate: number | null;
    reservation_due: number;
    reserved: number;
    reservation_rate: number | null;
    date: string;
  }
  interface PortalFigures {
    from: string;
    to: string;
    venue_id: number;
    total: PortalSums;
    refusals: (PortalRefusals)[];
    times: BookingTimes;
    hours: (HourOfReservations)[];
    days: (PortalDay)[];
  }
  interface PortalFiguresAnswer {
    success: true;
    data: PortalFigures;
  }
  interface PortalRefusals {
    step: "ticket" | "contact" | "booking";
    reason: string;
    refusals: number;
  }
  interface PortalSums {
    checked: number;
    contact_verified: number;
    booked: number;
    contact_rate: number | null;
    conversion: number | null;
    reservations: number;
    refused: number;
    activation_due: number;
    activated: number;
    activation_rate: number | null;
    reservation_due: number;
    reserved: number;
    reservation_rate: number | null;
  }
  interface PosterFields {
    url: string;
    width: number;
    height: number;
  }
  interface Presence {
    inside_since: string | null;
    left_at: string | null;
    left_gate: string | null;
    inside?: number | null;
  }
  interface Product {
    product_id: number;
    name: string;
    note: string | null;
    attention: boolean;
    question: string | null;
    gates: (string)[] | null;
  }
  interface ProductAnswer {
    success: true;
    data: ProductRecord;
  }
  interface ProductDeleted {
    deleted: boolean;
  }
  interface ProductDeletedAnswer {
    success: true;
    data: ProductDeleted;
  }
  interface ProductGate {
    gate_id: number;
    venue_id: number;
    name: string;
  }
  interface ProductOnSale {
    product_id: number;
    name: string;
    note: string;
    question: string;
  }
  interface ProductPageAnswer {
    success: true;
    data: ProductPageFields;
  }
  interface ProductPageFields {
    products: (ProductRecord)[];
    next: number | null;
  }
  interface ProductRecord {
    product_id: number;
    venue_id: number | null;
    venue: string | null;
    name: string;
    name_zh: string;
    activation_mode: "immediate" | "deferred";
    valid_days: number | null;
    valid_until: string | null;
    gates: (ProductGate)[];
    note: string;
    note_zh: string;
    attention: boolean;
    question: string;
    question_zh: string;
    sold_at_door: boolean;
    has_tickets: boolean;
    archived_at: string | null;
    version: number;
  }
  interface ProviderChecked {
    answers: true;
  }
  interface ProviderCheckedAnswer {
    success: true;
    data: ProviderChecked;
  }
  interface PublicShow {
    show_id: number;
    title: string;
    subtitle: string;
    description: string;
    duration_minutes: number | null;
    spoken_language: string;
    minimum_age: number | null;
    accessibility: string;
    consent: string;
    poster_url: string | null;
    page_url: string;
    venue: ShowVenue;
    performances: (PerformanceOfShow)[];
  }
  interface Ready {
    status: "ok" | "degraded" | "unavailable";
    database: "ok" | "down";
    redis: "ok" | "down";
    mail: "ok" | "not_set";
    jobs: "ok" | "away" | "unknown";
  }
  type Reason = "VALID" | "VERIFIED" | "ALREADY_VERIFIED" | "NO_RESERVATION" | "WRONG_DATE" | "TOO_EARLY" | "WRONG_VENUE" | "WRONG_GATE" | "QUESTION_UNANSWERED" | "QUESTION_DENIED" | "PARTY_TOO_LARGE" | "VENUE_FULL" | "BOOKING_NOT_CONFIRMED" | "UNDONE" | "EXIT_RECORDED" | "ALREADY_LEFT" | "NOT_INSIDE" | "MAY_RETURN" | "RE_ENTRY" | "EXIT_UNDONE" | "RETURN_UNDONE" | "TICKET_NOT_FOUND" | "TICKET_NOT_ACTIVATED" | "TICKET_EXPIRED" | "TICKET_CANCELLED" | "TICKET_ALREADY_RESERVED" | "TICKET_ALREADY_USED" | "TICKET_ALREADY_ACTIVATED" | "SLOT_NOT_FOUND" | "SLOT_FULL" | "SLOT_CLOSED" | "SLOT_PAST" | "RESERVATION_NOT_FOUND" | "ORDER_NOT_FOUND" | "ORDER_EXISTS" | "ORDER_CANCELLED" | "API_KEY_NOT_FOUND" | "API_KEY_REVOKED" | "CHANGE_TOO_LATE" | "ORGANIZATION_MISMATCH" | "INVALID_CONTACT" | "IDEMPOTENCY_KEY_REUSED" | "CONTACT_NOT_VERIFIED" | "CODE_TOO_SOON" | "CODE_TOO_MANY" | "CODE_WRONG" | "CODE_LOCKED" | "CODE_EXPIRED" | "CODE_USED" | "SLOT_NOT_FULL" | "ALREADY_WAITING" | "WAITLIST_CLOSED" | "WAITLIST_NOT_FOUND" | "NO_OFFER" | "OFFER_LAPSED" | "CAPACITY_TAKEN" | "WAITING_ROOM" | "SHOW_NOT_FOUND" | "PERFORMANCE_NOT_FOUND" | "BOOKING_CLOSED" | "NO_CAPACITY" | "TOO_MANY_PENDING" | "CONFIRMATION_NOT_FOUND" | "CONFIRMATION_EXPIRED" | "CONFIRMATION_USED" | "BOOKING_NOT_FOUND" | "BOOKING_CANCELLED" | "ALREADY_CHECKED_IN" | "CHECK_IN_NOT_OPEN" | "MAIL_SETTLED" | "MAIL_ON_ITS_WAY" | "MAIL_NOT_RETRYABLE" | "IMPORT_NOT_FOUND" | "IMPORT_NOT_READY" | "IMPORT_HAS_ERRORS" | "IMPORTS_WAITING" | "ROOM_NOT_FOUND" | "VERSION_MISMATCH" | "ROOM_IN_USE" | "VENUE_IN_USE" | "GATE_IN_USE" | "SHOW_IN_USE" | "SHOW_ARCHIVED" | "WEBHOOK_NOT_FOUND" | "PRODUCT_NOT_FOUND" | "PRODUCT_IN_USE" | "PRODUCT_ARCHIVED" | "SHOW_HAS_BOOKINGS" | "PERFORMANCES_OVERLAP" | "PERFORMANCE_IN_USE" | "PERFORMANCE_CANCELLED" | "PERFORMANCE_OVER" | "PERFORMANCE_BEGUN" | "SLOTS_OVERLAP" | "SLOT_IN_USE" | "SLOT_TOO_SMALL" | "SLOT_CLOSING" | "SLOT_NOT_BEGUN" | "CLOSED_DAY_NOT_FOUND" | "GUEST_NOT_FOUND" | "GUEST_IN" | "NOBODY_TO_WRITE_TO" | "NOT_RESENDABLE" | "PERSON_NOT_FOUND" | "PERSON_EXPECTED" | "SCANNER_NOT_FOUND" | "SCANNER_NOT_ENROLLED" | "SCANNER_REVOKED" | "SCANNER_WIPED" | "SCANNER_NOT_IN_USE" | "ENROLMENT_CODE_WRONG" | "SCAN_NOT_FOUND" | "SCAN_ID_REUSED" | "NOTHING_TO_UNDO" | "UNDO_TOO_LATE" | "LEFT_SINCE" | "MOVED_SINCE" | "CONFLICT_DECIDED" | "NOTHING_TO_DISPUTE" | "DISPUTE_DECIDED" | "OPERATOR_MISMATCH" | "UNAUTHENTICATED" | "FORBIDDEN" | "INVALID_CREDENTIALS" | "LOCKED_OUT" | "OUTSIDE_SHIFT" | "ADDRESS_NOT_ALLOWED" | "STAFF_NOT_FOUND" | "LAST_ADMINISTRATOR" | "STAFF_DISABLED" | "NO_EMAIL" | "INVITATION_ACCEPTED" | "LINK_NOT_FOUND" | "LINK_EXPIRED" | "LINK_USED" | "SESSION_NOT_FOUND" | "ADDRESS_LOCKS_YOU_OUT" | "SECOND_FACTOR_REQUIRED" | "SECOND_FACTOR_WRONG" | "SECOND_FACTOR_EXISTS" | "SECOND_FACTOR_NOT_FOUND" | "SIGN_IN_STEP_EXPIRED" | "PROVIDER_REQUIRED" | "PROVIDER_ACCOUNT_UNKNOWN" | "PROVIDER_ACCOUNT_TAKEN" | "PROVIDER_REFUSED" | "PROVIDER_UNAVAILABLE" | "INVALID_REQUEST" | "INVALID_FRAME" | "UNKNOWN_COMMAND" | "UNKNOWN_TOPIC" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "REQUEST_TIMEOUT" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "RATE_LIMITED" | "BUSY" | "SERVICE_UNAVAILABLE" | "INTERNAL";
  interface ReasonCount {
    result: "YELLOW" | "RED";
    reason: string;
    scans: number;
  }
  interface RefundOrder {
    reason: string;
    ticket_ids: (number)[];
  }
  interface RefundShopOrder {
    reason: string;
    ticket_codes: (string)[];
  }
  interface Refusal {
    success: false;
    error: Error;
  }
  interface ReleasedAnswer {
    success: true;
    data: ReleasedFields;
  }
  interface ReleasedFields {
    slot_id: number;
    released: number;
    dry_run: boolean;
  }
  interface Removed {
    removed: boolean;
  }
  interface RemovedAnswer {
    success: true;
    data: Removed;
  }
  interface RenameOwn {
    name: string;
  }
  interface ReplayAnswer {
    success: true;
    data: ReplayFields;
  }
  interface ReplayFields {
    from_sequence: number;
    last_sequence: number;
    events: number;
  }
  interface ReplayedEvents {
    from: number;
  }
  interface RequestBooking {
    performance_id: number;
    name: string;
    email: string;
    phone?: string | null;
    party_size: number;
    notes?: string | null;
    consent?: boolean;
    orq?: number | null;
  }
  interface Reservation {
    reservation_id: number;
    ticket_id: number;
    ticket_code: string;
    status: "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    slot: TimedSlot;
    venue: VenuePlace;
    customer_email: string;
    customer_phone: string;
    reserved_at: string;
    places: number;
    booking: BookedSeats | null;
    change_cutoff_hours: number;
    can_change: boolean;
    change_until: string;
    calendar_links: CalendarLinks;
    party: (PartyMember)[];
  }
  interface ReservationAnswer {
    success: true;
    data: Reservation;
  }
  interface ReservationList {
    reservations: (ListedReservation)[];
    next: number | null;
    capped: boolean;
  }
  interface ReservationListAnswer {
    success: true;
    data: ReservationList;
  }
  interface Reserved {
    reservation_id: number;
    ticket_code: string;
    slot: BookedSlot;
    confirmation_sent: boolean;
    qr_code: string;
    manage_url: string;
  }
  interface ReservedAnswer {
    success: true;
    data: Reserved;
  }
  interface ResetSecret {
    staff_id: number;
    sent_to: string | null;
    pin: string | null;
  }
  interface ResetSecretAnswer {
    success: true;
    data: ResetSecret;
  }
  interface ResetStaffSecret {
    how: "mail" | "pin";
  }
  interface ResizedPerformance {
    performance_id: number;
    title: string;
    date: string;
    start_time: string;
    was: number;
    capacity: number;
  }
  interface RetentionAnswer {
    success: true;
    data: RetentionFields;
  }
  interface RetentionFields {
    retention_days: number | null;
    due: number;
  }
  interface RoomAnswer {
    success: true;
    data: RoomFields;
  }
  interface RoomFields {
    room_id: number;
    venue_id: number;
    venue: string;
    name: string;
    capacity: number;
    accessibility: string;
    performances: number;
    performances_to_come: number;
    version: number;
  }
  interface RoomPageAnswer {
    success: true;
    data: RoomPageFields;
  }
  interface RoomPageFields {
    rooms: (RoomFields)[];
    next: number | null;
  }
  interface Scan {
    code: string;
    mode?: "validate" | "verify";
    gate?: string | null;
    scan_id?: string | null;
    count?: number | null;
    party?: boolean;
    answer?: "yes" | "no" | null;
  }
  interface Security {
    version: number;
    require_second_factor: "none" | "administrators" | "passwords" | "everybody";
    passwords: "everybody" | "administrators" | "nobody";
    issuer: string;
    client_id: string;
    has_client_secret: boolean;
    label: string;
    match: "email" | "username" | "linked";
    worked_at: string | null;
    redirect_uri: string;
  }
  interface SecurityAnswer {
    success: true;
    data: Security;
  }
  interface SecurityPeople {
    people: (SecurityPerson)[];
    next: number | null;
  }
  interface SecurityPeopleAnswer {
    success: true;
    data: SecurityPeople;
  }
  interface SecurityPerson {
    staff_id: number;
    username: string;
    name: string;
    role: "OPERATOR" | "MANAGER" | "ADMIN" | "OWNER";
    has_password: boolean;
    second_factor_since: string | null;
    second_factor_used_at: string | null;
    recovery_codes_left: number;
    connected_at: string | null;
  }
  interface SellAtDoor {
    scan_id: string;
    slot_id: number;
    product_id: number;
    count?: number;
    admit?: boolean;
    answer?: "yes" | "no" | null;
    name?: string | null;
    email?: string | null;
    gate?: string | null;
  }
  interface SendAgain {
    ticket_code?: string | null;
    email?: string | null;
    orq?: number | null;
  }
  interface SendCode {
    email: string;
    phone: string;
    channel: "email" | "sms";
    orq?: number | null;
  }
  interface SentAgain {
    success: true;
    message: string;
  }
  interface SentTicket {
    sent_to: string;
  }
  interface SentTicketAnswer {
    success: true;
    data: SentTicket;
  }
  interface ShiftDecisions {
    decided: number;
    green: number;
    yellow: number;
    red: number;
    overridden: number;
    undone: number;
    accuracy: number | null;
    operator_id: number;
    operator_name: string | null;
    date: string;
    starts_at: string;
    ends_at: string;
    planned: boolean;
  }
  interface ShiftFields {
    date: string;
    start_time: string;
    end_time: string;
  }
  interface ShopCustomer {
    name: string | null;
    email: string | null;
    language: string | null;
  }
  interface ShopOrder {
    order_id: number;
    reference: string;
    status: "PENDING_PAYMENT" | "PAID" | "CANCELLED";
    created_at: string;
    paid_at: string | null;
    cancelled_at: string | null;
    customer: ShopCustomer;
    tickets: (ShopTicket)[];
  }
  interface ShopOrderAnswer {
    success: true;
    data: ShopOrder;
  }
  interface ShopTicket {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    channel: "direct" | "mini_program" | "ota";
    product_id: number;
    product: string;
    valid_until: string | null;
    reserved_date: string | null;
    qr_url: string;
    booking_url: string;
  }
  interface ShowAnswer {
    success: true;
    data: PublicShow;
  }
  interface ShowFields {
    show_id: number;
    venue_id: number;
    venue: string;
    timezone: string;
    title: string;
    subtitle: string;
    description: string;
    translations: Record<string, unknown>;
    duration_minutes: number | null;
    spoken_language: string;
    minimum_age: number | null;
    accessibility: string;
    consent: string;
    largest_party: number;
    status: "DRAFT" | "PUBLISHED" | "ARCHIVED";
    poster: PosterFields | null;
    performances: number;
    performances_to_come: number;
    next_performance_at: string | null;
    version: number;
    created_at: string;
    updated_at: string;
  }
  interface ShowFigures {
    capacity: number;
    booked: number;
    verified: number;
    walk_ins: number;
    utilisation: number | null;
    due: number;
    no_show: number | null;
    no_show_rate: number | null;
    made: number;
    cancelled: number;
    kept: number | null;
    scans: number;
    yellow: number;
    red: number;
    rejection: number | null;
    reasons: (ReasonCount)[];
    show_id: number;
    show: string;
    performances: number;
  }
  interface ShowPageAnswer {
    success: true;
    data: ShowPageFields;
  }
  interface ShowPageFields {
    shows: (ShowFields)[];
    next: number | null;
  }
  interface ShowVenue {
    id: number;
    name: string;
    address: string;
    timezone: string;
  }
  interface ShowsAnswer {
    success: true;
    data: (PublicShow)[];
  }
  interface SignedIn {
    token: string;
    expires_at: string;
    operator: Operator;
    recovery_codes: (string)[];
  }
  interface SignedInAnswer {
    success: true;
    data: SignedIn;
  }
  interface SignedOut {
    signed_out: true;
  }
  interface SignedOutAnswer {
    success: true;
    data: SignedOut;
  }
  interface SkippedPerformance {
    date: string;
    start_time: string;
    cause: "no_such_time" | "past" | "exists";
  }
  interface SkippedSlotFields {
    date: string;
    start_time: string | null;
    cause: "closed" | "no_such_time" | "past";
    name: string;
  }
  interface Slot {
    id: number;
    venue_id: number;
    date: string;
    start_time: string;
    end_time: string;
    ends_at: string;
    total_capacity: number;
    booked_count: number;
    available_count: number;
    status: "ACTIVE" | "FULL" | "CLOSED";
    capacity_status: "AVAILABLE" | "LIMITED" | "FULL";
  }
  interface SlotFigures {
    capacity: number;
    booked: number;
    verified: number;
    walk_ins: number;
    utilisation: number | null;
    due: number;
    no_show: number | null;
    no_show_rate: number | null;
    made: number;
    cancelled: number;
    kept: number | null;
    scans: number;
    yellow: number;
    red: number;
    rejection: number | null;
    reasons: (ReasonCount)[];
    slot_id: number;
    start_time: string;
    end_time: string;
    show_id: number | null;
    show: string | null;
    room: string | null;
    is_cancelled: boolean;
  }
  interface SlotMessage {
    message_id: number;
    slot_id: number;
    message: string;
    staff_id: number | null;
    created_at: string;
    finished_at: string | null;
    queued: number;
    sent: number;
    failed: number;
    dropped: number;
    waiting: number;
  }
  interface SlotMessageAnswer {
    success: true;
    data: SlotMessage;
  }
  interface SlotMessageList {
    messages: (SlotMessage)[];
    next: number | null;
    reach: MessageReach;
  }
  interface SlotMessageListAnswer {
    success: true;
    data: SlotMessageList;
  }
  interface SlotOnSale {
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
    is_running: boolean;
    free: number;
  }
  interface SlotOverlapFields {
    date: string;
    start_time: string;
    end_time: string;
    with: OtherSlot;
  }
  interface SlotPlanCounts {
    made: number;
    standing: number;
    overlapping: number;
    skipped: number;
  }
  interface SoldTicket {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    product: string;
    verified_at: string | null;
    qr_code: string;
  }
  interface StaffMember {
    staff_id: number;
    username: string;
    name: string;
    role: "OPERATOR" | "MANAGER" | "ADMIN" | "OWNER";
    email: string | null;
    status: "ACTIVE" | "INVITED" | "DISABLED";
    venue_ids: (number)[];
    gate_ids: (number)[];
    gates: (string)[];
    valid_from: string | null;
    valid_until: string | null;
    shifts: (StaffShift)[];
    has_password: boolean;
    has_pin: boolean;
    invited_until: string | null;
    last_signed_in_at: string | null;
    disabled_at: string | null;
    created_at: string;
    version: number;
  }
  interface StaffMemberAnswer {
    success: true;
    data: StaffMember;
  }
  interface StaffPage {
    staff: (StaffMember)[];
    next: number | null;
  }
  interface StaffPageAnswer {
    success: true;
    data: StaffPage;
  }
  interface StaffShift {
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
  }
  interface SyncScans {
    scans: (OfflineScan)[];
    skew_ms?: number;
    device?: string | null;
  }
  interface Synced {
    scan_id: string;
    outcome: "accepted" | "duplicate" | "conflict" | "refused";
    reason: Reason;
    decision: Decision | null;
    repeated?: boolean;
    conflict_id?: number | null;
    kind?: "already_verified" | "cancelled" | "unknown" | "wrong_date" | "wrong_venue" | "too_early" | "expired" | "not_activated" | "no_reservation" | "not_confirmed" | "party_too_large" | "wrong_gate" | "not_asked" | "question_denied" | null;
    first_entry?: FirstEntry | null;
    people?: number | null;
  }
  interface SyncedAnswer {
    success: true;
    data: SyncedScans;
  }
  interface SyncedScans {
    results: (Synced)[];
    server_time: string;
  }
  interface Ticket {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    channel: "direct" | "mini_program" | "ota";
    activation_mode: "immediate" | "deferred";
    activated_at: string | null;
    reserved_at: string | null;
    verified_at: string | null;
    valid_until: string | null;
    reservation: TicketReservation | null;
  }
  interface TicketAnswer {
    success: true;
    data: Ticket;
  }
  interface TicketChecked {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    product_id: number;
    order_id: number;
    order_tickets: number;
    venue: TicketVenue | null;
    venues: (TicketVenue)[];
  }
  interface TicketCheckedAnswer {
    success: true;
    data: TicketChecked;
  }
  interface TicketContact {
    email: string;
    phone: string;
  }
  interface TicketContactAnswer {
    success: true;
    data: TicketContact;
  }
  interface TicketRecord {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    channel: "direct" | "mini_program" | "ota";
    product_id: number;
    product: string;
    product_zh: string;
    order_id: number;
    order_reference: string | null;
    created_at: string;
    valid_until: string | null;
    verified_at: string | null;
    cancelled_at: string | null;
    reserved_date: string | null;
    start_time: string | null;
    end_time: string | null;
  }
  interface TicketRecordAnswer {
    success: true;
    data: TicketRecord;
  }
  interface TicketRecordPageAnswer {
    success: true;
    data: TicketRecordPageFields;
  }
  interface TicketRecordPageFields {
    tickets: (TicketRecord)[];
    next: string | null;
  }
  interface TicketReservation {
    reservation_id: number;
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
  }
  interface TicketSlots {
    ticket: Ticket;
    can_reserve: boolean;
    slots: (Slot)[];
  }
  interface TicketSlotsAnswer {
    success: true;
    data: TicketSlots;
  }
  interface TicketVenue {
    id: number;
    slug: string;
    name: string;
    address: string;
    contact_email: string;
    contact_phone: string;
    contact_check: "format" | "email" | "sms" | "both";
    country: string;
    timezone: string;
    waitlist: boolean;
    change_cutoff_hours: number;
  }
  interface TicketsOfOrder {
    ticket_code: string;
    email: string;
    orq?: number | null;
  }
  interface TimePart {
    from_seconds: number;
    to_seconds: number | null;
    bookings: number;
  }
  interface TimedSlot {
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
    starts_at: string;
    ends_at: string;
  }
  interface UndoneScan {
    undone_at: string;
    undone_by: number;
    operator_name: string;
  }
  interface ValidAtDoor {
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    customer_name: string | null;
    customer_email: string | null;
    customer_phone: string | null;
    reservation: DoorReservation | null;
    validation_status: "VALID" | "NO_RESERVATION" | "MAY_RETURN" | "QUESTION_UNANSWERED";
    scan_id: string;
    party?: Party | null;
    product?: Product | null;
  }
  interface ValidAtDoorAnswer {
    success: true;
    data: ValidAtDoor;
  }
  interface ValidateAtDoor {
    ticket_code: string;
    gate?: string | null;
    scan_id?: string | null;
  }
  interface ValidateTicket {
    ticket_code: string;
    orq?: number | null;
  }
  interface VenueAnswer {
    success: true;
    data: VenueFields;
  }
  interface VenueFields {
    venue_id: number;
    name: string;
    timezone: string;
    address: string;
    country: string;
    language: string;
    gates: number;
    has_slots: boolean;
    version: number;
    logo: string | null;
    logo_width: number | null;
    logo_height: number | null;
  }
  interface VenueName {
    id: number;
    name: string;
    timezone: string;
  }
  interface VenuePageAnswer {
    success: true;
    data: VenuePageFields;
  }
  interface VenuePageFields {
    venues: (VenueFields)[];
    next: number | null;
  }
  interface VenuePlace {
    id: number;
    name: string;
    timezone: string;
    address: string;
  }
  interface VenuePoliciesAnswer {
    success: true;
    data: VenuePoliciesFields;
  }
  interface VenuePoliciesFields {
    venue_id: number;
    venue: string;
    version: number;
    policies: (PolicyFields)[];
  }
  interface VerifiedAtDoor {
    verified_at: string;
    verified_by: number;
    operator_name: string;
    gate: string | null;
    ticket_id: number;
    ticket_code: string;
    status: "PENDING_PAYMENT" | "INACTIVE" | "ACTIVATED" | "RESERVED" | "VERIFIED" | "EXPIRED" | "CANCELLED";
    already_verified: boolean;
    re_entry: boolean;
    scan_id: string;
    party?: Party | null;
    product?: Product | null;
    undone?: UndoneScan | null;
  }
  interface VerifiedAtDoorAnswer {
    success: true;
    data: VerifiedAtDoor;
  }
  interface VerifyAtDoor {
    ticket_id?: number | null;
    ticket_code?: string | null;
    operator_id?: number | null;
    gate?: string | null;
    scan_id?: string | null;
    count?: number | null;
    party?: boolean;
    answer?: "yes" | "no" | null;
  }
  interface VerifyContact {
    ticket_id: number;
    email: string;
    phone: string;
    ticket_ids?: (number)[] | null;
  }
  interface Visit {
    kind: "reservation" | "request" | "waiting";
    id: number;
    slot_id: number;
    date: string;
    start_time: string;
    end_time: string;
    venue: string;
    title: string;
  }
  interface WaitingRoomAnswer {
    success: true;
    data: WaitingRoomStanding;
  }
  interface WaitingRoomStanding {
    state: "turn" | "waiting" | "sold_out" | "none";
    position: number | null;
    ahead: number | null;
    seconds: number | null;
    turn_until: string | null;
    rate: number | null;
    opens_at: string | null;
  }
  interface WaitingRoomsAnswer {
    success: true;
    data: WaitingRoomsFields;
  }
  interface WaitingRoomsFields {
    venue_id: number;
    waiting_room: "off" | "slots" | "days" | "shows" | "all";
    per_minute: number;
    turn_minutes: number;
    rooms: (OpenRoomFields)[];
  }
  interface WebhookAnswer {
    success: true;
    data: WebhookFields;
  }
  interface WebhookFields {
    webhook_id: number;
    name: string;
    url: string;
    events: (string)[];
    venue_id: number | null;
    venue: string | null;
    batch: number;
    paused_at: string | null;
    created_at: string;
    version: number;
    previous_until: string | null;
    position: number;
    last_sequence: number;
    failures: number;
    failing_since: string | null;
    next_attempt_at: string | null;
    last_success_at: string | null;
    waiting: number;
    dead: number;
  }
  interface WebhookPageAnswer {
    success: true;
    data: WebhookPageFields;
  }
  interface WebhookPageFields {
    webhooks: (WebhookFields)[];
    next: number | null;
  }
  interface WebhookSecretAnswer {
    success: true;
    data: WebhookSecretFields;
  }
  interface WebhookSecretFields {
    webhook: WebhookFields;
    secret: string;
  }
  interface WebhookTestAnswer {
    success: true;
    data: WebhookTestFields;
  }
  interface WebhookTestFields {
    status: number | null;
    answer: string | null;
    error: string | null;
    milliseconds: number;
  }
  interface WeekdayHoursFields {
    opens: string;
    closes: string;
    minutes: number;
    capacity: number;
    weekday: number;
  }
  interface WipeDevice {
    wipe?: "after_sync" | "now";
  }
  interface WipedAnswer {
    success: true;
    data: WipedFields;
  }
  interface WipedFields {
    noted: true;
  }
  interface WithdrawDispute {
    scan_id: string;
  }
  interface AlarmsBody {
    alarm: Alarm;
  }
  interface AlertsBody {
    alert: Alert;
  }
  interface ConflictsBody {
    open: number;
    conflict: Conflict;
  }
  interface CountsBody {
    date: string;
    venue_id: number;
    verified: number;
    booked: number;
    capacity: number;
    inside: number;
    exited: number;
    reentered: number;
    slots: SlotCountBody[];
  }
  interface DeviceOperator {
    id: number;
    name: string;
    role: string;
  }
  interface DeviceRow {
    device_id: string;
    name: string | null;
    gate: string | null;
    venue_id: number;
    operator: DeviceOperator;
    live: boolean;
    since: string;
    last_scan: LastScan | null;
    battery: number | null;
    charging: boolean | null;
    queue: number | null;
    version: string | null;
    round_trip_ms: number | null;
    skew_ms: number | null;
  }
  interface DevicesBody {
    devices: (DeviceRow)[];
    removed: (string)[];
    gates: GateActivity[];
    complete: boolean;
  }
  interface DevicesSnapshot {
    devices: (DeviceRow)[];
    gates: GateActivity[];
    complete: boolean;
  }
  interface DisputesBody {
    dispute: Dispute;
  }
  interface FiguresBody {
    date: string;
    venue_id: number;
    starts_at: string;
    gates: (GateFigures)[];
  }
  interface GateFigures {
    gate: string;
    minutes: ((number)[])[];
    reasons: [Decision["result"], string, number][];
    median_ms: number | null;
  }
  interface LastScan {
    at: string;
    result: string;
    reason: string;
    mode: string;
  }
  interface MessagesBody {
    message: GateMessage;
  }
  interface MissedBody {
    missed: boolean;
  }
  interface NoticesBody {
    notice_id: number;
    kind: string;
    told_at: string;
    data: unknown;
  }
  interface PartyBody {
    size: number;
    admitted: number;
    remaining: number;
  }
  interface ScanBody {
    scan_id: string;
    at: string;
    scanned_at: string;
    gate: string | null;
    operator: ScanOperator;
    mode: string;
    source: string;
    result: string;
    reason: string;
    entered: boolean;
    people: number;
    slot_id: number | null;
    code_tail: string;
    ticket_id: number | null;
    booking_id: number | null;
  }
  interface ScanOperator {
    id: number;
    name: string;
  }
  interface ScannerBody {
    scanner: ScannerRow | null;
  }
  interface ScannerRow {
    id: string;
    version: number;
    name: string;
    gate: string | null;
    mode: string;
    venue: string;
    wipe: string | null;
  }
  interface ScansBody {
    scans: ScanBody[];
    more: number;
  }
  interface ScansSnapshot {
    scans: ScanBody[];
  }
  interface SlotCountBody {
    slot_id: number;
    start_time: string;
    end_time: string;
    capacity: number;
    booked: number;
    verified: number;
    revision: number;
    show_id?: number;
    show?: string;
    room?: string;
    is_cancelled?: boolean;
  }
  interface TicketsBody {
    hashes: (string)[];
    change: string;
    party?: PartyBody;
  }
  type Query = "" | `?${string}`;
  /** What `METHOD /path` answers when it succeeds. */
  type AnswerTo<Call extends string> =
    Call extends `DELETE /api/admin/staff/${string}/sessions/${string}${Query}` ? EndedSessionsAnswer :
    Call extends `POST /api/admin/bookings/${string}/cancel${Query}` ? ListedBookingAnswer :
    Call extends `POST /api/admin/bookings/${string}/move${Query}` ? ListedBookingAnswer :
    Call extends `POST /api/admin/bookings/${string}/resend${Query}` ? ListedBookingAnswer :
    Call extends `POST /api/admin/devices/${string}/code${Query}` ? OpenEnrolmentAnswer :
    Call extends `POST /api/admin/devices/${string}/wipe${Query}` ? DeviceAnswer :
    Call extends `GET /api/admin/imports/${string}/changes${Query}` ? ImportLinesAnswer :
    Call extends `GET /api/admin/imports/${string}/errors${Query}` ? ImportLinesAnswer :
    Call extends `POST /api/admin/imports/${string}/run${Query}` ? ImportAnswer :
    Call extends `POST /api/admin/mail/${string}/discard${Query}` ? MailAnswer :
    Call extends `POST /api/admin/mail/${string}/retry${Query}` ? MailAnswer :
    Call extends `POST /api/admin/orders/${string}/cancel${Query}` ? AdminOrderAnswer :
    Call extends `POST /api/admin/orders/${string}/pay${Query}` ? AdminOrderAnswer :
    Call extends `POST /api/admin/orders/${string}/refund${Query}` ? AdminOrderAnswer :
    Call extends `POST /api/admin/orders/${string}/resend${Query}` ? AdminOrderAnswer :
    Call extends `POST /api/admin/performances/${string}/cancel${Query}` ? CancelledPerformanceAnswer :
    Call extends `POST /api/admin/performances/${string}/move${Query}` ? MovedPerformanceAnswer :
    Call extends `POST /api/admin/reservations/${string}/cancel${Query}` ? ListedReservationAnswer :
    Call extends `POST /api/admin/reservations/${string}/move${Query}` ? ListedReservationAnswer :
    Call extends `POST /api/admin/reservations/${string}/resend${Query}` ? ListedReservationAnswer :
    Call extends `DELETE /api/admin/shows/${string}/poster${Query}` ? OrganiserShowAnswer :
    Call extends `PUT /api/admin/shows/${string}/poster${Query}` ? OrganiserShowAnswer :
    Call extends `POST /api/admin/slots/${string}/close${Query}` ? ClosedSlotAnswer :
    Call extends `POST /api/admin/slots/${string}/release-no-shows${Query}` ? ReleasedAnswer :
    Call extends `POST /api/admin/slots/${string}/reopen${Query}` ? AdminSlotAnswer :
    Call extends `POST /api/admin/staff/${string}/disable${Query}` ? StaffMemberAnswer :
    Call extends `POST /api/admin/staff/${string}/enable${Query}` ? StaffMemberAnswer :
    Call extends `DELETE /api/admin/staff/${string}/invitation${Query}` ? StaffMemberAnswer :
    Call extends `POST /api/admin/staff/${string}/invitation${Query}` ? ResetSecretAnswer :
    Call extends `DELETE /api/admin/staff/${string}/provider-account${Query}` ? RemovedAnswer :
    Call extends `POST /api/admin/staff/${string}/reset${Query}` ? ResetSecretAnswer :
    Call extends `DELETE /api/admin/staff/${string}/second-factor${Query}` ? RemovedAnswer :
    Call extends `GET /api/admin/staff/${string}/sessions${Query}` ? OpenSessionsAnswer :
    Call extends `POST /api/admin/tickets/${string}/cancel${Query}` ? TicketRecordAnswer :
    Call extends `DELETE /api/admin/venues/${string}/logo${Query}` ? VenueAnswer :
    Call extends `PUT /api/admin/venues/${string}/logo${Query}` ? VenueAnswer :
    Call extends `GET /api/admin/webhooks/${string}/deliveries${Query}` ? DeliveryPageAnswer :
    Call extends `POST /api/admin/webhooks/${string}/replay${Query}` ? ReplayAnswer :
    Call extends `POST /api/admin/webhooks/${string}/rotate${Query}` ? WebhookSecretAnswer :
    Call extends `POST /api/admin/webhooks/${string}/test${Query}` ? WebhookTestAnswer :
    Call extends `POST /api/operator/conflicts/${string}/decision${Query}` ? ConflictAnswer :
    Call extends `POST /api/operator/tickets/${string}/send${Query}` ? SentTicketAnswer :
    Call extends `POST /api/admin/closed-days/import${Query}` ? AddedDaysAnswer :
    Call extends `POST /api/admin/guests/import${Query}` ? AddedGuestsAnswer :
    Call extends `POST /api/admin/performances/run${Query}` ? MadePerformancesAnswer :
    Call extends `POST /api/admin/privacy/erase${Query}` ? ErasedAnswer :
    Call extends `POST /api/admin/privacy/export${Query}` ? ExportAnswer :
    Call extends `POST /api/admin/privacy/find${Query}` ? PersonAnswer :
    Call extends `POST /api/admin/security/check${Query}` ? ProviderCheckedAnswer :
    Call extends `GET /api/admin/security/people${Query}` ? SecurityPeopleAnswer :
    Call extends `POST /api/admin/slots/change${Query}` ? ChangedSlotsAnswer :
    Call extends `POST /api/admin/slots/copy${Query}` ? MadeSlotsAnswer :
    Call extends `POST /api/admin/slots/delete${Query}` ? DeletedSlotsAnswer :
    Call extends `POST /api/admin/slots/generate${Query}` ? MadeSlotsAnswer :
    Call extends `GET /api/operator/manifest/changes${Query}` ? DayListAnswer :
    Call extends `DELETE /api/admin/api-keys/${string}${Query}` ? ApiKeyAnswer :
    Call extends `GET /api/admin/api-keys/${string}${Query}` ? ApiKeyAnswer :
    Call extends `PATCH /api/admin/api-keys/${string}${Query}` ? ApiKeyAnswer :
    Call extends `GET /api/admin/bookings/${string}${Query}` ? ListedBookingAnswer :
    Call extends `DELETE /api/admin/closed-days/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/closed-days/${string}${Query}` ? ClosedDayAnswer :
    Call extends `PATCH /api/admin/closed-days/${string}${Query}` ? ClosedDayAnswer :
    Call extends `DELETE /api/admin/devices/${string}${Query}` ? DeviceAnswer :
    Call extends `GET /api/admin/devices/${string}${Query}` ? DeviceAnswer :
    Call extends `PATCH /api/admin/devices/${string}${Query}` ? DeviceAnswer :
    Call extends `DELETE /api/admin/gates/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/gates/${string}${Query}` ? GateAnswer :
    Call extends `PATCH /api/admin/gates/${string}${Query}` ? GateAnswer :
    Call extends `DELETE /api/admin/guests/${string}${Query}` ? GuestAnswer :
    Call extends `GET /api/admin/guests/${string}${Query}` ? GuestAnswer :
    Call extends `PATCH /api/admin/guests/${string}${Query}` ? GuestAnswer :
    Call extends `DELETE /api/admin/imports/${string}${Query}` ? ImportDeletedAnswer :
    Call extends `GET /api/admin/imports/${string}${Query}` ? ImportAnswer :
    Call extends `PATCH /api/admin/imports/${string}${Query}` ? ImportAnswer :
    Call extends `GET /api/admin/messages/${string}${Query}` ? SlotMessageAnswer :
    Call extends `GET /api/admin/orders/${string}${Query}` ? AdminOrderAnswer :
    Call extends `GET /api/admin/organisations/${string}${Query}` ? OrganisationAnswer :
    Call extends `PATCH /api/admin/organisations/${string}${Query}` ? OrganisationAnswer :
    Call extends `DELETE /api/admin/performances/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/performances/${string}${Query}` ? PerformanceAnswer :
    Call extends `PATCH /api/admin/performances/${string}${Query}` ? PerformanceAnswer :
    Call extends `PATCH /api/admin/policies/${string}${Query}` ? ChangedPoliciesAnswer :
    Call extends `DELETE /api/admin/products/${string}${Query}` ? ProductDeletedAnswer :
    Call extends `GET /api/admin/products/${string}${Query}` ? ProductAnswer :
    Call extends `PATCH /api/admin/products/${string}${Query}` ? ProductAnswer :
    Call extends `GET /api/admin/reservations/${string}${Query}` ? ListedReservationAnswer :
    Call extends `PATCH /api/admin/reservations/${string}${Query}` ? ListedReservationAnswer :
    Call extends `DELETE /api/admin/rooms/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/rooms/${string}${Query}` ? RoomAnswer :
    Call extends `PATCH /api/admin/rooms/${string}${Query}` ? ChangedRoomAnswer :
    Call extends `DELETE /api/admin/shows/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/shows/${string}${Query}` ? OrganiserShowAnswer :
    Call extends `PATCH /api/admin/shows/${string}${Query}` ? OrganiserShowAnswer :
    Call extends `DELETE /api/admin/slots/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/slots/${string}${Query}` ? AdminSlotAnswer :
    Call extends `PATCH /api/admin/slots/${string}${Query}` ? AdminSlotAnswer :
    Call extends `GET /api/admin/staff/${string}${Query}` ? StaffMemberAnswer :
    Call extends `PATCH /api/admin/staff/${string}${Query}` ? StaffMemberAnswer :
    Call extends `GET /api/admin/tickets/${string}${Query}` ? TicketRecordAnswer :
    Call extends `DELETE /api/admin/venues/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/venues/${string}${Query}` ? VenueAnswer :
    Call extends `PATCH /api/admin/venues/${string}${Query}` ? VenueAnswer :
    Call extends `PATCH /api/admin/waiting-rooms/${string}${Query}` ? ChangedWaitingRoomsAnswer :
    Call extends `DELETE /api/admin/webhooks/${string}${Query}` ? DeletedAnswer :
    Call extends `GET /api/admin/webhooks/${string}${Query}` ? WebhookAnswer :
    Call extends `PATCH /api/admin/webhooks/${string}${Query}` ? WebhookAnswer :
    Call extends `DELETE /api/operator/sessions/${string}${Query}` ? EndedSessionsAnswer :
    Call extends `PATCH /api/operator/tickets/${string}${Query}` ? TicketContactAnswer :
    Call extends `POST /api/orders/${string}/cancel${Query}` ? ShopOrderAnswer :
    Call extends `POST /api/orders/${string}/pay${Query}` ? ShopOrderAnswer :
    Call extends `POST /api/orders/${string}/refund${Query}` ? ShopOrderAnswer :
    Call extends `PUT /api/reservations/${string}/contact${Query}` ? CorrectedAddressAnswer :
    Call extends `POST /api/tickets/${string}/activate${Query}` ? TicketAnswer :
    Call extends `GET /api/tickets/${string}/availability${Query}` ? TicketSlotsAnswer :
    Call extends `GET /api/tickets/${string}/life${Query}` ? LifeAnswer :
    Call extends `GET /api/tickets/${string}/status${Query}` ? TicketAnswer :
    Call extends `POST /api/waitlist/${string}/accept${Query}` ? PartyReservedAnswer :
    Call extends `GET /api/admin/api-keys${Query}` ? ApiKeyPageAnswer :
    Call extends `POST /api/admin/api-keys${Query}` ? AddedApiKeyAnswer :
    Call extends `GET /api/admin/audit${Query}` ? AuditPageAnswer :
    Call extends `GET /api/admin/bookings${Query}` ? BookingListAnswer :
    Call extends `GET /api/admin/closed-days${Query}` ? ClosedDayPageAnswer :
    Call extends `POST /api/admin/closed-days${Query}` ? AddedDaysAnswer :
    Call extends `GET /api/admin/devices${Query}` ? DevicePageAnswer :
    Call extends `POST /api/admin/devices${Query}` ? OpenEnrolmentAnswer :
    Call extends `GET /api/admin/gates${Query}` ? GatePageAnswer :
    Call extends `POST /api/admin/gates${Query}` ? GateAnswer :
    Call extends `GET /api/admin/guests${Query}` ? GuestListAnswer :
    Call extends `POST /api/admin/guests${Query}` ? AddedGuestsAnswer :
    Call extends `GET /api/admin/imports${Query}` ? ImportPageAnswer :
    Call extends `POST /api/admin/imports${Query}` ? ImportAnswer :
    Call extends `GET /api/admin/mail${Query}` ? MailPageAnswer :
    Call extends `GET /api/admin/messages${Query}` ? SlotMessageListAnswer :
    Call extends `POST /api/admin/messages${Query}` ? SlotMessageAnswer :
    Call extends `GET /api/admin/opening-hours${Query}` ? OpeningHoursAnswer :
    Call extends `PATCH /api/admin/opening-hours${Query}` ? OpeningHoursAnswer :
    Call extends `GET /api/admin/orders${Query}` ? AdminOrderPageAnswer :
    Call extends `GET /api/admin/organisations${Query}` ? OrganisationPageAnswer :
    Call extends `POST /api/admin/organisations${Query}` ? AddedOrganisationAnswer :
    Call extends `GET /api/admin/performances${Query}` ? PerformancePageAnswer :
    Call extends `POST /api/admin/performances${Query}` ? MadePerformancesAnswer :
    Call extends `GET /api/admin/policies${Query}` ? VenuePoliciesAnswer :
    Call extends `GET /api/admin/privacy${Query}` ? RetentionAnswer :
    Call extends `PATCH /api/admin/privacy${Query}` ? RetentionAnswer :
    Call extends `GET /api/admin/products${Query}` ? ProductPageAnswer :
    Call extends `POST /api/admin/products${Query}` ? ProductAnswer :
    Call extends `GET /api/admin/reservations${Query}` ? ReservationListAnswer :
    Call extends `GET /api/admin/rooms${Query}` ? RoomPageAnswer :
    Call extends `POST /api/admin/rooms${Query}` ? RoomAnswer :
    Call extends `GET /api/admin/security${Query}` ? SecurityAnswer :
    Call extends `PATCH /api/admin/security${Query}` ? SecurityAnswer :
    Call extends `GET /api/admin/shows${Query}` ? ShowPageAnswer :
    Call extends `POST /api/admin/shows${Query}` ? OrganiserShowAnswer :
    Call extends `GET /api/admin/slots${Query}` ? AdminSlotPageAnswer :
    Call extends `POST /api/admin/slots${Query}` ? MadeSlotsAnswer :
    Call extends `GET /api/admin/staff${Query}` ? StaffPageAnswer :
    Call extends `POST /api/admin/staff${Query}` ? StaffMemberAnswer :
    Call extends `GET /api/admin/tickets${Query}` ? TicketRecordPageAnswer :
    Call extends `POST /api/admin/tickets${Query}` ? IssuedTicketsAnswer :
    Call extends `GET /api/admin/venues${Query}` ? VenuePageAnswer :
    Call extends `POST /api/admin/venues${Query}` ? VenueAnswer :
    Call extends `GET /api/admin/waiting-rooms${Query}` ? WaitingRoomsAnswer :
    Call extends `GET /api/admin/webhooks${Query}` ? WebhookPageAnswer :
    Call extends `POST /api/admin/webhooks${Query}` ? WebhookSecretAnswer :
    Call extends `GET /api/analytics/operators${Query}` ? OperatorFiguresAnswer :
    Call extends `GET /api/analytics/portal${Query}` ? PortalFiguresAnswer :
    Call extends `POST /api/bookings/confirm${Query}` ? BookingConfirmedAnswer :
    Call extends `POST /api/bookings/waitlist${Query}` ? JoinedAnswer :
    Call extends `POST /api/contact/code${Query}` ? CodeOnItsWayAnswer :
    Call extends `POST /api/contact/confirm${Query}` ? ContactProvenAnswer :
    Call extends `POST /api/devices/enrol${Query}` ? EnrolledAnswer :
    Call extends `POST /api/devices/wiped${Query}` ? WipedAnswer :
    Call extends `POST /api/disputes/decision${Query}` ? DisputeAnswer :
    Call extends `POST /api/disputes/withdrawal${Query}` ? DisputeAnswer :
    Call extends `GET /api/operator/account${Query}` ? OwnAccountAnswer :
    Call extends `PATCH /api/operator/account${Query}` ? OwnAccountAnswer :
    Call extends `GET /api/operator/conflicts${Query}` ? ConflictPageAnswer :
    Call extends `GET /api/operator/device-key${Query}` ? DeviceKeyAnswer :
    Call extends `GET /api/operator/door-sales${Query}` ? OnSaleAnswer :
    Call extends `POST /api/operator/door-sales${Query}` ? DoorSaleAnswer :
    Call extends `POST /api/operator/exit${Query}` ? DecisionAnswer :
    Call extends `POST /api/operator/login${Query}` ? SignedInAnswer :
    Call extends `POST /api/operator/logout${Query}` ? SignedOutAnswer :
    Call extends `GET /api/operator/manifest${Query}` ? DayListAnswer :
    Call extends `POST /api/operator/password${Query}` ? OwnAccountAnswer :
    Call extends `DELETE /api/operator/sessions${Query}` ? EndedSessionsAnswer :
    Call extends `GET /api/operator/sessions${Query}` ? OpenSessionsAnswer :
    Call extends `POST /api/operator/sync${Query}` ? SyncedAnswer :
    Call extends `POST /api/operator/validate-ticket${Query}` ? ValidAtDoorAnswer :
    Call extends `POST /api/operator/verify-ticket${Query}` ? VerifiedAtDoorAnswer :
    Call extends `GET /api/operators/scan-history${Query}` ? LoggedScanPageAnswer :
    Call extends `GET /api/reservation-slots/available${Query}` ? Calendar :
    Call extends `GET /api/reservations/by-token${Query}` ? ReservationAnswer :
    Call extends `POST /api/reservations/create${Query}` ? ReservedAnswer :
    Call extends `POST /api/reservations/send-again${Query}` ? SentAgain :
    Call extends `POST /api/tickets/mine${Query}` ? OrderTicketsAnswer :
    Call extends `GET /api/tickets/search${Query}` ? FoundTicketsAnswer :
    Call extends `POST /api/tickets/validate${Query}` ? TicketCheckedAnswer :
    Call extends `POST /api/tickets/verify-contact${Query}` ? ContactChecked :
    Call extends `GET /api/orders/${string}${Query}` ? ShopOrderAnswer :
    Call extends `DELETE /api/reservations/${string}${Query}` ? CancelledAnswer :
    Call extends `GET /api/reservations/${string}${Query}` ? ReservationAnswer :
    Call extends `PUT /api/reservations/${string}${Query}` ? ReservationAnswer :
    Call extends `GET /api/shows/${string}${Query}` ? ShowAnswer :
    Call extends `DELETE /api/waitlist/${string}${Query}` ? EntryAnswer :
    Call extends `GET /api/waitlist/${string}${Query}` ? EntryAnswer :
    Call extends `GET /api/analytics${Query}` ? AnalyticsAnswer :
    Call extends `POST /api/bookings${Query}` ? BookingPendingAnswer :
    Call extends `POST /api/check-in${Query}` ? CheckedInAnswer :
    Call extends `GET /api/disputes${Query}` ? DisputePageAnswer :
    Call extends `POST /api/disputes${Query}` ? DisputeAnswer :
    Call extends `GET /api/openapi.json${Query}` ? Document :
    Call extends `POST /api/orders${Query}` ? ShopOrderAnswer :
    Call extends `POST /api/reservations${Query}` ? PartyReservedAnswer :
    Call extends `GET /api/shows${Query}` ? ShowsAnswer :
    Call extends `DELETE /api/waiting-room${Query}` ? WaitingRoomAnswer :
    Call extends `GET /api/waiting-room${Query}` ? WaitingRoomAnswer :
    Call extends `POST /api/waiting-room${Query}` ? WaitingRoomAnswer :
    Call extends `POST /api/waitlist${Query}` ? JoinedAnswer :
    Call extends `POST /venue/scan${Query}` ? DecisionAnswer :
    Call extends `GET /healthz${Query}` ? Alive :
    Call extends `GET /readyz${Query}` ? Ready :
    unknown;
}
