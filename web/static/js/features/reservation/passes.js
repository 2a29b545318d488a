// Adds to the rendered tickets what needs a script: a full-screen view for the gate, and a switch between several.
import { first, targetOf } from "../../lib/elements.js";
import { showAtDoor, turner } from "../reserve/passes.js";

/** @param {Element} part */
export function enhancePasses(part) {
  for (const list of part.querySelectorAll(".passes")) {
    const count = list.children.length;
    if (count > 1) list.after(turner(list, count));
    list.addEventListener("click", (event) => {
      const target = targetOf(event);
      const pass = target.closest("[data-action=large]") && target.closest(".pass");
      if (!pass) return;
      const picture = /** @type {HTMLImageElement} */ (first(pass, ".qr"));
      showAtDoor(picture.src, first(pass, ".code").textContent ?? "");
    });
  }
}
