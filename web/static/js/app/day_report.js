// The report of a day (/manager/report): its button prints. Without this script the browser's own menu does.
import { byId } from "../lib/elements.js";

const button = byId("print");
button.hidden = false;
button.addEventListener("click", () => print());
