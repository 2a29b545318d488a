// Reads the day's list while connected: at the start, soon after news of changes, and every minute. In the evening it
// reads the next day's list too, so that an offline scanner knows its visitors after midnight.
import { call, Refusal, Trouble } from "../../../lib/api.js";
import { venueTime } from "../../../models/rules/venue_day.js";
import { DayList } from "../../../models/day_list.js";
import { asked } from "./store.js";

// Many scanners receive the news of one change; a random delay spreads their requests.
const SOON_MS = [4_000, 12_000];
const EVERY_MS = 60_000;
const EVENING = "18:00";
const TOMORROW_EVERY_MS = 15 * 60_000;
const KEEP_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

export class ListKeeper {
  /** @type {Map<string, DayList>} by date */
  #lists = new Map();
  /** @type {number | undefined} */
  #timer;
  #due = Infinity;
  /** @type {Promise<void> | null} */
  #running = null;
  #tomorrowAt = -Infinity;
  /** @type {Set<DayList>} */
  #unkept = new Set();
  #keptAt = -Infinity;

  /**
   * `now()` is the hub's time. `onFresh(list)` is called after each list from the hub. `onKept(moment)` is called when
   * today's list, as written at that moment, is stored.
   *
   * @param {ListKeeperOptions} options
   */
  constructor({ store, vault, now, live, onFresh, onKept }) {
    this.store = store;
    this.vault = vault;
    this.now = now;
    this.live = live;
    this.onFresh = onFresh;
    this.onKept = onKept;
  }

  /** Reads the stored lists. */
  async load() {
    const { owner } = this.vault;
    /** @type {KeptRecords["lists"][]} */
    const kept = await this.store.run("lists", "readonly", (lists) => asked(lists.getAll(IDBKeyRange.bound([owner, ""], [owner, "\uffff"]))));
    for (const { date, sealed } of kept) {
      const data = await this.vault.seal?.open(`list:${date}`, sealed);
      if (data && !this.#lists.has(date)) this.#lists.set(date, new DayList(data));
    }
  }

  /** The list to decide by: today's, else yesterday's. */
  get current() {
    const any = this.#lists.values().next().value;
    if (!any) return null;
    const today = venueTime(this.now(), any.head.timezone).date;
    const yesterday = venueTime(this.now() - DAY_MS, any.head.timezone).date;
    return this.#lists.get(today) ?? this.#lists.get(yesterday) ?? null;
  }

  /** Plans a refresh: the hub has announced a change. */
  stir() {
    this.#plan(SOON_MS[0] + Math.random() * (SOON_MS[1] - SOON_MS[0]));
  }

  /** Asks the hub; simultaneous calls share one request. */
  refresh() {
    this.#running ??= this.#refresh().finally(() => {
      this.#running = null;
      this.#plan(EVERY_MS * (0.9 + Math.random() * 0.2));
    });
    return this.#running;
  }

  stop() {
    clearTimeout(this.#timer);
    this.#unkept.clear();
    this.#lists.clear();
  }

  /** @param {number} inMs */
  #plan(inMs) {
    const due = performance.now() + inMs;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      if (this.live() && this.vault.seal) this.refresh();
    }, inMs);
  }

  async #refresh() {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    try {
      await this.#take("", this.current);
      const { timezone } = this.current?.head ?? {};
      if (timezone && venueTime(this.now(), timezone).time >= EVENING && this.now() - this.#tomorrowAt > TOMORROW_EVERY_MS) {
        const { date } = venueTime(this.now() + DAY_MS, timezone);
        await this.#take(date, this.#lists.get(date) ?? null);
        this.#tomorrowAt = this.now();
      }
    } catch (error) {
      // Without an answer the old list stays, with its age.
      if (!(error instanceof Refusal) && !(error instanceof Trouble)) throw error;
    }
  }

  /** An empty `date` means today by the hub's clock. @param {string} date @param {DayList | null} known */
  async #take(date, known) {
    /** @type {Wire.Query} */
    const day = date && `?date=${date}`;
    const { data } = known
      ? await call("GET", `/api/operator/manifest/changes?since=${known.head.edition}${day.replace("?", "&")}`)
      : await call("GET", `/api/operator/manifest${day}`);
    const before = this.#lists.get(data.date);
    const changed = before?.head.edition !== data.edition;
    let list;
    if (data.whole || before !== known || !before) {
      if (!data.whole) return;
      list = new DayList(data);
      this.#lists.set(data.date, list);
    } else {
      list = before;
      list.apply(data);
    }
    await this.#forgetOlder(data);
    this.onFresh(list);
    if (!changed && before) return;
    this.#unkept.add(list);
    // A long list is not stored again after each change of a busy day.
    if (performance.now() - this.#keptAt >= KEEP_EVERY_MS) await this.flush();
  }

  /** Stores the lists that have changed since they were last stored. */
  async flush() {
    const lists = [...this.#unkept];
    this.#unkept.clear();
    this.#keptAt = performance.now();
    for (const list of lists) await this.#keep(list);
  }

  /** @param {DayList} list */
  async #keep(list) {
    const { head: { date }, generatedAt } = list;
    const sealed = await this.vault.seal?.close(`list:${date}`, list.asData());
    if (!sealed) return;
    await this.store.write("lists", { owner: this.vault.owner, date, sealed });
    if (this.current?.head.date === date) this.onKept(generatedAt);
  }

  /** Deletes the lists of days that are over. @param {DayListData} data */
  async #forgetOlder({ timezone }) {
    const yesterday = venueTime(this.now() - DAY_MS, timezone).date;
    for (const date of this.#lists.keys()) if (date < yesterday) this.#lists.delete(date);
    const { owner } = this.vault;
    await this.store.remove("lists", IDBKeyRange.bound([owner, ""], [owner, yesterday], false, true));
  }
}
