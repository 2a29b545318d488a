// A list that the hub renders: fetched again every few seconds, and while one types into its search.
import { byId, first } from "../../lib/elements.js";
import { fetchPage, keepLooking } from "../../lib/fresh_page.js";

const TYPING_MS = 250;

/** Keeps the list in `part` fresh. Its data-live has the seconds between two looks. @param {HTMLElement} part */
export function keepListFresh(part) {
  const form = /** @type {HTMLFormElement} */ (first(part, "[data-search]"));
  let address = location.pathname + location.search;
  let asked = 0;
  /** @type {number | undefined} */
  let typing;

  const look = async () => {
    const mine = ++asked;
    const page = await fetchPage(address);
    if (mine === asked) refresh(part, page);
  };

  const search = () => {
    clearTimeout(typing);
    address = `${location.pathname}?${new URLSearchParams(/** @type {any} */ (filled(form)))}`;
    history.replaceState(null, "", address);
    return look().catch(() => form.submit());
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  form.addEventListener("change", search);
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(search, TYPING_MS);
  });
  keepLooking(look, Number(part.dataset.live) * 1000);
}

/** The form's filled fields; the usual order is left out of the address. @param {HTMLFormElement} form */
function filled(form) {
  return [...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "name"));
}

/** Replaces everything but the form, so that what somebody types and where they are stays. @param {HTMLElement} part @param {Document} page */
function refresh(part, page) {
  const fresh = page.getElementById(part.id);
  // Without a session the hub shows the sign-in instead.
  if (fresh === null) return location.reload();
  for (const selector of ["#overview", "#choices", "#results"]) {
    const now = first(fresh, selector);
    const shown = first(part, selector);
    if (now.isEqualNode(shown)) continue;
    const focused = shown.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    shown.replaceChildren(...now.childNodes);
    if (focused) /** @type {HTMLElement | null} */ (shown.querySelector(`[href="${CSS.escape(focused)}"]`))?.focus();
  }
  byId("spoken").textContent = first(fresh, "#results").dataset.count ?? "";
  return undefined;
}
