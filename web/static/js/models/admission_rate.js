// The steps in which a manager lets people in faster or slower.

/** Visitors a minute: each is about half as many again. */
const STEPS = [1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 2400, 3000, 4500, 6000];

/** The next step above, or the highest one. @param {number} rate */
export const faster = (rate) => STEPS.find((step) => step > rate) ?? rate;

/** The next step below, or the lowest one. @param {number} rate */
export const slower = (rate) => STEPS.findLast((step) => step < rate) ?? rate;
