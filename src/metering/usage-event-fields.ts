import { CHANNELS, COST_BASES, COST_COMPONENTS, DIRECTIONS, LEG_STATUSES, LONGEST_LEG_MS, OUTCOMES, SENTIMENTS, TRANSPORTS, USAGE_EVENT_TYPES } from "./usage-event";

export type FieldKind = "text" | "enum" | "instant" | "whole" | "boolean" | "costItems" | "attributes";

/** One field of the canonical event: where it comes from, what it may hold, which column keeps it. */
export interface UsageEventField {
  /** Name in the input; "tokens.in" is the field `in` of the object `tokens`. */
  readonly name: string;
  readonly column: string;
  readonly kind: FieldKind;
  readonly required?: boolean;
  /** Text stored when the field is absent. */
  readonly fallback?: string;
  readonly longest?: number;
  /** Stands for a person: a telephone number in clear is refused. */
  readonly pseudonym?: boolean;
  readonly values?: ReadonlySet<string>;
  readonly least?: number;
  readonly most?: number;
}

const text = (name: string, column: string, longest: number, more: Partial<UsageEventField> = {}): UsageEventField => ({ name, column, kind: "text", longest, ...more });
const choice = (name: string, column: string, values: readonly string[], more: Partial<UsageEventField> = {}): UsageEventField => ({ name, column, kind: "enum", values: new Set(values), ...more });
const instant = (name: string, column: string, more: Partial<UsageEventField> = {}): UsageEventField => ({ name, column, kind: "instant", ...more });
const whole = (name: string, column: string, most: number, more: Partial<UsageEventField> = {}): UsageEventField => ({ name, column, kind: "whole", least: 0, most, ...more });
const flag = (name: string, column: string, more: Partial<UsageEventField> = {}): UsageEventField => ({ name, column, kind: "boolean", ...more });

const INT32 = 2_147_483_647;

/**
 * Every field of the canonical event, in the order of the payload hash. New fields are added at the end only: the hash
 * leaves absent fields at the end out, so that a retry of an old event still hashes the same.
 */
export const USAGE_EVENT_FIELDS: readonly UsageEventField[] = [
  text("eventId", "event_id", 200, { required: true }),
  choice("type", "type", USAGE_EVENT_TYPES, { fallback: "LEG_COMPLETED" }),
  whole("revision", "revision", Number.MAX_SAFE_INTEGER, { fallback: "0" }),
  text("businessUnit", "reported_business_unit", 64),
  text("useCase", "reported_use_case", 64),
  text("contactId", "contact_id", 200, { required: true }),
  text("legId", "leg_id", 200, { required: true }),
  choice("channel", "channel", CHANNELS, { required: true }),
  choice("direction", "direction", DIRECTIONS, { required: true }),
  choice("status", "status", LEG_STATUSES, { required: true }),
  instant("initiatedAt", "initiated_at"),
  instant("connectedAt", "connected_at"),
  instant("endedAt", "ended_at", { required: true }),
  whole("connectedMs", "connected_ms", LONGEST_LEG_MS, { required: true }),
  choice("outcome", "outcome", OUTCOMES),
  flag("resolved", "resolved"),
  text("provider", "provider", 64),
  flag("test", "test", { fallback: "f" }),
  text("specVersion", "spec_version", 8, { fallback: "1.0" }),
  instant("occurredAt", "occurred_at"),
  text("campaignRunId", "campaign_run_id", 200),
  text("workflow", "workflow", 200),
  text("cohort", "cohort", 200),
  text("variant", "variant", 200),
  text("parentLegId", "parent_leg_id", 200),
  text("providerRef", "provider_ref", 200),
  text("telephonyRef", "telephony_ref", 200),
  text("customerRef", "customer_ref", 200, { pseudonym: true }),
  text("agentId", "agent_id", 200),
  text("agentVersion", "agent_version", 200),
  text("promptVersion", "prompt_version", 200),
  text("model", "model", 200),
  choice("transport", "transport", TRANSPORTS),
  text("language", "language", 35),
  text("country", "country", 2),
  text("jurisdiction", "jurisdiction", 10),
  instant("handoffRequestedAt", "handoff_requested_at"),
  instant("humanConnectedAt", "human_connected_at"),
  whole("queueMs", "queue_ms", LONGEST_LEG_MS),
  whole("aiMs", "ai_ms", LONGEST_LEG_MS),
  whole("humanMs", "human_ms", LONGEST_LEG_MS),
  whole("holdMs", "hold_ms", LONGEST_LEG_MS),
  whole("wrapMs", "wrap_ms", LONGEST_LEG_MS),
  whole("messages", "messages", INT32),
  whole("segments", "segments", INT32),
  whole("tokens.in", "tokens_in", Number.MAX_SAFE_INTEGER),
  whole("tokens.out", "tokens_out", Number.MAX_SAFE_INTEGER),
  whole("tokens.cached", "tokens_cached", Number.MAX_SAFE_INTEGER),
  whole("tokens.audioIn", "tokens_audio_in", Number.MAX_SAFE_INTEGER),
  whole("tokens.audioOut", "tokens_audio_out", Number.MAX_SAFE_INTEGER),
  text("endReasonRaw", "end_reason_raw", 500),
  flag("flags.humanRequested", "human_requested"),
  flag("flags.optOut", "opt_out"),
  flag("flags.distress", "distress"),
  flag("flags.disclosed", "disclosed"),
  flag("flags.consent", "consent"),
  flag("flags.voicemail", "voicemail"),
  flag("flags.complaint", "complaint"),
  instant("disclosedAt", "disclosed_at"),
  choice("sentiment", "sentiment", SENTIMENTS),
  whole("csat", "csat", 5, { least: 1 }),
  text("intent", "intent", 200),
  whole("writes.required", "writes_required", INT32),
  whole("writes.succeeded", "writes_succeeded", INT32),
  { name: "costItems", column: "cost_items", kind: "costItems" },
  { name: "attributes", column: "attributes", kind: "attributes" },
];

export const PAYLOAD_COLUMNS: readonly string[] = USAGE_EVENT_FIELDS.map((field) => field.column);

export const COST_ITEM_COMPONENTS: ReadonlySet<string> = new Set(COST_COMPONENTS);
export const COST_ITEM_BASES: ReadonlySet<string> = new Set(COST_BASES);
