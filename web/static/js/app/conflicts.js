// The conflicts page: open conflicts, live; decided ones below.
import { byId, h } from "../lib/elements.js";
import { call } from "../lib/api.js";
import { LinkState } from "../lib/link_state.js";
import { decisionOf } from "../words/conflicts.js";
import { headOf, openConflicts } from "../features/conflicts/open_conflicts.js";
import { DecidedList } from "../features/decisions/decided_list.js";
import { VenueSocket } from "../lib/socket.js";

const { timezone } = byId("records").dataset;
const linkState = new LinkState(byId("link-state"));
const onEnded = () => location.assign("/operator/login?next=/manager/conflicts&ended=1");
const socket = new VenueSocket({ onState: (state) => linkState.show(state), onEnded });

const decided = new DecidedList({
  read: async (query) => {
    const { data } = await call("GET", `/api/operator/conflicts?${query}`);
    return { shown: data.conflicts, next: data.next };
  },
  idOf: (conflict) => conflict.conflict_id, onEnded,
  lineOf: (/** @type {Wire.Conflict} */ conflict) => h("li", { class: "conflict decided", "data-conflict": conflict.conflict_id },
    headOf(conflict, `decided-${conflict.conflict_id}`, timezone),
    h("p", { class: "verdict" }, decisionOf(conflict, timezone)), conflict.note && h("p", {}, conflict.note)),
});

openConflicts(byId("open"), socket, { venue: { timezone } }, { more: false, onDecided: (conflict) => decided.add(conflict) });
socket.open();
decided.load();
