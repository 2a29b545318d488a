// Other tabs of the same browser: a booking made in one is announced to the others.
const NAME = "venue-hub.booked";

/** @type {OtherTabs["shareBookings"]} */
export function shareBookings(onBooked) {
  if (!("BroadcastChannel" in globalThis)) return () => {};
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", ({ data }) => onBooked(data));
  return (codes, manage) => channel.postMessage({ codes, manage });
}
