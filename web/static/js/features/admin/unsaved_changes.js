// Unsaved changes: before a page is left whose form was typed into and not sent, the browser asks.

/** The fields of a form as one text. @param {HTMLFormElement} form */
function contentOf(form) {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, typeof value === "string" ? value : value.name]));
}

/**
 * Has the browser ask before what was typed into these forms is lost. Sending one of them never asks.
 *
 * @param {HTMLFormElement[]} forms
 */
export function warnOfUnsavedChanges(forms) {
  const first = new Map(forms.map((form) => [form, contentOf(form)]));
  let sent = false;
  for (const form of forms) {
    form.addEventListener("submit", () => {
      sent = true;
    });
  }
  // The page may be shown again from the browser's memory, as it was left.
  addEventListener("pageshow", () => {
    sent = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!sent && forms.some((form) => cameBack(form) || contentOf(form) !== first.get(form))) event.preventDefault();
  });
}

/** Whether the form came back unsaved: with what is wrong, or a preview. @param {HTMLFormElement} form */
function cameBack(form) {
  return form.hasAttribute("data-unsaved") || form.querySelector("[aria-invalid=true]") !== null;
}
