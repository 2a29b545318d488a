// Measures the scanner's speed as visitors see it, for the browser's tools and the tests.
/** The time from the camera's frame of a code to its colour on the screen. @param {number} seenAt */
export function timeColour(seenAt) {
  requestAnimationFrame(() => setTimeout(() => {
    performance.clearMeasures("frame-to-colour");
    performance.measure("frame-to-colour", { start: seenAt, end: performance.now() });
  }));
}
