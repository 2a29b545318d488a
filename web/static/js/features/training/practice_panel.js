// The training's own part of the scanner: who comes next, what to choose where the answer leaves one way only, and the score.
import { byId, h } from "../../lib/elements.js";
import { gap, t } from "../../lib/i18n.js";
import { CHOICES, lessonOf, placeOf, sceneOf, scoreOf, soFar } from "../../words/practice.js";

/** Answers after which nothing is left to do with the visitor. */
const DONE = new Set(["VERIFIED", "NOTED", "RE_ENTRY", "EXIT_RECORDED", "EXIT_NOTED", "QUESTION_DENIED", "TAKEN_BACK"]);

export class PracticePanel {
  /** What the visitor on the screen was answered, while the answer is there. @type {{ mayVerify: boolean } | null} */
  #answered = null;

  /**
   * `onScan(code)` presents a visitor's code, `onVisitor(visitor)` prepares the scanner for one, `onChosen()` ends an answer.
   *
   * @param {{ run: PracticeRun, hub: PracticeHub, onScan: (code: string) => void, onVisitor: (visitor: PracticeVisitor | null) => void, onChosen: () => void }} options
   */
  constructor({ run, hub, onScan, onVisitor, onChosen }) {
    this.run = run;
    this.hub = hub;
    this.onScan = onScan;
    this.onVisitor = onVisitor;
    this.onChosen = onChosen;
    this.card = byId("practice");
    this.choices = byId("practice-choices");
    this.#draw();
  }

  get #code() {
    return this.hub.codes[this.run.visitor?.name ?? ""] ?? "";
  }

  /** An answer is on the screen. @param {{ decision: Decision, code: string }} answer @param {boolean} mayVerify */
  answered({ decision, code }, mayVerify) {
    const ours = this.run.begun && code === this.#code;
    this.#answered = ours ? { mayVerify } : null;
    this.#ask(ours && !mayVerify && !DONE.has(decision.reason));
  }

  /** The answer has left the screen: what was done with the visitor counts. */
  left() {
    const answered = this.#answered;
    this.#answered = null;
    this.#ask(false);
    const outcome = this.hub.outcomes.get(this.#code) ?? (answered?.mayVerify ? "away" : null);
    if (!answered || !outcome) return;
    this.run.settle(outcome);
    this.#next();
  }

  #begin() {
    this.hub.reset();
    this.run.begin();
    this.#next();
  }

  #next() {
    this.onVisitor(this.run.visitor);
    this.#draw();
    window.scrollTo(0, 0);
  }

  /** Asks where to send a visitor whom the scanner does not admit. @param {boolean} asks */
  #ask(asks) {
    document.body.toggleAttribute("data-choosing", asks);
    this.choices.hidden = !asks;
    const choices = CHOICES[this.run.visitor?.leaves ? "exit" : "entry"];
    byId("practice-buttons").replaceChildren(...(asks ? choices.map(([choice, words]) =>
      h("button", { type: "button", class: "button", "data-choice": choice, onclick: () => this.#choose(choice) }, words)) : []));
  }

  /** @param {string} choice */
  #choose(choice) {
    this.hub.outcomes.set(this.#code, choice);
    this.onChosen();
  }

  #draw() {
    const { visitor, begun } = this.run;
    this.card.replaceChildren(...(!begun ? this.#welcome() : visitor ? this.#scene(visitor) : this.#score()));
  }

  #welcome() {
    return [
      h("h1", {}, t("Practise at the gate")),
      h("p", {}, t("{n} visitors come one after another. Scan each ticket, read the answer, and do what you would do at the gate.", { n: this.run.visitors.length })),
      h("p", {}, t("No visitor is real: the hub hears of nothing, and this works offline too. Meanwhile this scanner admits nobody.")),
      this.#button(t("Start"), () => this.#begin()),
      h("a", { class: "button quiet", href: "/operator/scan/practice-codes" }, t("Print the practice codes")),
      h("a", { class: "button quiet", href: "/operator/manual" }, t("Operator's manual")),
    ];
  }

  /** @param {PracticeVisitor} visitor */
  #scene(visitor) {
    const { run } = this;
    const last = run.results.at(-1);
    return [
      last ? h("p", { class: "practice-feedback", "data-right": String(last.right) }, h("strong", {}, last.right ? t("Right.") : t("Not quite.")), gap, lessonOf(last.visitor)) : null,
      h("p", { class: "practice-place" }, placeOf(run.number, run.visitors.length), last ? h("span", {}, soFar(run.rightOnes, run.results.length)) : null),
      h("h1", {}, sceneOf(visitor)),
      this.#button(t("Scan the ticket"), () => this.onScan(this.#code)),
    ].filter((part) => part !== null);
  }

  #score() {
    const { run } = this;
    const wrong = run.wrongOnes;
    return [
      h("h1", { class: "practice-score" }, scoreOf(run.rightOnes, run.visitors.length)),
      h("p", {}, wrong.length ? t("These are worth another look:") : t("You know every answer of the scanner.")),
      wrong.length ? h("ul", { class: "practice-wrong" }, ...wrong.map(({ visitor }) => h("li", {}, h("strong", {}, sceneOf(visitor)), h("span", {}, lessonOf(visitor))))) : null,
      this.#button(t("Practise again"), () => this.#begin()),
      h("a", { class: "button quiet", href: "/operator/scan" }, t("Back to work")),
    ].filter((part) => part !== null);
  }

  /** @param {string} words @param {() => void} onclick */
  #button(words, onclick) {
    return h("button", { type: "button", class: "button practice-go", onclick }, words);
  }
}
