// The organiser's pages: the hub renders them, and they work without this script. It keeps lists fresh and searches while one types.
import { keepListFresh } from "../features/organiser/live_list.js";

const list = document.querySelector("[data-live]");
if (list instanceof HTMLElement) keepListFresh(list);

for (const button of document.querySelectorAll("[data-print]")) {
  if (button instanceof HTMLElement) button.hidden = false;
  button.addEventListener("click", () => print());
}
