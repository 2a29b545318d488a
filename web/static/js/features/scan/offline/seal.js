// Encrypts stored records: AES-GCM with a key that no script can export; each record is bound to its kind and owner.
const IV_BYTES = 12;

/** @param {string[]} encoded */
export async function importKeys(encoded) {
  return Promise.all(encoded.map((text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  }));
}

export class Seal {
  /** The first key encrypts; the others decrypt older records. @param {string} owner @param {CryptoKey[]} keys */
  constructor(owner, keys) {
    this.owner = owner;
    this.keys = keys;
  }

  /** @param {string} kind @param {unknown} value @returns {Promise<Sealed>} */
  async close(kind, value) {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, data: await crypto.subtle.encrypt(this.#how(kind, iv), this.keys[0], plain) };
  }

  /** The decrypted value, or null if no key fits. @param {string} kind @param {Sealed} sealed */
  async open(kind, { iv, data }) {
    for (const key of this.keys) {
      try {
        return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(this.#how(kind, iv), key, data)));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "OperationError") throw error;
      }
    }
    return null;
  }

  /** @param {string} kind @param {Uint8Array<ArrayBuffer>} iv */
  #how(kind, iv) {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${this.owner}:${kind}`) };
  }
}
