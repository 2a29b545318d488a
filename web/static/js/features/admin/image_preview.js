// The chosen image of a poster or a logo, shown before it is uploaded.
import { byId, h } from "../../lib/elements.js";

/** Shows the chosen file in the frame that `data-image` names. @param {HTMLFormElement} form */
export function previewImage(form) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("image"));
  const frame = byId(form.dataset.image ?? "");
  if (!frame) return;
  field.addEventListener("change", () => {
    const [file] = field.files ?? [];
    if (!frame || !file?.type.startsWith("image/")) return;
    // As a data: URL, because the page's policy allows no other picture that is not the hub's.
    const reader = new FileReader();
    reader.addEventListener("load", () => frame.replaceChildren(h("img", { class: frame.dataset.picture ?? "", src: String(reader.result), alt: "" })));
    reader.readAsDataURL(file);
  });
}
