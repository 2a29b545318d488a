// The signatures of lib/ and of the booking draft. They stand here because a phone fetches those scripts before the first step of a
// booking, and their bytes are bounded (tests/browser/test_page_weight.py).

type Maybe<T> = T | null | undefined;

interface Elements {
  h<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag, attributes?: Record<string, any>, ...children: Maybe<Node | string | number | false>[]
  ): HTMLElementTagNameMap[Tag];
  icon(name: string): SVGSVGElement;
  byId: ById;
  first(root: ParentNode, selector: string): HTMLElement;
  /** Of radio buttons, the group. */
  fieldOf(form: HTMLFormElement, name: string): HTMLInputElement;
  targetOf(event: Event): HTMLInputElement;
  fill(root: ParentNode, values: Record<string, Maybe<string>>): void;
  write(element: Element, text: Maybe<string>): void;
}

interface Dates {
  /** `moment`: what the hub's clock says now, RFC 3339. */
  followHubClock(moment: string | undefined): void;
  setClockSkew(aheadMs: number): void;
  asUtc(date: string, time?: string): Date;
  format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat;
  day(date: string): string;
  clock(time: string): string;
  span(start: string, end: Maybe<string>): string;
  dayAndSpan(date: string, start: string, end: Maybe<string>): string;
  number(value: number): string;
  placeInWeek(date: string): number;
  /** `moment`: RFC 3339, or milliseconds since 1970; without a zone it is the reader's own. */
  momentAt(moment: string | number | Date, timeZone: Maybe<string>, options?: { seconds?: boolean; day?: boolean }): string;
  nowAt(timeZone: Maybe<string>, now?: Date): { date: string; time: string };
  daysBetween(from: string, to: string): number;
}

interface Api {
  /** Resolves to the envelope of a success; throws Refusal or Trouble. */
  call<Method extends "GET" | "POST" | "PUT" | "PATCH" | "DELETE", Path extends string>(
    method: Method, path: Path, options?: { body?: unknown; headers?: Record<string, string> }
  ): Promise<Wire.AnswerTo<`${Method} ${Path}`>>;
  messageOf(error: unknown): string;
  retryAfterOf(response: Response | undefined): number | null;
}

interface Words {
  asWritten(text: string): string;
  /** Nothing where the page has all its texts. */
  loadTexts(): Promise<unknown> | undefined;
  t(text: string, values?: Record<string, unknown>): string;
  tn(one: string, many: string, n: number, values?: Record<string, unknown>): string;
}

interface NoticeOptions {
  kind?: "bad" | "warn" | "info" | "good";
  /** A label, and what its button does. */
  actions?: [string, (event: Event) => unknown][];
  extra?: Node | null;
}

interface Notices {
  showNotice(
    place: Element,
    words: { title: string; next?: string },
    options?: NoticeOptions
  ): void;
  clearNotice(place: Element): void;
}

interface LazyLoading {
  /** `tries: Infinity` for a part of the page that nobody waits for. */
  loadModule<T>(load: () => Promise<T>, options?: { tries?: number }): Promise<T>;
  loadStyleSheet(name: string, options?: { tries?: number }): Promise<unknown>;
  tryAgain<T>(load: () => Promise<T>, tries: number, mayPass: (error: unknown) => boolean): Promise<T>;
  linkStyleSheet(name: string): Promise<unknown>;
}

interface OtherTabs {
  /** `onBooked` receives the bookings of other tabs; the function returned announces one of this tab. */
  shareBookings(onBooked: (booking: { codes: string[]; manage: string }) => void): (codes: string[], manage: string) => void;
}
