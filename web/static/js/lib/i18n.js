// The page's language: its words, its locale and the day its weeks begin with. English texts are the keys; the page brings
// the translations of its scripts' texts as JSON (web/pages/page_language.py), by short names, and nothing at all when it is English.
//
// t() and tn() are found by `make messages`, so their texts are written out at the call, never put together.
const root = document.documentElement;

/** The language of the words, as in <html lang>: "en", "zh-Hans". */
export const language = root.lang || "en";
/** The language as the reader's region writes it, for Intl: "en-US", "zh-Hans-CN". */
export const locale = root.dataset.locale || language;
/** The day a week begins with: 1 is Monday, 7 is Sunday. */
export const weekStart = Number(root.dataset.weekStart) || 1;

const block = document.getElementById("messages");
/** @type {Record<string, string | string[]>} */
const catalogue = block ? JSON.parse(block.textContent ?? "{}") : {};
const rules = new Intl.PluralRules(language);
/** @type {Intl.LDMLPluralRule[]} */
const EVERY_FORM = ["zero", "one", "two", "few", "many", "other"];
const FORMS = EVERY_FORM.filter((form) => rules.resolvedOptions().pluralCategories.includes(form));
const figures = new Intl.NumberFormat(locale);

/** A text by its short name: the 32-bit FNV-1a of its UTF-16 units. @param {string} text */
function wordsFor(text) {
  if (!block) return undefined;
  let reckoned = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) reckoned = Math.imul(reckoned ^ text.charCodeAt(i), 0x01000193);
  return catalogue[(reckoned >>> 0).toString(36)];
}

const filled = (/** @type {string} */ text, /** @type {Record<string, unknown>} */ values) => text.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));

/** @type {Words["t"]} */
export function t(text, values = {}) {
  const found = wordsFor(text) ?? text;
  return filled(Array.isArray(found) ? found[0] : found, values);
}

/**
 * tn("one place", "{n} places", 3): the form this language has for the number; {n} is the number itself. Chinese grammar knows
 * one form only, but a single thing is still said in other words than several: there the catalogue has a form for exactly one.
 * @type {Words["tn"]}
 */
export function tn(one, many, n, values = {}) {
  const found = wordsFor(one);
  const forms = Array.isArray(found) ? found : null;
  const place = forms && forms.length > FORMS.length ? Number(n !== 1) : FORMS.indexOf(rules.select(n));
  const text = forms ? (forms[place] ?? forms.at(-1)) : n === 1 ? one : many;
  return filled(text, { n: figures.format(n), ...values });
}
