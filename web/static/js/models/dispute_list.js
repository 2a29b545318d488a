// The disputes by id, each as the hub last sent it.
export class DisputeList {
  /** @type {Map<number, Wire.Dispute>} */
  #all = new Map();

  /** @param {Wire.Dispute[]} disputes */
  replace(disputes) {
    // An answer may be older than an earlier event: a decided dispute stays decided.
    const decided = [...this.#all.values()].filter((one) => one.decision);
    this.#all = new Map(disputes.map((one) => [one.dispute_id, one]));
    for (const one of decided) if (this.#all.get(one.dispute_id)?.decision === null) this.#all.set(one.dispute_id, one);
  }

  /** @param {Wire.Dispute} dispute */
  update(dispute) {
    const known = this.#all.get(dispute.dispute_id);
    if (known?.decision && !dispute.decision) return;
    this.#all.set(dispute.dispute_id, dispute);
  }

  /** Open disputes, oldest first. */
  get open() {
    return [...this.#all.values()].filter((one) => !one.decision).sort((a, b) => a.dispute_id - b.dispute_id);
  }

  /** Newest decisions first. */
  get decided() {
    return [...this.#all.values()].filter((one) => one.decision).sort((a, b) => Date.parse(b.decided_at ?? "") - Date.parse(a.decided_at ?? ""));
  }
}
