// The page with new recovery codes: its button prints them. Without this script the browser's own menu does.
const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-print]"));
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
