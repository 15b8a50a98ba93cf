/** Words of the canonical usage event: one event per revision of a leg; a contact groups legs. */
export const USAGE_EVENT_TYPES = ["LEG_COMPLETED", "LEG_UPDATED", "LEG_RATED", "LEG_ANALYSED", "LEG_VOIDED"] as const;
export type UsageEventType = (typeof USAGE_EVENT_TYPES)[number];

export const CHANNELS = ["VOICE", "CHAT", "SMS", "WEB", "EMAIL"] as const;
export type Channel = (typeof CHANNELS)[number];

export const TRANSPORTS = ["PSTN", "SIP", "WEBRTC", "HTTP"] as const;
export const DIRECTIONS = ["INBOUND", "OUTBOUND", "TRANSFER"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const LEG_STATUSES = ["COMPLETED", "NO_ANSWER", "BUSY", "FAILED", "CANCELLED", "VOICEMAIL"] as const;
export const OUTCOMES = ["CONTAINED", "ESCALATED", "ABANDONED", "OPTED_OUT", "MESSAGE_LEFT", "NONE"] as const;
export const SENTIMENTS = ["NEGATIVE", "NEUTRAL", "POSITIVE"] as const;
export const COST_COMPONENTS = ["PLATFORM", "TELEPHONY", "STT", "LLM", "TTS", "S2S", "ANALYSIS", "TRANSFER", "SMS", "OTHER"] as const;
export const COST_BASES = ["REPORTED", "RATED", "ESTIMATED"] as const;
export const UNATTRIBUTED_REASONS = ["USE_CASE_MISSING", "USE_CASE_UNKNOWN"] as const;
export type UnattributedReason = (typeof UNATTRIBUTED_REASONS)[number];

export const INGEST_OUTCOMES = ["ACCEPTED", "DUPLICATE", "SUPERSEDED", "CONFLICT", "REJECTED", "HELD"] as const;
export type IngestOutcome = (typeof INGEST_OUTCOMES)[number];

/** Stands for "no unit" and "no use case" in keys of totals, which cannot be null. */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Ahead of the server's clock by more than this is refused. */
export const FUTURE_LIMIT_MS = 5 * 60_000;
/** `connectedMs` off the timestamps by more than this is kept and flagged. */
export const DURATION_TOLERANCE_MS = 1_000;
/** No leg lasts longer than a week: more is a unit mistaken for another. */
export const LONGEST_LEG_MS = 7 * 24 * 3_600_000;
export const LARGEST_BATCH = 5_000;
