// What a ticket's status amounts to. That of a ticket sold elsewhere belongs to the shop: here it stays ACTIVATED after a booking and an entry.

/** @param {{ status: string, booked: boolean, admitted: boolean }} ticket @returns {string} */
export const standingOf = ({ status, booked, admitted }) => (status !== "ACTIVATED" ? status : admitted ? "VERIFIED" : booked ? "RESERVED" : status);
