// The phone field: a country beside the number, which people type as they dial it.
import { byId, h } from "../../lib/elements.js";
import { locale, t } from "../../lib/i18n.js";
import { spaced } from "../../models/digits.js";
import { COUNTRIES, dialCode, isCountry, readPhone } from "../../models/phone.js";

export class PhoneField {
  /** @type {Intl.DisplayNames | null} */
  #names = null;

  constructor() {
    this.select = byId("country");
    this.input = byId("phone");
    this.hint = byId("phone-hint");
    this.rest = this.hint.textContent;
    this.#fill();
    this.select.addEventListener("change", () => this.#show());
    this.input.addEventListener("input", () => this.#follow());
  }

  get country() {
    return this.select.value;
  }

  set country(country) {
    this.select.value = isCountry(country) ? country : "US";
    this.#show();
  }

  read() {
    return readPhone(this.input.value, this.country);
  }

  /** The error in words, or "". */
  problem(found = this.read()) {
    if (!found.problem) return "";
    return {
      empty: t("Please enter your phone number."),
      characters: t("A phone number has digits only, with or without a + before."),
      country: t("We do not know this country code."),
      short: t("This number is too short."),
      long: t("This number is too long."),
    }[found.problem];
  }

  doubt(found = this.read()) {
    return found.doubt ? t("That is shorter than numbers in {country} usually are. Is it complete?", { country: this.#name(found.country) }) : "";
  }

  /** A number with a country code selects its country. */
  #follow() {
    const found = this.read();
    if (!found.problem && found.country !== this.country) this.select.value = found.country;
    this.#show(found);
  }

  #show(found = this.read()) {
    byId("country-short").textContent = this.country;
    byId("country-code").textContent = `+${dialCode(this.country)}`;
    this.hint.textContent = found.problem ? this.rest : t("We'll use {number}.", { number: spaced(found.e164) });
  }

  #fill() {
    const names = COUNTRIES.map((country) => [this.#name(country), country]);
    names.sort(([a], [b]) => a.localeCompare(b, locale));
    this.select.replaceChildren(...names.map(([name, country]) => h("option", { value: country }, `${name} (+${dialCode(country)})`)));
  }

  /** @param {string} country */
  #name(country) {
    this.#names ??= new Intl.DisplayNames([locale], { type: "region", fallback: "code" });
    return this.#names.of(country) ?? country;
  }
}
