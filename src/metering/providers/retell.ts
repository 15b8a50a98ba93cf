import { ExactDecimal } from "../../kernel/decimal";
import { NOTHING, negated, plus, shifted, wholeOf } from "./exact-json";
import { isoOf } from "./instants";
import { Adapter, Cost, ProviderItem, ProviderLeg, compact, costItems, ignored, tidy, unknownFields } from "./leg";
import { Payload, isObject } from "./payload";

/** Events that say how a call went, in the order in which they outrank each other; and of the leg to a person. */
const RANKS: Readonly<Record<string, number>> = { call_ended: 0, transfer_ended: 1, call_analyzed: 2 };
const TRANSFER_RANKS: Readonly<Record<string, number>> = { call_ended: 0, call_analyzed: 1, transfer_ended: 2 };

const WITHHELD = [
  "from_number", "to_number", "transcript", "transcript_object", "transcript_with_tool_calls", "scrubbed_transcript_with_tool_calls", "recording_url", "recording_multi_channel_url", "scrubbed_recording_url",
  "scrubbed_recording_multi_channel_url", "public_log_url", "knowledge_base_retrieved_contents_url", "retell_llm_dynamic_variables", "collected_dynamic_variables", "custom_sip_headers", "access_token", "latency", "metadata",
  "opt_out_sensitive_data_storage", "data_storage_setting", "opt_in_signed_url", "transfer_destination",
];

const STATUSES: Readonly<Record<string, string>> = {
  dial_no_answer: "NO_ANSWER", dial_busy: "BUSY", user_declined: "CANCELLED", registered_call_timeout: "CANCELLED", error_user_not_joined: "CANCELLED", voicemail_reached: "VOICEMAIL", machine_detected: "VOICEMAIL",
};
const SENTIMENTS: Readonly<Record<string, string>> = { Negative: "NEGATIVE", Neutral: "NEUTRAL", Positive: "POSITIVE" };
/** What a product is a component of, by parts of its name; the first that fits. */
const COMPONENTS: ReadonlyArray<readonly [RegExp, string]> = [
  [/twilio|telnyx|vonage|telephony|sip|phone/, "TELEPHONY"], [/s2s|speech_to_speech|realtime/, "S2S"], [/tts|voice_engine|elevenlabs|cartesia|openai_voice/, "TTS"], [/stt|asr|transcri|deepgram/, "STT"],
  [/llm|gpt|claude|gemini/, "LLM"], [/analysis/, "ANALYSIS"], [/sms/, "SMS"], [/retell|infra|platform|denois|knowledge_base|guardrail|branded/, "PLATFORM"],
];

/**
 * Calls of Retell: the webhooks of a call's end, of its transfer's end and of its analysis, or a call of its API. One leg,
 * and one for the transfer to a person where there was one. Money is in cents, instants and durations in milliseconds.
 */
export const retell: Adapter = {
  unwrap: (root) => (Array.isArray(root.calls) ? (root.calls as unknown[]) : null),
  nameOf: (record) => record.call_id ?? (isObject(record.call) ? record.call.call_id : null),
  read(record) {
    const event = record.text("event");
    const call = event === null ? record : record.object("call");
    if (event !== null && RANKS[event] === undefined) return ignored(`${event.slice(0, 60)} does not say how a call went.`);
    if (call === null) throw record.missing("call");
    const status = call.text("call_status");
    if (event === null && status !== null && ["registered", "ongoing", "not_connected"].includes(status) && !call.has("end_timestamp")) return ignored(`The call is ${status}: it has not ended.`);
    return readCall(call, event ?? (call.has("call_analysis") ? "call_analyzed" : "call_ended"));
  },
};

function readCall(call: Payload, event: string): ProviderItem[] {
  const id = call.needText("call_id");
  const startedAt = call.epoch("start_timestamp", 1n), endedAt = call.epoch("end_timestamp", 1n) ?? startedAt;
  if (endedAt === null) throw call.missing("end_timestamp", "a leg needs an end.");
  const reason = call.text("disconnection_reason");
  const analysis = call.object("call_analysis");
  const connectedMs = call.whole("duration_ms") ?? 0;
  const isVoicemail = analysis?.flag("in_voicemail") === true || (reason !== null && STATUSES[reason] === "VOICEMAIL");
  const transferEndedAt = call.epoch("transfer_end_timestamp", 1n);
  const isTransferred = reason === "call_transfer" || reason === "transfer_bridged" || transferEndedAt !== null;
  const successful = analysis?.flag("call_successful") ?? null;
  const { own, ofTransfer } = costsOf(call.object("call_cost"));
  const agentId = call.text("agent_id");
  const common = {
    provider: "retell", contactId: id, channel: call.text("call_type") === "web_call" ? "WEB" : "VOICE",
    telephonyRef: call.object("telephony_identifier")?.text("twilio_call_sid"), agentId, agentVersion: versionOf(call),
  };
  const main = compact({
    ...common, eventId: `${id}/${event}`, type: event === "call_ended" ? "LEG_COMPLETED" : "LEG_UPDATED", revision: RANKS[event]!, providerRef: id, legId: id,
    direction: call.text("direction") === "outbound" ? "OUTBOUND" : "INBOUND", status: isVoicemail ? "VOICEMAIL" : connectedMs > 0 ? "COMPLETED" : (reason && STATUSES[reason]) ?? "FAILED",
    initiatedAt: isoOf(startedAt), connectedAt: connectedMs > 0 ? isoOf(startedAt) : null, endedAt: isoOf(endedAt), connectedMs, endReasonRaw: tidy(reason, 500),
    outcome: isTransferred ? "ESCALATED" : (reason === "user_hangup" || reason === "agent_hangup") && successful === true ? "CONTAINED" : null,
    resolved: successful, sentiment: SENTIMENTS[analysis?.text("user_sentiment") ?? ""], flags: { voicemail: analysis?.flag("in_voicemail") ?? (isVoicemail || null) },
    tokens: { in: tokensOf(call.object("llm_token_usage")) }, costItems: costItems(own),
    attributes: { agentName: tidy(call.maybeText("agent_name")), ...unknownFields(call.rest(WITHHELD)) },
  });
  const metadata = { ...call.map("retell_llm_dynamic_variables"), ...call.map("metadata") };
  const legs: ProviderLeg[] = [{ kind: "leg", event: main, keys: { agent_id: [agentId] }, metadata }];
  if (transferEndedAt === null && ofTransfer.length === 0) return legs;
  const transferMs = transferEndedAt === null ? 0 : Math.max(0, transferEndedAt - endedAt);
  const transfer = compact({
    ...common, eventId: `${id}/transfer/${event}`, type: event === "call_ended" ? "LEG_COMPLETED" : "LEG_UPDATED", revision: TRANSFER_RANKS[event]!, legId: `${id}/transfer`, parentLegId: id, direction: "TRANSFER", status: "COMPLETED", outcome: "ESCALATED",
    connectedAt: transferMs > 0 ? isoOf(endedAt) : null, endedAt: isoOf(endedAt + transferMs), connectedMs: transferMs, humanMs: transferMs, telephonyRef: null, costItems: costItems(ofTransfer),
  });
  return [...legs, { kind: "leg", event: transfer, keys: { agent_id: [agentId] }, metadata }];
}

function versionOf(call: Payload): string | null {
  const version = call.whole("agent_version");
  return version === null ? null : String(version);
}

/** Costs in dollars; what the parts leave of the combined cost (a discount, a product without a price) stands as OTHER. */
function costsOf(cost: Payload | null): { own: Cost[]; ofTransfer: Cost[] } {
  if (cost === null) return { own: [], ofTransfer: [] };
  const seconds = cost.decimal("total_duration_seconds");
  const own: Cost[] = [], ofTransfer: Cost[] = [];
  let sum: ExactDecimal = NOTHING;
  for (const item of cost.objects("product_costs")) {
    const product = item.needText("product").toLowerCase();
    const cents = item.decimal("cost");
    if (cents === null) throw item.missing("cost");
    sum = plus(sum, cents);
    const isTransfer = item.flag("is_transfer_leg_cost") === true;
    const component = isTransfer ? "TRANSFER" : (COMPONENTS.find(([pattern]) => pattern.test(product))?.[1] ?? "OTHER");
    (isTransfer ? ofTransfer : own).push({ component, amount: shifted(cents, 2), ...(isTransfer || seconds === null ? {} : { quantity: seconds, unit: "SECOND" }) });
  }
  const combined = cost.decimal("combined_cost");
  if (combined !== null) own.push(...remainder(plus(combined, negated(sum))));
  return { own, ofTransfer };
}

/** Less than a hundredth of a cent comes from adding binary numbers, not from a price. */
function remainder(cents: ExactDecimal): Cost[] {
  return wholeOf(cents, 100n) === 0n ? [] : [{ component: "OTHER", amount: shifted(cents, 2) }];
}

/** Retell counts tokens by request. */
function tokensOf(usage: Payload | null): number | null {
  if (usage === null) return null;
  const values = usage.list("values");
  if (values !== null && values.every((value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0)) return (values as number[]).reduce((sum, value) => sum + value, 0);
  const average = usage.decimal("average"), requests = usage.whole("num_requests");
  return average === null || requests === null ? null : Number(wholeOf(average, BigInt(requests)));
}
