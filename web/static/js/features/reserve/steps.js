// Shows one step at a time, each with an entry in the browser's history. Add a new step here.
import { byId, first } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";

/** @type {StepName[]} */
export const STEPS = ["ticket", "venue", "contact", "code", "slot", "confirm", "done"];
/** @type {{ [step in StepName]?: StepName }} */
const SHOWN_AS = { venue: "ticket", code: "contact" };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Steps {
  #title = document.title;

  /** @type {StepName | null} */
  #wanted = null;

  /** @param {HTMLElement} root @param {StepRules} rules */
  constructor(root, { furthest, prepare, onEnter, onLeave, instead }) {
    this.root = root;
    this.furthest = furthest;
    this.prepare = prepare;
    this.onEnter = onEnter;
    this.onLeave = onLeave;
    this.instead = instead;
    /** @type {StepName | null} */
    this.step = null;
    history.scrollRestoration = "manual";
    addEventListener("popstate", (event) => this.#show(this.#possible(event.state?.step ?? "ticket"), true));
    for (const button of root.querySelectorAll("button")) if (button.dataset.back) button.addEventListener("click", () => this.go(/** @type {StepName} */ (button.dataset.back)));
  }

  /** Shows the first step. */
  async begin(/** @type {StepName} */ wanted) {
    const step = this.#possible(wanted);
    history.replaceState({ step }, "");
    await this.#show(step, step !== "ticket");
  }

  async go(/** @type {StepName} */ wanted) {
    const step = this.#possible(wanted);
    if ((await this.#show(step, true)) && step !== history.state?.step) history.pushState({ step }, "");
  }

  #possible(/** @type {StepName} */ step) {
    const furthest = this.furthest();
    if (furthest === "done") return "done";
    return this.instead(STEPS.indexOf(step) <= STEPS.indexOf(furthest) ? step : furthest);
  }

  async #show(/** @type {StepName} */ step, /** @type {boolean} */ focus) {
    this.#wanted = step;
    if (!(await this.prepare(step)) || this.#wanted !== step) return false;
    if (this.step && this.step !== step) this.onLeave(this.step);
    this.step = step;
    this.root.dataset.step = step;
    for (const section of this.root.querySelectorAll("section")) section.hidden = section.dataset.step !== step;
    this.#mark(SHOWN_AS[step] ?? step);
    this.onEnter(step);
    const heading = first(this.root, `#${step}-title`);
    document.title = step === "ticket" ? this.#title : `${heading.textContent?.trim()} · ${this.#title}`;
    if (!focus) return true;
    heading.focus({ preventScroll: true });
    scrollTo({ top: 0, behavior: calm.matches ? "auto" : "smooth" });
    return true;
  }

  #mark(/** @type {StepName} */ shown) {
    const at = STEPS.indexOf(shown);
    for (const item of /** @type {HTMLCollectionOf<HTMLElement>} */ (byId("steps").children)) {
      const place = STEPS.indexOf(/** @type {StepName} */ (item.dataset.step));
      const label = /** @type {HTMLButtonElement} */ (item.firstElementChild);
      item.classList.toggle("past", place < at);
      if (label.tagName === "BUTTON") label.disabled = place >= at;
      if (place === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
      label.title = place < at ? t("Done; go back to change it") : "";
    }
  }
}
