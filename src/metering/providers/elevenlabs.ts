import { isoOf } from "./instants";
import { Adapter, ProviderItem, compact, costItems, ignored, tidy, unknownFields } from "./leg";
import { JsonObject, Payload, isObject } from "./payload";

const DATA_WITHHELD = ["transcript", "user_id", "agent_name", "has_audio", "has_user_audio", "has_response_audio", "conversation_initiation_client_data", "status"];
const METADATA_WITHHELD = ["deletion_settings", "feedback", "features_usage", "rag_usage", "eleven_assistant", "initiator_id", "error", "authorization_method", "initiation_source", "conversation_initiation_source", "conversation_initiation_source_version", "conversation_initiator_id", "timezone", "async_metadata", "whatsapp", "agent_created_from", "agent_last_updated_from", "warnings"];
const TO_A_PERSON = new Set(["transfer_to_number", "transfer_to_human"]);
const FAILURES: Readonly<Record<string, string>> = { busy: "BUSY", "no-answer": "NO_ANSWER" };

/**
 * Conversations of ElevenLabs agents: the webhook after a call, that of a call which could not be made, or a conversation
 * of its API; one leg each. Its costs are credits, not money: a quantity without an amount.
 */
export const elevenlabs: Adapter = {
  nameOf: (record) => (isObject(record.data) ? record.data.conversation_id : record.conversation_id),
  read(record) {
    const type = record.text("type");
    const data = type === null ? record : record.object("data");
    if (type !== null && type !== "post_call_transcription" && type !== "call_initiation_failure") return ignored(`${type.slice(0, 60)} says nothing of a call's time or cost.`);
    if (data === null) throw record.missing("data");
    const sentAt = type === null ? null : record.epoch("event_timestamp", 1000n);
    return type === "call_initiation_failure" ? readFailure(data, sentAt) : readConversation(data, sentAt, type ?? "conversation");
  },
};

function readFailure(data: Payload, sentAt: number | null): ProviderItem[] {
  const id = data.needText("conversation_id");
  const agentId = data.text("agent_id"), reason = data.text("failure_reason");
  if (sentAt === null) throw data.missing("event_timestamp");
  const body = data.object("metadata")?.object("body") ?? null;
  const event = compact({
    eventId: `${id}/call_initiation_failure`, type: "LEG_COMPLETED", revision: sentAt, provider: "elevenlabs", providerRef: id, contactId: id, legId: id, agentId, telephonyRef: body?.maybeText("CallSid"),
    channel: "VOICE", direction: "OUTBOUND", status: FAILURES[reason ?? ""] ?? "FAILED", endedAt: isoOf(sentAt), connectedMs: 0, endReasonRaw: tidy(reason, 500),
  });
  return [{ kind: "leg", event, keys: { agent_id: [agentId] }, metadata: {} }];
}

function readConversation(data: Payload, sentAt: number | null, type: string): ProviderItem[] {
  const id = data.needText("conversation_id");
  const status = data.text("status");
  if (status !== null && !["done", "failed"].includes(status)) return ignored(`The conversation is ${status.slice(0, 60)}: it has not ended.`);
  const metadata = data.object("metadata");
  if (metadata === null) throw data.missing("metadata");
  const startedAt = metadata.epoch("start_time_unix_secs", 1000n);
  if (startedAt === null) throw metadata.missing("start_time_unix_secs");
  const connectedMs = (metadata.whole("call_duration_secs") ?? 0) * 1000;
  const acceptedAt = metadata.epoch("accepted_time_unix_secs", 1000n) ?? startedAt;
  // Nothing ends before it is accepted: a longer wait than the talk shows that the talk is counted from there.
  const endedAt = acceptedAt > startedAt + connectedMs ? acceptedAt + connectedMs : startedAt + connectedMs;
  const phone = metadata.object("phone_call"), analysis = data.object("analysis"), charging = metadata.object("charging");
  const tools = toolsOf(data);
  const isTransferred = tools.some((tool) => TO_A_PERSON.has(tool));
  const isVoicemail = tools.includes("voicemail_detection");
  const success = analysis?.maybeText("call_successful") ?? null;
  const credits = metadata.decimal("cost");
  const agentId = data.text("agent_id"), branchId = data.text("branch_id");
  const event = compact({
    eventId: `${id}/${type}`, type: "LEG_COMPLETED", revision: sentAt ?? endedAt, provider: "elevenlabs", providerRef: id, contactId: id, legId: id, agentId, agentVersion: data.maybeText("version_id"), telephonyRef: phone?.text("call_sid"),
    channel: metadata.flag("text_only") === true ? "CHAT" : phone !== null ? "VOICE" : "WEB", direction: phone?.text("direction") === "outbound" ? "OUTBOUND" : "INBOUND",
    status: isVoicemail ? "VOICEMAIL" : connectedMs > 0 ? "COMPLETED" : "FAILED", initiatedAt: isoOf(startedAt), connectedAt: connectedMs > 0 ? isoOf(acceptedAt) : null,
    endedAt: isoOf(endedAt), connectedMs, outcome: isTransferred ? "ESCALATED" : success === "success" ? "CONTAINED" : null, resolved: success === "success" ? true : success === "failure" ? false : null,
    endReasonRaw: tidy(metadata.maybeText("termination_reason"), 500), language: tidy(metadata.maybeText("main_language"), 35), flags: { voicemail: isVoicemail || null }, campaignRunId: metadata.object("batch_call")?.maybeText("batch_call_id"),
    tokens: tokensOf(charging), costItems: costItems([{ component: "PLATFORM", quantity: credits, unit: "CREDIT" }]),
    attributes: { chargingTier: tidy(charging?.maybeText("tier") ?? null), ...unknownFields(data.rest(DATA_WITHHELD), metadata.rest(METADATA_WITHHELD)) },
  });
  const given = data.map("conversation_initiation_client_data").dynamic_variables;
  return [{ kind: "leg", event, keys: { agent_id: [agentId], branch_id: [branchId] }, metadata: isObject(given) ? given : {} }];
}

/** Names of the tools that the agent used. */
function toolsOf(data: Payload): string[] {
  return (data.list("transcript") ?? []).flatMap((turn) => {
    const calls: unknown = isObject(turn) ? turn.tool_calls : null;
    return Array.isArray(calls) ? calls.flatMap((call: unknown) => (isObject(call) && typeof call.tool_name === "string" ? [call.tool_name] : [])) : [];
  });
}

/** Tokens over all models; nothing where the charges do not list them. */
function tokensOf(charging: Payload | null): Record<string, number> | null {
  const models = charging?.object("llm_usage")?.object("irreversible_generation")?.map("model_usage") ?? {};
  const sum = { in: 0, out: 0, cached: 0 };
  for (const [model, usage] of Object.entries(models)) {
    if (!isObject(usage)) continue;
    const of = (key: string): number => new Payload(usage as JsonObject, `charging.${model}`).object(key)?.whole("tokens") ?? 0;
    sum.cached += of("input_cache_read");
    sum.in += of("input") + of("input_cache_read") + of("input_cache_write");
    sum.out += of("output_total");
  }
  return sum.in + sum.out === 0 ? null : sum;
}
