import { wholeOf } from "./exact-json";
import { isoOf } from "./instants";
import { Adapter, compact, costItems, ignored, tidy, unknownFields } from "./leg";

const WITHHELD = [
  "to", "from", "c_id", "variables", "concatenated_transcript", "transcripts", "summary", "recording_url", "pathway_logs", "pathway_tags", "request_data", "analysis", "citations", "questions", "corrected_duration", "completed", "queue_status", "max_duration",
  "endpoint_url", "record", "recording_expiration", "local_dialing", "created_at", "error_message", "keywords", "voicemail_message", "metadata",
];
const STATUSES: Readonly<Record<string, string>> = { "no-answer": "NO_ANSWER", busy: "BUSY", canceled: "CANCELLED", cancelled: "CANCELLED", failed: "FAILED", voicemail: "VOICEMAIL" };
const MINUTE_MS = 60_000n;

/** Longest that a call may end later than its start and length say. */
const LONGEST_GAP_MS = 60_000;

/**
 * When a call ended. What Bland calls its end may also be when it would have been ended at the latest: an end that lies far
 * behind start and length is that.
 */
function endOf(named: number | null, startedAt: number | null, connectedMs: number): number | null {
  if (startedAt === null || connectedMs === 0) return named ?? startedAt;
  const reckoned = startedAt + connectedMs;
  return named === null || named - reckoned > LONGEST_GAP_MS ? reckoned : named;
}

/** Calls of Bland, as its webhook and its API give them; one leg each. Durations are in minutes, with a fraction. */
export const bland: Adapter = {
  unwrap: (root) => (Array.isArray(root.calls) ? (root.calls as unknown[]) : null),
  nameOf: (record) => record.call_id,
  read(record) {
    const id = record.needText("call_id");
    const minutes = record.decimal("call_length");
    const connectedMs = minutes === null ? 0 : Number(wholeOf(minutes, MINUTE_MS));
    if (record.flag("completed") === false && connectedMs === 0 && !record.has("end_at")) return ignored("The call has not ended.");
    const startedAt = record.instant("started_at") ?? record.instant("created_at");
    const endedAt = endOf(record.instant("end_at"), startedAt, connectedMs);
    if (endedAt === null) throw record.missing("end_at", "a leg needs an end.");
    const answeredBy = record.text("answered_by"), status = record.text("status");
    const isVoicemail = answeredBy === "voicemail" || status === "voicemail";
    const isTransferred = record.has("transferred_to");
    const transferredAt = record.instant("transferred_at");
    const price = record.decimal("price");
    const batchId = record.text("batch_id"), pathwayId = record.text("pathway_id"), personaId = record.text("persona_id");
    const event = compact({
      eventId: id, type: "LEG_COMPLETED", revision: 0, provider: "bland", providerRef: id, contactId: id, legId: id, telephonyRef: record.text("twilio_call_sid"), channel: "VOICE", transport: "PSTN",
      direction: record.flag("inbound") === true ? "INBOUND" : "OUTBOUND", status: isVoicemail ? "VOICEMAIL" : connectedMs > 0 ? "COMPLETED" : (STATUSES[status ?? ""] ?? STATUSES[answeredBy ?? ""] ?? "FAILED"),
      connectedAt: connectedMs > 0 ? isoOf(startedAt) : null, endedAt: isoOf(endedAt), connectedMs, humanMs: transferredAt === null ? null : Math.max(0, endedAt - transferredAt), humanConnectedAt: isoOf(transferredAt),
      outcome: isTransferred ? "ESCALATED" : connectedMs > 0 && !isVoicemail && answeredBy !== "no-answer" ? "CONTAINED" : null, endReasonRaw: tidy(record.text("call_ended_by") ?? status, 500), flags: { voicemail: isVoicemail || null },
      campaignRunId: batchId, workflow: pathwayId, agentId: personaId, intent: tidy(record.maybeText("disposition_tag")),
      // The price bundles everything that the call used.
      costItems: costItems([{ component: "PLATFORM", amount: price, ...(minutes === null ? {} : { quantity: minutes, unit: "MINUTE" }) }]),
      attributes: { answeredBy: tidy(answeredBy), error: tidy(record.maybeText("error_message")), ...unknownFields(record.rest(WITHHELD)) },
    });
    return [{ kind: "leg", event, keys: { pathway_id: [pathwayId], persona_id: [personaId], batch_id: [batchId] }, metadata: { ...record.map("variables"), ...record.map("metadata") } }];
  },
};
