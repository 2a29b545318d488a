// A ticket code as people type it: any case, spaces, dashes forgotten, or a whole address pasted in.
const OURS = /^TKT(\d{4})([A-Z0-9]{6})([A-Z0-9]{6})$/;

export function tidyCode(typed) {
  const text = fromAddress(typed.trim());
  const packed = text.replace(/[\s\u2010-\u2015\u2212_.-]+/g, "").toUpperCase();
  const parts = OURS.exec(packed);
  if (parts) return `TKT-${parts[1]}-${parts[2]}-${parts[3]}`;
  // Codes of other shops are kept as they are, but for blanks and typographic dashes.
  return text.replace(/\s+/g, "").replace(/[\u2010-\u2015\u2212]/g, "-");
}

function fromAddress(text) {
  if (!/^https?:\/\//i.test(text)) return text;
  try {
    return new URL(text).searchParams.get("ticket") ?? text;
  } catch {
    return text;
  }
}
