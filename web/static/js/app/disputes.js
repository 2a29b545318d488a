// The disputes page: open disputes, live; decided ones below.
import { byId } from "../lib/elements.js";
import { call } from "../lib/api.js";
import { LinkState } from "../lib/link_state.js";
import { DecidedList } from "../features/decisions/decided_list.js";
import { decidedLine, openDisputes } from "../features/disputes/open_disputes.js";
import { VenueSocket } from "../lib/socket.js";
import { followHubClock } from "../lib/dates.js";

const { timezone } = byId("records").dataset;
const linkState = new LinkState(byId("link-state"));
const onEnded = () => location.assign("/operator/login?next=/manager/disputes&ended=1");
const socket = new VenueSocket({ onState: (state) => linkState.show(state), onHello: (frame) => followHubClock(frame.server_time), onEnded });

const decided = new DecidedList({
  read: async (query) => {
    const { data } = await call("GET", `/api/disputes?${query}`);
    return { shown: data.disputes, next: data.next };
  },
  idOf: (dispute) => dispute.dispute_id, onEnded,
  lineOf: (/** @type {Wire.Dispute} */ dispute) => decidedLine(dispute, timezone, { day: true }),
});

openDisputes(byId("open"), socket, { venue: { timezone } }, { onDecided: (dispute) => decided.add(dispute) });
socket.open();
decided.load();
