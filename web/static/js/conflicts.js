// The page of conflicts: those that wait, as they come, and below them what was decided, page by page.
import { byId, h } from "./elements.js";
import { t } from "./i18n.js";
import { LinkState } from "./link_state.js";
import { decisionOf } from "./manager/conflict_words.js";
import { headOf, openConflicts } from "./manager/conflicts.js";
import { call, Refusal } from "./models/api.js";
import { VenueSocket } from "./models/socket.js";
import { clearNotice, showNotice } from "./notices.js";

const PAGE = 50;
const { timezone } = byId("records").dataset;
const linkState = new LinkState(byId("link-state"));
const toSignIn = () => location.assign("/operator/login?next=/manager/conflicts&ended=1");
let next = null;

const socket = new VenueSocket({ onState: (state) => linkState.show(state), onEnded: toSignIn });

function decided(conflict) {
  return h("li", { class: "conflict decided", "data-conflict": conflict.conflict_id },
    headOf(conflict, `decided-${conflict.conflict_id}`, timezone),
    h("p", { class: "verdict" }, decisionOf(conflict, timezone)), conflict.note && h("p", {}, conflict.note));
}

const shown = (conflict) => byId("decided").querySelector(`[data-conflict="${conflict.conflict_id}"]`);

function settle() {
  byId("nothing").hidden = byId("decided").childElementCount > 0;
  byId("older").hidden = next === null;
}

async function load() {
  clearNotice(byId("answer"));
  try {
    const query = new URLSearchParams({ status: "decided", limit: PAGE, ...(next && { before: next }) });
    const { data } = await call("GET", `/api/operator/conflicts?${query}`);
    byId("decided").append(...data.conflicts.filter((one) => !shown(one)).map(decided));
    next = data.next;
    settle();
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return toSignIn();
    const title = error instanceof Refusal ? error.message : t("No connection. Please try again.");
    showNotice(byId("answer"), { title, next: "" }, { kind: "warn", actions: [[t("Try again"), load]] });
  }
}

openConflicts(byId("open"), socket, { venue: { timezone } }, {
  more: false,
  onDecided: (conflict) => {
    if (shown(conflict)) return;
    byId("decided").prepend(decided(conflict));
    settle();
  },
});
byId("older").addEventListener("click", load);
socket.open();
load();
