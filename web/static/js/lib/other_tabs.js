// Other tabs of the same browser: what one has booked, the others need not try.
const NAME = "venue-hub.booked";

/** `onBooked({codes, manage})` hears of bookings made elsewhere; the function returned tells of one made here. */
export function shareBookings(onBooked) {
  if (!("BroadcastChannel" in globalThis)) return () => {};
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", ({ data }) => onBooked(data));
  return (codes, manage) => channel.postMessage({ codes, manage });
}
