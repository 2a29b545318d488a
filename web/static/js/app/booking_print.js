// The printed sheet of a booking: a button that prints.
import { byId } from "../lib/elements.js";

byId("print-now").addEventListener("click", () => print());
