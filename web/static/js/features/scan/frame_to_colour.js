// The scanner's speed as visitors notice it, for the browser's own tools and the tests.
/** How long the visitor's code waited for its colour: from the camera's frame to the painted screen. @param {number} seenAt */
export function timeColour(seenAt) {
  requestAnimationFrame(() => setTimeout(() => {
    performance.clearMeasures("frame-to-colour");
    performance.measure("frame-to-colour", { start: seenAt, end: performance.now() });
  }));
}
