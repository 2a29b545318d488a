// The field of a time zone: empty, it gets that of this browser.

/** @param {HTMLInputElement} field */
export function fillOwnTimeZone(field) {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
}
