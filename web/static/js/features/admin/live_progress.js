// A part of a page that shows how far something is: fetched again every few seconds until the hub says that it is done.
import { fetchPage } from "../../lib/fresh_page.js";

/** Keeps `part` fresh. Its data-progress has the seconds between two looks. @param {HTMLElement} part */
export function followProgress(part) {
  const look = async () => {
    const page = await fetchPage(location.pathname + location.search).catch(() => null);
    const fresh = page?.getElementById(part.id);
    if (fresh) {
      part.replaceChildren(...fresh.childNodes);
      const heading = page?.querySelector("h1")?.textContent;
      const shown = document.querySelector("h1");
      if (shown && heading) shown.textContent = heading;
      if (!fresh.dataset.progress) return;
    }
    setTimeout(look, Number(part.dataset.progress) * 1000);
  };
  setTimeout(look, Number(part.dataset.progress) * 1000);
}
