// Ways to keep a reservation: a calendar entry, its link, a print.
import { h, icon } from "../../lib/elements.js";
import { gap, t } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";
import { dayAndSpan } from "../../lib/dates.js";
import { promise } from "./summary.js";

/**
 * @param {object} reservation
 * @param {URL} reservation.manage
 * @param {string} reservation.token
 * @param {number} reservation.reservationId
 * @param {PickedSlot} reservation.slot
 * @param {boolean} [reservation.several] the slot is named only if there are several
 * @param {TicketVenue | null} [reservation.venue] whose policy says until when the visit may be changed
 * @param {boolean} [reservation.first] the first has the ids of the page's parts
 * @param {Wire.CalendarLinks | null} [reservation.links]
 */
export function drawKeep({ manage, token, reservationId, slot, several = false, venue = null, first = true, links = null }) {
  /** @param {string} name */
  const id = (name) => (first ? name : null);
  return h("section", { class: "keep" },
    several && h("h2", {}, dayAndSpan(slot.date, slot.start_time, slot.end_time)),
    h("div", { class: "pair" }, calendarMenu({ token, reservationId, id, links }),
      first && h("button", { type: "button", class: "button quiet with-icon", id: "print", onclick: () => print() }, icon("print"), t("Print"))),
    h("div", { class: "link-box" },
      h("p", {}, h("strong", {}, t("Need to change something?")), gap, venue && promise(slot, venue), gap, t("Keep this link: it opens your visit.")),
      h("p", {}, h("a", { id: id("manage-link"), href: manage.pathname }, `${location.host}${manage.pathname}`)),
      sharing(manage)));
}

/**
 * The file works everywhere; the hub makes the two links, in the venue's time zone.
 *
 * @param {{ token: string, reservationId: number, id: (name: string) => string | null, links: Wire.CalendarLinks | null }} menu
 */
function calendarMenu({ token, reservationId, id, links }) {
  /** @param {string} name @param {string} words @param {Record<string, string>} attributes */
  const item = (name, words, attributes) => h("li", {}, h("a", { id: id(name), ...attributes }, words));
  const list = h("ul", {}, item("calendar-file", t("Apple, Thunderbird and others (.ics file)"), { href: `/api/reservations/${reservationId}/calendar.ics?token=${encodeURIComponent(token)}`, download: "" }));
  /** @param {Wire.CalendarLinks} found */
  const add = (found) => {
    for (const [name, words] of /** @type {const} */ ([["google", t("Google Calendar")], ["outlook", t("Outlook")]])) {
      if (found?.[name]) list.append(item(`calendar-${name}`, words, { href: found[name], target: "_blank", rel: "noopener noreferrer" }));
    }
  };
  const menu = h("details", {}, h("summary", { class: "with-icon" }, icon("calendar"), t("Add to calendar"), icon("right")), list);
  if (links) add(links);
  else call("GET", "/api/reservations/by-token", { headers: { "X-Reservation-Token": token } }).then((reply) => add(reply.data.calendar_links), () => {});
  return menu;
}

/** @param {URL} manage */
function sharing(manage) {
  const said = h("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(manage.href);
      said.textContent = t("Copied.");
    } catch {
      said.textContent = t("Your browser doesn't allow copying. Please select the link.");
    }
  };
  const share = () => navigator.share({ title: t("My visit"), url: manage.href }).catch(() => {});
  return h("div", { class: "buttons" },
    h("button", { type: "button", class: "button quiet small", onclick: copy }, t("Copy link")),
    "share" in navigator && h("button", { type: "button", class: "button quiet small", onclick: share }, t("Share link")),
    said);
}
