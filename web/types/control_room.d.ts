// The control room, the replay, the figures over days and the mail page.

type CountBoard = import("../static/js/models/count_board.js").CountBoard;
type FigureBoard = import("../static/js/models/figure_board.js").FigureBoard;

/** The venue as a panel knows it: null until the socket has named it. */
/** `playOf`: the title of what plays in a slot, where it is known. */
interface PanelContext { readonly venue: { id?: number; timezone?: string; today?: string; gates?: (string | { name: string })[] } | null; playOf?(slot: number | null): string | undefined }

/** Why scans were not green, and at which gates. */
interface ReasonSum { result: Colour; reason: string; count: number; gates?: { gate: string; count: number }[] }
type GatesReason = Required<ReasonSum>;

/** A venue's clock: `YYYY-MM-DD` and `HH:MM:SS`. */
interface WallClock { date: string; time: string }
/** The minute of the day at which a clock there shows `HH:MM:SS`. */
type MinuteOf = (time: string) => number;

/** The first line of a replay, and each event as its columns name it. Moments are milliseconds since the day began. */
interface ReplayHead {
  date: string;
  venue_id: number;
  starts_at: string;
  ends_at: string;
  gates: string[];
  slots: Wire.SlotCountBody[];
  columns: (keyof ReplayEvent)[];
}
type ReplayEvent = {
  at: number;
  counted_at: number;
  gate: string;
  result: Colour;
  reason: string;
  scans: number;
  entered: number;
  left: number;
  slot_id: number | null;
  took: number | null;
};
type ReplayRow = ReplayEvent[keyof ReplayEvent][];

type ChartColumn = (number | null)[];
/** What a chart draws; moments in seconds. `now` is null where the day is not today. */
interface ChartData { now: number | null; from: number; to: number; zone?: string; columns: [number[], ...ChartColumn[]] }
/** `minutes`: of one bar. `peak`: the highest rate of the day, and when its bin begins, in seconds. */
interface PaceData extends ChartData { minutes: number; peak: { rate: number; at: number } | null }
/** A chart over days, and the words of its totals. */
interface DaysData extends ChartData { totals: Record<string, string> }
interface ChecksData extends DaysData { shares: string[] }
interface ReservationsData extends ChartData { days: string[]; hourly: boolean; total: number }
interface HoursData extends ChartData { columns: [number[], ChartColumn] }
interface SharesData extends DaysData { words(value: number | null): string }

/** The day of the figures: `now` is the hub's moment, `today` says whether that is in the day, `inside` whether exits are recorded. */
interface ShownDay { slots: Wire.SlotCountBody[]; zone: string | undefined; now: number; today: boolean; inside: boolean }

type MailAction = "retry" | "discard";

/** `read` asks the API for a page; `lineOf` makes the element of one, `idOf` gives its id. */
interface DecidedListOptions<One> {
  read(query: URLSearchParams): Promise<{ shown: One[]; next: number | null }>;
  idOf(one: One): number;
  lineOf(one: One): HTMLElement;
  onEnded(): void;
}

type FeedRow = { key: string; at: string } & ({ scan: Wire.ScanBody; more?: undefined } | { scan?: undefined; more: number });
