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

/** @param {string} text */
export const looksLikeEmail = (text) => SHAPE.test(text.trim());

/** The address that was probably meant, or null. @param {string} typed */
export function probablyMeant(typed) {
  const text = typed.trim();
  const at = text.lastIndexOf("@");
  const name = text.slice(0, at);
  const domain = text.slice(at + 1).toLowerCase().replace(/,/g, ".");
  if (at < 1 || !domain || text.slice(at + 1).toLowerCase() === domain && REAL.has(domain)) return null;
  const dot = domain.lastIndexOf(".");
  const ending = ENDINGS[domain.slice(dot + 1)];
  const mended = dot > 0 && ending ? domain.slice(0, dot + 1) + ending : domain;
  if (REAL.has(mended)) return `${name}@${mended}`;
  const near = COMMON.find((known) => oneSlip(mended, known));
  if (near) return `${name}@${near}`;
  return mended === text.slice(at + 1).toLowerCase() ? null : `${name}@${mended}`;
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
