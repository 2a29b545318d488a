// What a scanner needs of a booking's code beyond its reading: the booking page, whose bytes are bounded, has none of it.
import { BOOKING } from "./ticket_code.js";

/** Whether this is a booking's code. @param {string | null | undefined} code */
export const isBookingCode = (code) => BOOKING.exec(code ?? "")?.[1] === "BKG";

/** A code for a narrow list: of a booking's or a guest's only the beginning and the end. @template {string | null | undefined} Code @param {Code} code */
export const shortCode = (code) => (code && BOOKING.test(code) ? `${code.slice(0, 10)}…${code.slice(-4)}` : code);

/** How the code of a booking or a guest is made, for models/code_slips.js. */
export const PARTY_FORM = { form: BOOKING, begins: /^(BKG|GST)/i, prefix: 3, first: 4, wanted: 27 };
