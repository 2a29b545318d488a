// The printed tickets of a door sale: a button that prints.
import { byId } from "../lib/elements.js";

byId("print-now").addEventListener("click", () => print());
