// What this device knows of a code: the day's list, and what has happened since it was made.
import { hashOf } from "../../../models/ticket_news.js";

export class KnownTickets {
  #keeper;
  #since;

  /** @param {import("./list_keeper.js").ListKeeper} keeper @param {import("./since_list.js").SinceList} since */
  constructor(keeper, since) {
    this.#keeper = keeper;
    this.#since = since;
  }

  get list() {
    return this.#keeper.current;
  }

  /** The code as the list spells it. @param {string} typed */
  async spelt(typed) {
    return (await this.list?.spelt(typed)) ?? typed;
  }

  /** Those of the codes that the list has. @param {string[]} codes */
  async listed(codes) {
    const { list } = this;
    const found = list ? await Promise.all(codes.map(async (code) => ((await list.find(code)) ? code : ""))) : [];
    return found.filter(Boolean);
  }

  /** What has happened since the list was made. @param {string} code @returns {Promise<BeyondList>} */
  async beyondList(code) {
    const { list } = this;
    const [hash, listed] = await Promise.all([hashOf(code), list?.find(code)]);
    const moment = list?.generatedAt ?? 0;
    const beyond = this.#since.of(code, hash, moment);
    const party = listed?.party;
    return party ? { ...beyond, party: this.#since.ofParty(party.family ?? code, party, hash, moment) } : beyond;
  }

  /** By which this device knows the code's party: a family has a reference of its own. @param {string} code */
  async partyKey(code) {
    return (await this.list?.find(code))?.party?.family ?? code;
  }
}
