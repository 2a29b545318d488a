// Adds what needs a script to the tickets that the hub rendered: a large view for the gate, and a switch between several.
import { showAtDoor, turner } from "../reserve/passes.js";

export function enhancePasses(part) {
  for (const list of part.querySelectorAll(".passes")) {
    const count = list.children.length;
    if (count > 1) list.after(turner(list, count));
    list.addEventListener("click", (event) => {
      if (!event.target.closest("[data-action=large]")) return;
      const pass = event.target.closest(".pass");
      showAtDoor(pass.querySelector(".qr").src, pass.querySelector(".code").textContent);
    });
  }
}
