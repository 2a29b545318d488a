// A brief mark on what has just changed by itself, so that the eye finds it.
const MARKED_MS = 2_400;
const timers = new WeakMap();

export function mark(element) {
  clearTimeout(timers.get(element));
  element.classList.add("changed");
  timers.set(element, setTimeout(() => element.classList.remove("changed"), MARKED_MS));
}
