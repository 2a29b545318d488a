// Typed phone numbers, with or without a country code, in any spacing. The hub decides; this only prepares.
import { asciiDigits } from "./digits.js";
import { FIRST_OF_CODE, PLANS } from "./dialling_codes.js";

/** @typedef {{ country: string, code: string, trunk: string, fewest: number, most: number }} Plan */
/** @type {Map<string, Plan>} */
const byCountry = new Map();
/** @type {Map<string, string>} */
const firstOf = new Map();
for (const row of PLANS.split(" ")) {
  const [head, trunk, lengths] = row.split("/");
  const [fewest, most] = lengths.split("-").map(Number);
  const country = head.slice(0, 2);
  const code = head.slice(2);
  byCountry.set(country, { country, code, trunk, fewest, most });
  if (!firstOf.has(code)) firstOf.set(code, country);
}
for (const row of FIRST_OF_CODE.split(" ")) firstOf.set(row.slice(0, -2), row.slice(-2));

export const COUNTRIES = [...byCountry.keys()];
/** @param {string} country */
export const dialCode = (country) => byCountry.get(country)?.code ?? "";
/** @param {string | undefined} country @returns {country is string} */
export const isCountry = (country) => byCountry.has(country ?? "");

// The hub accepts ten digits whatever the plan says; E.164 allows fifteen.
const ENOUGH_DIGITS = 10;
const MOST_DIGITS = 15;

/**
 * Reads a typed number of a country. `problem` is null, "empty", "characters", "country", "short" or "long". `doubt`
 * ("short", "long") marks an accepted number of unusual length. `e164` is set unless there is a problem.
 *
 * @param {string} typed
 * @param {string} country
 * @returns {ReadPhone}
 */
export function readPhone(typed, country) {
  const text = asciiDigits(typed.normalize("NFKC")).trim();
  const packed = text.replace(/[\s().\-\u2010-\u2015\u2212/\u00b7]+/g, "");
  if (!packed) return { problem: "empty", country };
  if (!/^\+?[0-9]+$/.test(packed)) return { problem: "characters", country };
  const abroad = international(packed, country);
  if (abroad !== null) return abroadNumber(abroad, country);
  const plan = byCountry.get(country);
  if (!plan) return { problem: "country", country };
  let digits = packed;
  const { trunk } = plan;
  // "1 202 ..." in the United States: the prefix goes only if the rest is a whole number.
  if (trunk && digits.startsWith(trunk) && (trunk === "0" || digits.length - trunk.length >= plan.fewest)) digits = digits.slice(trunk.length);
  // Belarus dials 8, then 0; Argentina writes a mobile's 9 as a 15 after the area code.
  if (trunk === "8" && digits.startsWith("0")) digits = digits.slice(1);
  if (country === "AR") digits = digits.replace(/^(11|[23]\d{2,3})15(\d+)$/, (all, area, rest) => (all.length === 12 ? `9${area}${rest}` : all));
  return judged(plan, digits);
}

/** @param {string} packed @param {string} country */
function international(packed, country) {
  if (packed.startsWith("+")) return packed.slice(1);
  if (packed.startsWith("00")) return packed.slice(2);
  // North America's international prefix is 011.
  return packed.startsWith("011") && dialCode(country) === "1" ? packed.slice(3) : null;
}

/** @param {string} digits @param {string} chosen @returns {ReadPhone} */
function abroadNumber(digits, chosen) {
  const code = [1, 2, 3].map((length) => digits.slice(0, length)).find((start) => firstOf.has(start));
  const country = code && (dialCode(chosen) === code ? chosen : firstOf.get(code));
  const plan = country && byCountry.get(country);
  if (!code || !plan) return { problem: "country", country: chosen };
  // "+44 (0)20 ...": the zero in brackets is for domestic calls.
  const rest = digits.slice(code.length);
  return judged(plan, plan.trunk === "0" && rest.startsWith("0") ? rest.slice(1) : rest);
}

/** @param {Plan} plan @param {string} digits @returns {ReadPhone} */
function judged(plan, digits) {
  const { country, code, fewest, most } = plan;
  const all = code.length + digits.length;
  const short = digits.length < fewest;
  const long = digits.length > most;
  if (short && all < ENOUGH_DIGITS) return { problem: "short", country };
  if (long || all > MOST_DIGITS) return { problem: "long", country };
  return { problem: null, country, e164: `+${code}${digits}`, doubt: short ? "short" : null };
}
