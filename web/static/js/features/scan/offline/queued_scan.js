// A scan as this device keeps it until it is sent, and as its list of past scans shows it.

/**
 * @param {{ code: string, scanId: string, decision: Decision, gate: string | null, skewMs: number }} scan
 * @param {Pick<QueuedScan, "mode" | "admitted" | "count" | "party" | "party_key" | "answer">} how
 * @returns {QueuedScan}
 */
export function queuedScan({ code, scanId, decision, gate, skewMs }, how) {
  return {
    scan_id: scanId, code, scanned_at: new Date().toISOString(), offline_result: decision.result, ...how, ...(gate && { gate }),
    skew_ms: skewMs, seen: seenAs(how, decision),
  };
}

/** When it was scanned, by the hub's clock. @param {QueuedScan} scan */
export const momentOf = (scan) => new Date(Date.parse(scan.scanned_at) - scan.skew_ms).toISOString();

/** @param {QueuedScan} scan @returns {PastScan} */
export function pastScan(scan) {
  return {
    scan_id: scan.scan_id, ticket_code: scan.code, result: scan.offline_result, reason: scan.seen, scanned_at: momentOf(scan), waits: true, people: scan.count ?? 1,
  };
}

/** @param {{ admitted?: boolean }} how @param {Decision} decision */
const seenAs = ({ admitted: letIn }, { reason }) => (letIn ? (reason === "MAY_RETURN" ? "RE_ENTRY" : "VERIFIED") : reason);
