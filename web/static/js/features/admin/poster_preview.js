// The chosen image of a poster, shown before it is uploaded.
import { byId, h } from "../../lib/elements.js";

/** Shows the chosen file in the poster's frame. @param {HTMLFormElement} form */
export function previewPoster(form) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("image"));
  field.addEventListener("change", () => {
    const [file] = field.files ?? [];
    if (!file?.type.startsWith("image/")) return;
    // As a data: URL, because the page's policy allows no other picture that is not the hub's.
    const reader = new FileReader();
    reader.addEventListener("load", () => byId("poster-shown").replaceChildren(h("img", { class: "small-poster", src: String(reader.result), alt: "" })));
    reader.readAsDataURL(file);
  });
}
