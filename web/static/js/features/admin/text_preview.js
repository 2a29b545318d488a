// The preview of a show's text: the hub turns the Markdown into harmless HTML, as it does for visitors, while one types.
import { byId } from "../../lib/elements.js";

const TYPING_MS = 400;

/** Shows the description of the form as visitors will see it. @param {HTMLFormElement} form */
export function previewText(form) {
  const text = /** @type {HTMLTextAreaElement} */ (byId("description"));
  let asked = 0;
  /** @type {number | undefined} */
  let typing;

  const show = async () => {
    const mine = ++asked;
    const body = new URLSearchParams({ preview: "1", description: text.value });
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" }, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("preview");
    if (mine !== asked || fresh === null) return;
    byId("preview").replaceChildren(...document.adoptNode(fresh).childNodes);
    byId("preview-empty")?.remove();
  };

  text.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => show().catch(() => {}), TYPING_MS);
  });
}
