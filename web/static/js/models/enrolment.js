// What this device was told of its enrolment as a scanner: kept on the device, so that it is obeyed offline too.
import { deviceStore } from "../lib/storage.js";

const STORED = "venue-hub.enrolment";

export class Enrolment {
  /** `page`: what the page says, which may be older than what is kept here. @param {ScannerPolicy | null} page */
  constructor(page, store = deviceStore()) {
    this.store = store;
    /** @type {ScannerPolicy | null} */
    this.policy = newest(page, this.#kept());
  }

  /** @param {ScannerPolicy | null} policy */
  receive(policy) {
    this.policy = policy;
    if (policy) this.store.setItem(STORED, JSON.stringify(policy));
    else this.store.removeItem(STORED);
  }

  /** @returns {ScannerPolicy | null} */
  #kept() {
    try {
      return JSON.parse(this.store.getItem(STORED) ?? "null");
    } catch {
      return null;
    }
  }
}

/** @param {ScannerPolicy | null} page @param {ScannerPolicy | null} kept */
function newest(page, kept) {
  if (!page || !kept || page.id !== kept.id) return page;
  return kept.version > page.version ? kept : page;
}
