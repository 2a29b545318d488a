// The page of disputes: those that wait, as they come, and below them what was decided.
import { byId } from "./elements.js";
import { LinkState } from "./link_state.js";
import { DecidedList } from "./manager/decided_list.js";
import { decidedLine, openDisputes } from "./manager/disputes.js";
import { VenueSocket } from "./models/socket.js";
import { hearHubClock } from "./moments.js";

const { timezone } = byId("records").dataset;
const linkState = new LinkState(byId("link-state"));
const onEnded = () => location.assign("/operator/login?next=/manager/disputes&ended=1");
const socket = new VenueSocket({ onState: (state) => linkState.show(state), onHello: (frame) => hearHubClock(frame.server_time), onEnded });

const decided = new DecidedList({
  address: "/api/disputes", name: "disputes", idOf: (dispute) => dispute.dispute_id, onEnded,
  lineOf: (dispute) => decidedLine(dispute, timezone, { day: true }),
});

openDisputes(byId("open"), socket, { venue: { timezone } }, { onDecided: (dispute) => decided.add(dispute) });
socket.open();
decided.load();
