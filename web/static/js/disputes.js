// The page of disputes: those that wait, as they come, and below them what was decided, page by page.
import { byId } from "./elements.js";
import { t } from "./i18n.js";
import { LinkState } from "./link_state.js";
import { decidedLine, openDisputes } from "./manager/disputes.js";
import { call, Refusal } from "./models/api.js";
import { VenueSocket } from "./models/socket.js";
import { hearHubClock } from "./moments.js";
import { clearNotice, showNotice } from "./notices.js";

const PAGE = 50;
const { timezone } = byId("records").dataset;
const linkState = new LinkState(byId("link-state"));
const toSignIn = () => location.assign("/operator/login?next=/manager/disputes&ended=1");
let next = null;

const socket = new VenueSocket({ onState: (state) => linkState.show(state), onHello: (frame) => hearHubClock(frame.server_time), onEnded: toSignIn });
const shown = (dispute) => byId("decided").querySelector(`[data-decided="${dispute.dispute_id}"]`);
const lineOf = (dispute) => decidedLine(dispute, timezone, { day: true });

function settle() {
  byId("nothing").hidden = byId("decided").childElementCount > 0;
  byId("older").hidden = next === null;
}

async function load() {
  clearNotice(byId("answer"));
  try {
    const query = new URLSearchParams({ status: "decided", limit: PAGE, ...(next && { before: next }) });
    const { data } = await call("GET", `/api/disputes?${query}`);
    byId("decided").append(...data.disputes.filter((one) => !shown(one)).map(lineOf));
    next = data.next;
    settle();
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return toSignIn();
    const title = error instanceof Refusal ? error.message : t("No connection. Please try again.");
    showNotice(byId("answer"), { title, next: "" }, { kind: "warn", actions: [[t("Try again"), load]] });
  }
}

openDisputes(byId("open"), socket, { venue: { timezone } }, {
  onDecided: (dispute) => {
    shown(dispute)?.remove();
    byId("decided").prepend(lineOf(dispute));
    settle();
  },
});
byId("older").addEventListener("click", load);
socket.open();
load();
