// The menu is longer than most screens. It shows the current place when the page opens, and when a phone opens the menu.

/** @param {HTMLElement} link the current place */
export function keepInView(link) {
  const show = () => link.scrollIntoView({ block: "nearest" });
  show();
  link.closest("nav")?.addEventListener("toggle", show);
}
