// The page on which a device becomes a scanner: the code of the QR address goes into the field, and out of the address.
import { byId } from "../lib/elements.js";

const code = decodeURIComponent(location.hash.slice(1));
if (code && byId("code")) {
  byId("code").value = code;
  history.replaceState(null, "", location.pathname);
  byId("enrol").focus();
}
