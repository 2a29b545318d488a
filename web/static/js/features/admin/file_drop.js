// A form with one file: a file that is dropped onto it is uploaded at once.

/** Lets `form` take dropped files. @param {HTMLFormElement} form */
export function takeDroppedFile(form) {
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
  const zone = /** @type {HTMLElement} */ (form.querySelector(".drop-zone"));
  const hint = /** @type {HTMLElement} */ (form.querySelector("[data-drop-hint]"));
  hint.hidden = false;
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  for (const end of ["dragleave", "drop"]) zone.addEventListener(end, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
