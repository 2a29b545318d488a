// A party at the gate: a booking, or tickets booked together. Some of its people are in, and others are still to come.
// Of a booking `booking_id` is a number, or undefined in a decision of this device; of a family it is null.

/** Whether several people are meant. @param {Party | null | undefined} party @returns {party is Party} */
export const isParty = (party) => Boolean(party && party.size > 1);

/** The party after an entry or with another number of people in. @param {Party} party @param {number} admitted @returns {Party} */
export const withAdmitted = (party, admitted) => ({ ...party, admitted, remaining: Math.max(0, party.size - admitted) });

/**
 * How many people an entry admits, as `verify` and `sync` take it. Without a number all that remain.
 *
 * @param {Party | null | undefined} party
 * @param {number | null} count
 */
export function admitting(party, count) {
  if (!isParty(party)) return {};
  return { ...(count !== null && { count }), ...(party.booking_id === null && { party: true }) };
}

/**
 * Of how many people a decision asks for a number, and whether they leave; null if it asks for none. After too large a number
 * the hub says how many there are.
 *
 * @param {Decision} decision
 * @returns {{ most: number, leaving: boolean } | null}
 */
export function askedOf({ party, reason, can_verify, presence }) {
  if (!isParty(party)) return null;
  const inside = reason === "LEAVING" ? party.admitted : reason === "PARTY_TOO_LARGE" ? presence?.inside : null;
  const most = inside ?? party.remaining;
  const asks = can_verify || inside != null || reason === "PARTY_TOO_LARGE";
  return asks && most > 0 ? { most, leaving: inside != null } : null;
}

/**
 * The numbers that a supervisor may admit of a party; none where there is nothing to choose.
 *
 * @param {Party | null | undefined} party
 */
export const choicesOf = (party) => (isParty(party) && party.remaining > 1 ? Array.from({ length: party.remaining }, (_, n) => n + 1) : []);

/** The numbers from which the operator chooses: 1 to all that remain, at first all. */
export class PartyCount {
  /** @param {number} most */
  constructor(most) {
    this.most = Math.max(1, most);
    this.chosen = this.most;
  }

  /** True if the number has changed. @param {number} number */
  choose(number) {
    const before = this.chosen;
    this.chosen = Math.min(this.most, Math.max(1, number));
    return this.chosen !== before;
  }
}
