// The mail page's list, a card per message. A card changes only with its message, so that the focus stays.
import { first, h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { howLong, kindOf, standingOf, standingWords, triesOf } from "../../words/mail.js";

/** @typedef {{ version: string, mail: Wire.Mail, element: HTMLElement }} MailCard */

export class MailList {
  /** @type {Map<number, MailCard>} */
  #cards = new Map();

  /** @param {HTMLElement} place @param {Record<MailAction, (mail: Wire.Mail) => void>} on */
  constructor(place, on) {
    this.place = place;
    this.on = on;
  }

  /**
   * Draws the messages, newest first; returns whether the focused card is gone.
   *
   * @param {Wire.Mail[]} mails
   * @param {Date} now
   */
  show(mails, now) {
    const hadFocus = this.place.contains(document.activeElement);
    /** @type {Map<number, MailCard>} */
    const kept = new Map();
    for (const mail of mails) {
      const version = JSON.stringify(mail);
      const old = this.#cards.get(mail.id);
      const card = old?.version === version ? old : { version, mail, element: this.#draw(mail) };
      if (old && card !== old) this.#swap(old.element, card.element);
      kept.set(mail.id, card);
    }
    for (const [id, { element }] of this.#cards) if (!kept.has(id)) element.remove();
    let place = this.place.firstElementChild;
    for (const { element } of kept.values()) {
      if (element === place) place = element.nextElementSibling;
      else this.place.insertBefore(element, place);
    }
    this.#cards = kept;
    this.mark(now);
    return hadFocus && !this.place.contains(document.activeElement);
  }

  /** Updates the ages. @param {Date} now */
  mark(now) {
    for (const { mail, element } of this.#cards.values()) {
      const since = mail.sent_at ?? mail.created_at;
      write(first(element, "[data-since]"), howLong(since, now));
      const next = element.querySelector("[data-next]");
      const at = mail.next_attempt_at;
      if (next && at) write(next, Date.parse(at) <= +now ? t("next try at once") : t("next try {when}", { when: howLong(at, now) }));
    }
  }

  /** Replaces a card; the focus moves to the same button of the new one. @param {HTMLElement} old @param {HTMLElement} fresh */
  #swap(old, fresh) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const action = old.contains(focused) ? focused?.dataset.action : null;
    old.replaceWith(fresh);
    if (action) first(fresh, `[data-action="${action}"]`)?.focus();
  }

  /** @param {Wire.Mail} mail */
  #draw(mail) {
    const title = `mail-${mail.id}`;
    /** @param {MailAction} action @param {string} words */
    const button = (action, words) =>
      h("button", { type: "button", class: "button quiet small", "data-action": action, "aria-describedby": title, onclick: () => this.on[action](mail) }, words);
    return h("li", { class: "mail-card", "data-id": mail.id },
      h("h3", { id: title }, kindOf(mail), h("span", { class: "mail-state", "data-status": standingOf(mail) }, standingWords(mail))),
      h("p", { class: "meta" },
        h("span", {}, mail.channel === "sms" ? t("to {recipient} by text message", { recipient: mail.recipient }) : t("to {recipient}", { recipient: mail.recipient })),
        h("time", { datetime: mail.sent_at ?? mail.created_at, "data-since": "" }),
        h("span", {}, triesOf(mail)),
        mail.next_attempt_at && h("span", { "data-next": "" })),
      mail.trouble && h("p", { class: "trouble" }, mail.trouble),
      (mail.can_retry || mail.can_discard) && h("div", { class: "buttons" },
        mail.can_retry && button("retry", t("Send again")),
        mail.can_discard && button("discard", t("Discard"))));
  }
}

/** @param {Element} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
