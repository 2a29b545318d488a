// Other tabs of the same browser: a booking made in one is announced to the others.
const NAME = "venue-hub.booked";

/**
 * @param {(booking: { codes: string[], manage: string }) => void} onBooked receives the bookings that other tabs made
 * @returns {(codes: string[], manage: string) => void} announces a booking of this tab to the others
 */
export function shareBookings(onBooked) {
  if (!("BroadcastChannel" in globalThis)) return () => {};
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", ({ data }) => onBooked(data));
  return (codes, manage) => channel.postMessage({ codes, manage });
}
