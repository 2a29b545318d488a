// Typed e-mail addresses: which cannot be one, and which was probably meant. Add a common domain here.
const SHAPE = /^[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\s@.,;<>()]{2,}$/u;

// The most common domains. A name one typing error away from one of these probably means it.
const COMMON = [
  "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "hotmail.com", "outlook.com", "icloud.com", "live.com", "msn.com",
  "aol.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "libero.it", "virgilio.it",
  "tiscali.it", "orange.fr", "wanadoo.fr", "free.fr", "qq.com", "163.com", "126.com", "sina.com", "foxmail.com", "yeah.net",
];
// Domains that exist and look like errors of the above.
const REAL = new Set([...COMMON, "mail.com", "ymail.com", "email.com", "me.com", "mac.com", "gmx.com", "gmx.at", "gmx.ch", "live.it", "live.fr", "hotmail.it", "hotmail.fr", "hotmail.de", "yahoo.fr", "yahoo.it", "yahoo.de", "yahoo.cn", "sina.cn", "139.com", "189.cn"]);
/** @type {Record<string, string>} */
const ENDINGS = { con: "com", cmo: "com", ocm: "com", comm: "com", vom: "com", xom: "com", cim: "com", nte: "net", ner: "net", ogr: "org" };

// What phones and word processors make of an apostrophe or a hyphen, and letters with a spelling of their own (contact_details.py has them too).
/** @type {Record<string, string>} */
const PLAIN = { "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2032": "'", "\u00b4": "'", "`": "'", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00df": "ss", "\u00f8": "o", "\u00e6": "ae", "\u0153": "oe", "\u0142": "l", "\u0111": "d" };
const ASCII = /^[ -~]*$/u;

/** Whether mail servers deliver to it: only ASCII before the @. @param {string} text */
export const isDeliverable = (text) => ASCII.test(text.slice(0, text.lastIndexOf("@")).trim());

/** The part before the @ in plain letters and signs, or as it is if its script has none. @param {string} name */
function inPlainLetters(name) {
  if (ASCII.test(name)) return name;
  const plain = [...name.toLowerCase().normalize("NFC")].map((one) => PLAIN[one] ?? one).join("").normalize("NFKD").replace(/\p{M}/gu, "");
  return ASCII.test(plain) ? plain : name;
}

/** @param {string} text */
export const looksLikeEmail = (text) => SHAPE.test(text.trim());

/** The address that was probably meant, or null. @param {string} typed */
export function probablyMeant(typed) {
  const text = typed.trim();
  const at = text.lastIndexOf("@");
  const name = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || !domain) return null;
  const meant = `${inPlainLetters(name)}@${domainMeant(domain)}`;
  return meant === text ? null : meant;
}

/** The domain that was probably meant, or as it was typed. @param {string} typed */
function domainMeant(typed) {
  const domain = typed.toLowerCase().replace(/,/g, ".");
  const dot = domain.lastIndexOf(".");
  const ending = ENDINGS[domain.slice(dot + 1)];
  const mended = dot > 0 && ending ? domain.slice(0, dot + 1) + ending : domain;
  const found = REAL.has(mended) ? mended : COMMON.find((known) => oneSlip(mended, known)) ?? mended;
  return found === typed.toLowerCase() ? typed : found;
}

/**
 * One letter too many, missing, wrong or swapped. Short names are too similar to guess.
 *
 * @param {string} typed
 * @param {string} known
 */
function oneSlip(typed, known) {
  if (known.length < 7 || Math.abs(typed.length - known.length) > 1) return false;
  let start = 0;
  while (start < typed.length && typed[start] === known[start]) start += 1;
  const a = typed.slice(start);
  const b = known.slice(start);
  return a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1) || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
}
