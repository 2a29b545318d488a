// A booking that must wait: the visitor joins the line, and the waiting room sends them back here when their turn comes.
import { call } from "../../lib/api.js";

/** @param {Refusal} error */
export async function goToWaitingRoom(error) {
  const key = error.details.for ?? "";
  // The draft belongs to this address. A ticket code in it is in the draft by now.
  const orq = new URLSearchParams(location.search).get("orq");
  const back = location.pathname + (orq ? `?orq=${orq}` : "");
  // Without an answer, the page of the waiting room has a button.
  const joined = await call("POST", "/api/waiting-room", { body: { for: key } }).then(() => true, () => false);
  location.assign(`/waiting-room?${new URLSearchParams({ for: key, back, ...(joined && { joined: "1" }) })}`);
}
