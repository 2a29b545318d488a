// Requests to the JSON API. A refusal is an answer with a code (Refusal); no answer at all is Trouble.

/** The API refused. `code` is the contract's; `details` is the whole error object. */
export class Refusal extends Error {
  /** @param {number} status @param {ApiError} error @param {number | null} [retryAfter] seconds */
  constructor(status, error, retryAfter = null) {
    super(error.message ?? error.code);
    this.name = "Refusal";
    this.status = status;
    this.code = error.code;
    this.details = error;
    this.retryAfter = retryAfter;
  }
}

/** No reliable answer: the request may or may not have arrived. */
export class Trouble extends Error {
  /** @param {string} message @param {number | null} [retryAfter] seconds */
  constructor(message, retryAfter = null) {
    super(message);
    this.name = "Trouble";
    this.retryAfter = retryAfter;
  }
}

const PATIENCE_MS = 15_000;

/** @type {Api["call"]} */
export async function call(method, path, { body = null, headers = {} } = {}) {
  /** @type {RequestInit & { headers: Record<string, string> }} */
  const options = { method, headers: { Accept: "application/json", ...headers }, credentials: "same-origin" };
  if (body !== null) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const abandon = new AbortController();
  const timer = setTimeout(() => abandon.abort(), PATIENCE_MS);
  /** @type {Response | undefined} */
  let response;
  let answer;
  try {
    response = await fetch(path, { ...options, signal: abandon.signal });
    answer = await response.json();
  } catch (error) {
    throw new Trouble(messageOf(error), retryAfterOf(response));
  } finally {
    clearTimeout(timer);
  }
  if (answer?.success === true) return answer;
  const error = answer?.error;
  if (response.status >= 500 || !error?.code) throw new Trouble(`status ${response.status}`, retryAfterOf(response));
  throw new Refusal(response.status, error, retryAfterOf(response));
}

/** @type {Api["messageOf"]} */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @type {Api["retryAfterOf"]} */
function retryAfterOf(response) {
  const seconds = Number.parseFloat(response?.headers.get("Retry-After") ?? "");
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
