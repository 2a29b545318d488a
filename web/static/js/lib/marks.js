// Briefly marks an element that changed by itself.
const MARKED_MS = 2_400;
const timers = new WeakMap();

/** @param {Element} element */
export function mark(element) {
  clearTimeout(timers.get(element));
  element.classList.add("changed");
  timers.set(element, setTimeout(() => element.classList.remove("changed"), MARKED_MS));
}
