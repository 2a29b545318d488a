// What this device knows of parties beyond the day's list: the hub's last answer, and its own entries since. A party's key is
// its code, of a family the reference of the list.

// The list may be read shortly before its stated moment.
const SLACK_MS = 3_000;

export class KnownParties {
  /** @type {Map<string, KnownParty>} */
  #parties = new Map();

  /** The hub has said how many are in. @param {string} key @param {number} admitted @param {number} at */
  answered(key, admitted, at) {
    const own = this.#ownOf(key).filter(({ answeredAt }) => answeredAt === null);
    this.#parties.set(key, { answer: { admitted, at }, own });
  }

  /**
   * An entry made here, which the hub does not know yet.
   *
   * @param {string} key
   * @param {string} scanId
   * @param {number} people
   * @param {FirstEntry} verified
   */
  entered(key, scanId, people, verified) {
    const others = this.#ownOf(key).filter((one) => one.scanId !== scanId);
    this.#parties.set(key, { answer: this.#parties.get(key)?.answer ?? null, own: [...others, { scanId, people, verified, answeredAt: null }] });
  }

  /** The hub has answered for these entries: lists written later contain the result. @param {Set<string>} scanIds @param {number} at */
  settled(scanIds, at) {
    for (const { own } of this.#parties.values()) for (const one of own) if (scanIds.has(one.scanId)) one.answeredAt = at;
  }

  /** An entry was taken back: only the next list, or the hub, knows how many are in. @param {string} key */
  undone(key) {
    this.#parties.set(key, { answer: null, own: this.#ownOf(key).filter(({ answeredAt }) => answeredAt === null) });
  }

  /** The stored list was written at `moment`: drops what it contains. True if there is less now. @param {number} moment */
  listed(moment) {
    let fewer = false;
    for (const [key, { answer, own }] of this.#parties) {
      const newer = { answer: answer && answer.at >= moment - SLACK_MS ? answer : null, own: own.filter((one) => isNewer(one, moment - SLACK_MS)) };
      if (newer.answer === answer && newer.own.length === own.length) continue;
      fewer = true;
      if (newer.answer || newer.own.length) this.#parties.set(key, newer);
      else this.#parties.delete(key);
    }
    return fewer;
  }

  /**
   * How many of a party are in, whether that is sure, and the first entry of those made here. `listed` of them were in by the
   * list of `moment`. `news`: what the hub announced last of this code after that list; its number is null if it gave none.
   *
   * @param {string} key
   * @param {number} listed
   * @param {number} moment
   * @param {{ at: number, admitted: number | null } | null} news
   */
  of(key, listed, moment, news) {
    const { answer = null, own = [] } = this.#parties.get(key) ?? {};
    const from = moment - SLACK_MS;
    const known = [answer, news].filter((one) => one && one.at >= from).sort((a, b) => (b?.at ?? 0) - (a?.at ?? 0))[0] ?? null;
    // The news of an entry made here may come before the hub's answer to it.
    const counted = own.filter((one) => isNewer(one, known ? known.at + SLACK_MS : from));
    // Within the slack the list may be the newer one.
    const base = known?.admitted == null ? listed : known.at >= moment ? known.admitted : Math.max(known.admitted, listed);
    return {
      admitted: counted.reduce((sum, { people }) => sum + people, base), sure: known?.admitted !== null,
      entry: own[0]?.verified ?? null,
    };
  }

  /** @returns {[string, KnownParty][]} */
  asData() {
    return [...this.#parties];
  }

  /** Adds what was stored, without replacing what is known already. @param {[string, KnownParty][]} kept */
  load(kept) {
    for (const [key, party] of kept) if (!this.#parties.has(key)) this.#parties.set(key, party);
  }

  clear() {
    this.#parties.clear();
  }

  /** @param {string} key */
  #ownOf(key) {
    return this.#parties.get(key)?.own ?? [];
  }
}

/** @param {KnownParty["own"][number]} one @param {number} moment */
const isNewer = ({ answeredAt }, moment) => answeredAt === null || answeredAt > moment;
