// A phone number as people type it: blanks, dashes and brackets go, 00 becomes +. The API judges the rest.
export function tidyPhone(typed) {
  return typed.replace(/[\s().\u2010-\u2015/-]+/g, "").replace(/^00/, "+");
}
