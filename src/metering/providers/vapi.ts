import { ExactDecimal } from "../../kernel/decimal";
import { NOTHING, negated, plus, wholeOf } from "./exact-json";
import { isoOf } from "./instants";
import { Adapter, Cost, ProviderItem, compact, costItems, ignored, tidy, unknownFields } from "./leg";
import { Payload, isObject } from "./payload";

const MESSAGE_WITHHELD = [
  "artifact", "assistant", "customer", "phoneNumber", "transcript", "messages", "messagesOpenAIFormatted", "recordingUrl", "stereoRecordingUrl", "summary", "chat", "timestamp", "type", "durationMs", "durationSeconds", "durationMinutes", "costs",
];
const CALL_WITHHELD = [
  "artifact", "assistant", "assistantOverrides", "customer", "phoneNumber", "transcript", "messages", "recordingUrl", "stereoRecordingUrl", "summary", "monitor", "transport", "destination", "squad", "workflow", "phoneCallProvider", "phoneCallTransport", "name", "createdAt", "webCallUrl", "costs", "metadata",
];
const STATUSES: ReadonlyArray<readonly [RegExp, string]> = [
  [/voicemail/, "VOICEMAIL"], [/busy/, "BUSY"], [/did-not-answer|no-answer/, "NO_ANSWER"], [/hungup-before-call-connect|cancel/, "CANCELLED"],
];
/** Ends of a call that nobody had answered yet: what Vapi calls its start is then the start of the ringing. */
const STILL_RINGING = /^call\.(ringing|queued)\.|^customer-(busy|did-not-answer)$|hungup-before-call-connect|failed-to-connect/;
const NORMAL_ENDS = new Set(["customer-ended-call", "assistant-ended-call", "assistant-said-end-call-phrase", "assistant-ended-call-after-message-spoken", "assistant-ended-call-with-hangup-task"]);
/** What the typed costs, and the parts of the older breakdown, are a component of. */
const COST_TYPES: Readonly<Record<string, string>> = { transport: "TELEPHONY", transcriber: "STT", model: "LLM", voice: "TTS", vapi: "PLATFORM", analysis: "ANALYSIS", chat: "LLM", "voicemail-detection": "PLATFORM", "knowledge-base": "PLATFORM" };
const PARTS: ReadonlyArray<readonly [string, string]> = [["transport", "TELEPHONY"], ["stt", "STT"], ["llm", "LLM"], ["tts", "TTS"], ["vapi", "PLATFORM"], ["chat", "LLM"]];
const RESOLVED: Readonly<Record<string, boolean>> = { true: true, pass: true, false: false, fail: false };

/** Calls of Vapi: the report at the end of a call, or a call of its API; one leg each. Money is in dollars. */
export const vapi: Adapter = {
  nameOf: (record) => (isObject(record.message) && isObject(record.message.call) ? record.message.call.id : record.id),
  read(record) {
    const message = record.object("message");
    if (message === null) {
      const status = record.text("status");
      if (status !== null && status !== "ended") return ignored(`The call is ${status.slice(0, 60)}: it has not ended.`);
      return readCall(record, record, "call");
    }
    const type = message.needText("type");
    if (type !== "end-of-call-report") return ignored(`${type.slice(0, 60)} does not say how a call went.`);
    const call = message.object("call");
    if (call === null) throw message.missing("call");
    return readCall(call, message, type);
  },
};

/** `report` is the message around the call, or the call itself. */
function readCall(call: Payload, report: Payload, type: string): ProviderItem[] {
  const id = call.needText("id");
  const startedAt = report.instant("startedAt") ?? call.instant("startedAt");
  const updatedAt = call.instant("updatedAt");
  const endedAt = report.instant("endedAt") ?? call.instant("endedAt") ?? updatedAt ?? call.instant("createdAt");
  if (endedAt === null) throw report.missing("endedAt", "a leg needs an end.");
  const reason = report.text("endedReason") ?? call.text("endedReason");
  const connectedMs = startedAt === null || STILL_RINGING.test(reason ?? "") ? 0 : Math.max(0, endedAt - startedAt);
  const kind = call.text("type") ?? "";
  const byReason = STATUSES.find(([pattern]) => pattern.test(reason ?? ""))?.[1];
  const isVoicemail = byReason === "VOICEMAIL";
  const isForwarded = reason === "assistant-forwarded-call";
  const analysis = report.object("analysis");
  const breakdown = report.object("costBreakdown") ?? call.object("costBreakdown");
  const costs = costsOf(report, call, breakdown);
  const assistantId = call.text("assistantId"), orgId = call.text("orgId"), phoneNumberId = call.text("phoneNumberId"), squadId = call.text("squadId");
  const event = compact({
    eventId: type === "call" ? `${id}/call@${updatedAt ?? endedAt}` : `${id}/${type}`, type: "LEG_COMPLETED", revision: Math.max(updatedAt ?? 0, endedAt) + (type === "call" ? 0 : 1),
    provider: "vapi", providerRef: id, contactId: id, legId: id, telephonyRef: call.text("phoneCallProviderId"), agentId: assistantId, campaignRunId: call.text("campaignId"),
    channel: kind === "" || /phone/i.test(kind) ? "VOICE" : "WEB", direction: kind.startsWith("outbound") ? "OUTBOUND" : "INBOUND",
    status: isVoicemail ? "VOICEMAIL" : connectedMs > 0 ? "COMPLETED" : (byReason ?? "FAILED"), connectedAt: connectedMs > 0 ? isoOf(startedAt) : null, endedAt: isoOf(endedAt), connectedMs,
    outcome: isForwarded ? "ESCALATED" : NORMAL_ENDS.has(reason ?? "") ? "CONTAINED" : null, resolved: RESOLVED[(analysis?.maybeText("successEvaluation") ?? "").toLowerCase()],
    endReasonRaw: tidy(reason, 500), flags: { voicemail: isVoicemail || null },
    tokens: { in: breakdown?.whole("llmPromptTokens"), out: breakdown?.whole("llmCompletionTokens"), cached: breakdown?.whole("llmCachedPromptTokens") },
    costItems: costItems(costs), attributes: { orgId: tidy(orgId), ...unknownFields(...(call === report ? [call.rest(CALL_WITHHELD)] : [report.rest(MESSAGE_WITHHELD), call.rest(CALL_WITHHELD)])) },
  });
  const assistant = report.map("assistant"), overrides = call.map("assistantOverrides");
  const metadata = { ...objectOf(assistant.metadata), ...objectOf(overrides.metadata), ...call.map("metadata") };
  return [{ kind: "leg", event, keys: { assistantId: [assistantId], orgId: [orgId], phoneNumberId: [phoneNumberId], squadId: [squadId] }, metadata }];
}

const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/** The typed costs where they came; else the breakdown, and what it leaves of its total; else the cost of the whole. */
function costsOf(report: Payload, call: Payload, breakdown: Payload | null): Cost[] {
  const typed = report.has("costs") ? report.objects("costs") : call.objects("costs");
  const total = report.decimal("cost") ?? call.decimal("cost");
  if (typed.length > 0) {
    return typed.map((item) => {
      const minutes = item.decimal("minutes");
      const amount = item.decimal("cost");
      if (amount === null) throw item.missing("cost");
      return { component: COST_TYPES[item.needText("type")] ?? "OTHER", amount, ...(minutes === null ? {} : { quantity: minutes, unit: "MINUTE" }) };
    });
  }
  if (breakdown === null) return total === null ? [] : [{ component: "PLATFORM", amount: total }];
  const parts = PARTS.map(([key, component]): Cost => ({ component, amount: breakdown.decimal(key) }));
  const analysis = analysisOf(breakdown.object("analysisCostBreakdown"));
  if (analysis.units !== 0n) parts.push({ component: "ANALYSIS", amount: analysis });
  const whole = breakdown.decimal("total") ?? total;
  const sum = parts.reduce((soFar, { amount }) => (amount ? plus(soFar, amount) : soFar), NOTHING);
  const left = whole === null ? NOTHING : plus(whole, negated(sum));
  // Less than a hundredth of a cent comes from adding binary numbers, not from a price.
  return wholeOf(left, 10_000n) === 0n ? parts : [...parts, { component: "OTHER", amount: left }];
}

function analysisOf(breakdown: Payload | null): ExactDecimal {
  if (breakdown === null) return NOTHING;
  return ["summary", "structuredData", "successEvaluation", "structuredOutput"].reduce((sum, key) => {
    const part = breakdown.decimal(key);
    return part === null ? sum : plus(sum, part);
  }, NOTHING);
}
