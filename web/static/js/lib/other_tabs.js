// Announces a booking to the other tabs of the same browser.
const NAME = "venue-hub.booked";

/** @type {OtherTabs["shareBookings"]} */
export function shareBookings(onBooked) {
  if (!("BroadcastChannel" in globalThis)) return () => {};
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", ({ data }) => onBooked(data));
  return (codes, manage) => channel.postMessage({ codes, manage });
}
