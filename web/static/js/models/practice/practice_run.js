// One run of the training: who comes next, what was done with each visitor, and the score.

export class PracticeRun {
  /** @type {PracticeResult[]} */
  results = [];
  begun = false;

  /** @param {PracticeVisitor[]} visitors */
  constructor(visitors) {
    this.visitors = visitors;
  }

  /** Who comes now; null at the end. @returns {PracticeVisitor | null} */
  get visitor() {
    return this.visitors[this.results.length] ?? null;
  }

  get number() {
    return this.results.length + 1;
  }

  get rightOnes() {
    return this.results.filter(({ right }) => right).length;
  }

  /** @returns {PracticeResult[]} */
  get wrongOnes() {
    return this.results.filter(({ right }) => !right);
  }

  begin() {
    this.results = [];
    this.begun = true;
  }

  /** The visitor is gone: with this outcome. @param {PracticeOutcome} outcome */
  settle(outcome) {
    const { visitor } = this;
    if (visitor) this.results.push({ visitor, outcome, right: outcome === visitor.right });
  }
}
