// The page's language: translations, locale and first day of the week. English texts are the keys; a page in another
// language holds its scripts' translations as JSON (web/pages/page_language.py), by short names.
//
// `make messages` finds the texts of t() and tn() at the call, so they are literals.
const root = document.documentElement;

/** The language as in <html lang>: "en", "zh-Hans". */
export const language = root.lang || "en";
/** The language with the reader's region, for Intl: "en-US", "zh-Hans-CN". */
export const locale = root.dataset.locale || language;
/** The first day of a week: 1 is Monday, 7 is Sunday. */
export const weekStart = Number(root.dataset.weekStart) || 1;

/** Between two sentences: Chinese full stops bring their own space. */
export const gap = language.startsWith("zh") ? "" : " ";

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

/** @type {Promise<unknown> | undefined} */
let loading;

/** Loads the texts of the modules that come later, once: data-more says where they are. @type {Words["loadTexts"]} */
export function loadTexts() {
  const { more } = block?.dataset ?? {};
  if (!more) return undefined;
  loading ??= fetch(more).then((reply) => reply.json()).then((texts) => Object.assign(catalogue, texts));
  return loading.catch(() => {
    loading = undefined;
    throw new TypeError("texts not imported");
  });
}

// Places in texts for names, codes and people's own words.
const NAMES = new Set(["address", "code", "email", "gate", "name", "note", "operator", "recipient", "show", "tail", "venue"]);

/** Marks a name or a code in a text, with characters that are not seen: `h` and `write` keep browsers from translating it. @type {Words["asWritten"]} */
export const asWritten = (text) => `\u2068${text}\u2069`;

/** @param {string} text @param {Record<string, unknown>} values */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => {
  const value = values[name];
  if (!(name in values)) return whole;
  return NAMES.has(name) && typeof value === "string" ? asWritten(value) : String(value);
});

/** @type {Words["t"]} */
export function t(text, values = {}) {
  const found = wordsFor(text) ?? text;
  return filled(Array.isArray(found) ? found[0] : found, values);
}

/**
 * tn("one place", "{n} places", 3): the language's plural form for the number {n}. Chinese has one plural form; its
 * catalogue has another for exactly one.
 * @type {Words["tn"]}
 */
export function tn(one, many, n, values = {}) {
  const found = wordsFor(one);
  const forms = Array.isArray(found) ? found : null;
  const place = forms && forms.length > FORMS.length ? Number(n !== 1) : FORMS.indexOf(rules.select(n));
  const text = forms ? (forms[place] ?? forms.at(-1)) : n === 1 ? one : many;
  return filled(text, { n: figures.format(n), ...values });
}
