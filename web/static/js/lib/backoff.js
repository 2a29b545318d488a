// The wait before a retry: full jitter, so that a thousand scanners do not reconnect in one moment.
export const SHORTEST = 0.5;
export const LONGEST = 20;

/** Seconds before attempt number `attempt` (from 0): between the shortest wait and a doubling ceiling. @param {number} attempt */
export function waitBefore(attempt, random = Math.random) {
  const ceiling = Math.min(LONGEST, SHORTEST * 2 ** (attempt + 1));
  return SHORTEST + random() * (ceiling - SHORTEST);
}
