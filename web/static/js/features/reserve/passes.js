// The tickets to show at the gate: one per person, side by side, with code, files and a full-screen view.
import { h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { longDay, span } from "../../lib/dates.js";

/** @param {Element} place @param {Pass[]} passes */
export function drawTickets(place, passes) {
  const several = passes.length > 1;
  const list = h("ul", { class: "passes", ...(several && { tabindex: 0, "aria-label": t("Your tickets") }) }, ...passes.map((pass, at) => drawPass(pass, at, passes.length)));
  place.replaceChildren(list, ...(several ? [turner(list, passes.length)] : []));
}

/** @param {Pass} pass @param {number} at @param {number} count */
function drawPass({ reservation_id: id, ticket_code: code, qr_code: picture, slot, venue, token }, at, count) {
  const files = `/api/reservations/${id}`;
  const question = `?token=${encodeURIComponent(token)}`;
  // The picture came with the answer, so it shows and downloads even offline.
  const source = picture ?? `${files}/qr.svg${question}`;
  /** @param {string} term @param {string[]} values */
  const line = (term, ...values) => h("div", { class: "when" }, h("dt", {}, term), ...values.map((value) => h("dd", {}, value)));
  return h("li", { class: "pass" },
    h("div", { class: "ticket" },
      h("div", { class: "ticket-body" },
        h("dl", { class: "ticket-lines" },
          line(t("Date"), longDay(slot.date)),
          line(t("Time"), span(slot.start_time, slot.end_time)),
          venue && h("div", {}, h("dt", {}, t("Venue")), h("dd", { translate: "no" }, venue.name), venue.address && h("dd", { class: "address" }, venue.address)),
          count > 1 && h("div", {}, h("dt", {}, t("Ticket")), h("dd", {}, t("{at} of {count}", { at: at + 1, count }))))),
      h("div", { class: "ticket-stub" },
        h("img", { class: "qr", id: at === 0 ? "qr" : null, src: source, width: 288, height: 288, alt: t("QR code of ticket {code}", { code }) }),
        h("p", { class: "code" }, code),
        h("div", { class: "files" },
          h("button", { type: "button", class: "button link small", onclick: () => showAtDoor(source, code) }, t("Show large")),
          h("a", { class: "button link small", id: at === 0 ? "qr-download" : null, href: picture ?? `${files}/qr.png${question}`, download: `${code}.png` }, t("Save image"))))));
}

/** @param {Element} list @param {number} count */
export function turner(list, count) {
  const at = h("span", { role: "status" });
  /** @param {number} by */
  const turn = (by) => list.scrollBy({ left: by * list.clientWidth });
  const show = () => {
    const place = Math.min(count - 1, Math.max(0, Math.round(list.scrollLeft / list.clientWidth)));
    const words = t("Ticket {at} of {count}", { at: place + 1, count });
    if (at.textContent !== words) at.textContent = words;
    before.disabled = place === 0;
    after.disabled = place === count - 1;
  };
  /** @param {number} by @param {string} name @param {string} words */
  const button = (by, name, words) => h("button", { type: "button", class: "button quiet small square", "aria-label": words, onclick: () => turn(by) }, icon(name));
  const before = button(-1, "left", t("Ticket before"));
  const after = button(1, "right", t("Next ticket"));
  list.addEventListener("scroll", show, { passive: true });
  queueMicrotask(show);
  return h("div", { class: "pass-turner" }, before, at, after);
}

/** Shows only the code, on white, with the screen kept awake. @param {string} source @param {string} code @param {string} label */
export function showAtDoor(source, code, label = t("QR code of ticket {code}", { code })) {
  const close = h("button", { type: "button", class: "button", autofocus: true, onclick: () => dialog.close() }, t("Close"));
  const dialog = h("dialog", { class: "door-code", "aria-label": label },
    h("p", { class: "soft" }, t("Turn the brightness up and hold the code to the scanner.")),
    h("div", {}, h("img", { class: "qr", src: source, alt: "", width: 600, height: 600 }), h("p", { class: "code soft" }, code)),
    close);
  /** @type {WakeLockSentinel | null} */
  let awake = null;
  navigator.wakeLock?.request("screen").then((lock) => {
    awake = lock;
    if (!dialog.open) lock.release();
  }, () => {});
  dialog.addEventListener("close", () => {
    awake?.release();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
