// Draws a visitor's place: the parts of the page that belong to its state, and the numbers in them.
import { byId } from "../../lib/elements.js";
import { tn } from "../../lib/i18n.js";
import { countDown } from "../../lib/countdown.js";
import { momentAt, number } from "../../lib/dates.js";
import { viewOf } from "../../models/room_place.js";
import { aheadWords, opensWords, rateWords, untilWords, waitWords } from "../../words/waiting_room.js";

const root = byId("waiting-room");
const title = document.title;

export class RoomView {
  #stop = () => {};
  #ends = "";

  /** `onOver` is called when a turn, or the time before the opening, has passed on this page. @param {{ onOver: () => void }} options */
  constructor({ onOver }) {
    this.onOver = onOver;
    this.state = /** @type {RoomState} */ (root.dataset.state);
  }

  /** Shows a place, and returns whether the state is another one. @param {RoomPlace} place @param {number} progress from 0 to 1 */
  show(place, progress) {
    const state = viewOf(place);
    const isOther = state !== this.state;
    if (isOther) this.#turnTo(state);
    if (state === "waiting") this.#wait(place, progress);
    else if (state === "turn") this.#count(place.turn_until ?? "", byId("room-countdown"));
    else if (state === "early") this.#count(place.opens_at ?? "", byId("room-opening"));
    if (state === "turn") write("room-until", untilWords(this.#at(place.turn_until ?? "")));
    if (state === "early") write("room-opens", opensWords(this.#at(place.opens_at ?? "", true)));
    return isOther;
  }

  /** @param {RoomState} state */
  #turnTo(state) {
    this.#stop();
    this.#ends = "";
    this.state = state;
    root.dataset.state = state;
    for (const part of root.querySelectorAll("[data-when]")) {
      if (part instanceof HTMLElement) part.hidden = part.dataset.when !== state;
    }
    const tools = byId("room-tools");
    if (tools) tools.hidden = state === "ended";
    const heading = /** @type {HTMLElement | null} */ (root.querySelector(`#room-head > [data-when="${state}"] h1`));
    document.title = state === "turn" ? `● ${heading?.textContent} · ${title}` : title;
    heading?.focus({ preventScroll: true });
  }

  /** @param {RoomPlace} place @param {number} progress */
  #wait(place, progress) {
    write("room-position", number(place.position ?? 0));
    write("room-wait", waitWords(place));
    write("room-ahead", aheadWords(place));
    write("room-rate", rateWords(place));
    byId("room-bar").value = progress;
    if (place.position !== null) document.title = `${number(place.position)} · ${title}`;
  }

  /** @param {string} ends @param {Element} element */
  #count(ends, element) {
    if (ends === this.#ends) return;
    this.#stop();
    this.#ends = ends;
    this.#stop = countDown(element, ends, {
      onMinutes: (minutes) => {
        if (this.state === "turn") byId("room-news").textContent = tn("Less than one minute of your turn is left.", "Less than {n} minutes of your turn are left.", minutes);
      },
      onOver: () => this.onOver(),
    });
  }

  /** @param {string} moment @param {boolean} [day] */
  #at(moment, day = false) {
    return momentAt(moment, root.dataset.zone, { day });
  }
}

/** @param {"room-position" | "room-wait" | "room-ahead" | "room-rate" | "room-until" | "room-opens"} id @param {string} text */
function write(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}
