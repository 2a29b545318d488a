// The codes of the training mode, by their beginning: twin of hub/rules/practice_codes.py, which makes them.
const PRACTICE = /^(?:TKT-0000-PRACTC-|BKG-PRACTCE2)/;

/** Whether this code belongs to the training. No ticket and no booking has such a code. @param {string} code */
export const isPracticeCode = (code) => PRACTICE.test(code);
