import { isCode, requireText } from "../kernel/code";
import { formatUnits, parseDecimal, trimDecimal } from "../kernel/decimal";
import { Fraction, ONE, compare, formatFraction, fromDecimal, sum } from "../kernel/fraction";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { hashOf } from "../kernel/hash";
import { Canonical } from "../kernel/canonical";
import { CHANNELS, Channel } from "../metering";
import { MethodPartInput, MethodRuleInput, MethodSettings, PolicySettings, PolicySettingsInput, RuleLimits, isByMethods, readLimitsText, readMethodSettings, readPolicySettings } from "./policy-methods";

export const ALLOCATION_DRIVERS = ["CALLS", "CONNECTED_SECONDS", "BILLED_MINUTES", "CONTACTS", "RESOLVED_CONTACTS"] as const;
export type AllocationDriver = (typeof ALLOCATION_DRIVERS)[number];

export const ZERO_DRIVER_RULES = ["UNALLOCATED", "EVEN", "PRIOR_PERIOD"] as const;
export type ZeroDriverRule = (typeof ZERO_DRIVER_RULES)[number];

/** Channels and what one unit of each weighs, as plain decimal text. */
export interface ChannelWeight {
  readonly channel: Channel;
  readonly weight: string;
}

/**
 * A fraction of a pool and the driver that divides it. In a policy by methods every part also carries its method with what
 * that was told; a part without a measured driver has no channels.
 */
export interface AllocationPart extends MethodSettings {
  readonly fraction: string;
  readonly driver: AllocationDriver | null;
  readonly channels: readonly ChannelWeight[];
  /** BILLED_MINUTES only: each call counts at least this long. */
  readonly minimumSeconds: number;
  /** BILLED_MINUTES only: each call is rounded up to a multiple of this. */
  readonly incrementSeconds: number;
}

/** How one pool is divided. */
export interface AllocationRule extends RuleLimits {
  readonly pool: string;
  readonly parts: readonly AllocationPart[];
  readonly zeroDriver: ZeroDriverRule;
  /** Codes of business units that do not bear this pool. */
  readonly exclude: readonly string[];
}

/** The readable document that two people agree on. */
export interface PolicyDocument {
  readonly effectiveFrom: string;
  readonly note: string | null;
  readonly rules: readonly AllocationRule[];
  /** Only in a policy by methods: its absence is what a proportional policy is known by, and what keeps its text and hash. */
  readonly settings?: PolicySettings | null;
}

/** SHA-256 of a document: of what was agreed on and nothing else. */
export function hashPolicy({ effectiveFrom, note, rules, settings }: PolicyDocument): string {
  return hashOf({ effectiveFrom, note, rules, settings: settings ?? undefined } as unknown as Canonical);
}

/** A version of the policy, proposed and (perhaps) approved. */
export interface AllocationPolicy extends PolicyDocument {
  readonly version: number;
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

export interface AllocationPartInput extends MethodPartInput {
  readonly fraction?: string | null;
  readonly driver?: AllocationDriver | null;
  readonly channels?: ReadonlyArray<{ readonly channel: Channel; readonly weight: string }> | null;
  readonly minimumSeconds?: number | null;
  readonly incrementSeconds?: number | null;
}

export interface AllocationRuleInput extends MethodRuleInput {
  readonly pool: string;
  readonly parts: readonly AllocationPartInput[];
  readonly zeroDriver?: ZeroDriverRule | null;
  readonly exclude?: readonly string[] | null;
}

export interface PolicyInput extends PolicySettingsInput {
  readonly effectiveFrom: string;
  readonly note?: string | null;
  readonly rules: readonly AllocationRuleInput[];
}

const MOST_RULES = 500;
const MOST_PARTS = 20;
const DAY_SECONDS = 86_400;

/** The document that an input stands for, with every default written out; BAD_USER_INPUT names the fault and its place. */
export function readPolicy(input: PolicyInput): PolicyDocument {
  const effectiveFrom = requirePeriodKey(input.effectiveFrom, ["effectiveFrom"]);
  if (input.rules.length === 0 || input.rules.length > MOST_RULES) refuse(`A policy has 1 to ${MOST_RULES} rules.`, ["rules"]);
  const byMethods = isByMethods(input);
  const rules = input.rules.map((rule, index) => readRule(rule, byMethods ? effectiveFrom : null, ["rules", String(index)]));
  const pools = new Set<string>();
  rules.forEach((rule, index) => {
    if (pools.has(rule.pool)) refuse(`Pool ${rule.pool} has two rules.`, ["rules", String(index), "pool"]);
    pools.add(rule.pool);
  });
  const document = { effectiveFrom, note: input.note ? requireText(input.note, ["note"], 2_000) : null, rules };
  return byMethods ? { ...document, settings: readPolicySettings(input, [...pools]) } : document;
}

/** `methodsFrom` is the month that a policy by methods starts with, null for one that knows proportions alone. */
function readRule(input: AllocationRuleInput, methodsFrom: string | null, path: readonly string[]): AllocationRule {
  if (!isCode(input.pool)) refuse("pool must be a code.", [...path, "pool"]);
  if (input.parts.length === 0 || input.parts.length > MOST_PARTS) refuse(`A rule has 1 to ${MOST_PARTS} parts.`, [...path, "parts"]);
  const parts = input.parts.map((part, index) => readPart(part, methodsFrom, [...path, "parts", String(index)]));
  const total = sum(parts.map((part) => fractionOf(part)));
  if (compare(total, ONE) !== 0) refuse(`The fractions of the parts of pool ${input.pool} sum to ${formatFraction(total)}, not to 1.`, [...path, "parts"]);
  const exclude = [...new Set(input.exclude ?? [])].sort();
  for (const code of exclude) if (!isCode(code)) refuse("exclude holds codes of business units.", [...path, "exclude"]);
  const rule = { pool: input.pool, parts, zeroDriver: input.zeroDriver ?? "UNALLOCATED", exclude };
  return methodsFrom === null ? rule : { ...rule, ...readLimitsText(input, [...path, "limits"]) };
}

function readPart(input: AllocationPartInput, methodsFrom: string | null, path: readonly string[]): AllocationPart {
  const share = parseDecimal(input.fraction ?? "1");
  if (!share || share.units <= 0n || compare(fromDecimal(share), ONE) > 0) refuse("fraction must be above 0 and at most 1.", [...path, "fraction"]);
  const driver = input.driver ?? null;
  if (driver === null && methodsFrom === null) refuse("A pool without a driver cannot be divided: name the driver.", [...path, "driver"]);
  const billed = driver === "BILLED_MINUTES";
  for (const field of ["minimumSeconds", "incrementSeconds"] as const) {
    const seconds = input[field];
    if (seconds === undefined || seconds === null) continue;
    if (!billed) refuse(`${field} belongs to BILLED_MINUTES only.`, [...path, field]);
    if (!Number.isInteger(seconds) || seconds < (field === "incrementSeconds" ? 1 : 0) || seconds > DAY_SECONDS) refuse(`${field} must be a day at most${field === "incrementSeconds" ? " and at least 1" : ""}.`, [...path, field]);
  }
  if (driver === null && input.channels) refuse("channels belong to a driver that is measured.", [...path, "channels"]);
  const part = {
    fraction: plainText(input.fraction ?? "1"),
    driver,
    channels: driver === null ? [] : readChannels(input.channels ?? [{ channel: "VOICE", weight: "1" }], path),
    minimumSeconds: billed ? (input.minimumSeconds ?? 0) : 0,
    incrementSeconds: billed ? (input.incrementSeconds ?? 60) : 0,
  };
  return methodsFrom === null ? part : { ...part, ...readMethodSettings(input, methodsFrom, path) };
}

function readChannels(input: ReadonlyArray<{ readonly channel: Channel; readonly weight: string }>, path: readonly string[]): ChannelWeight[] {
  if (input.length === 0) refuse("channels must not be empty; leave it out for VOICE.", [...path, "channels"]);
  const seen = new Set<string>();
  for (const { channel, weight } of input) {
    if (seen.has(channel)) refuse(`channels names ${channel} twice.`, [...path, "channels"]);
    seen.add(channel);
    const parsed = parseDecimal(weight);
    if (!parsed || parsed.units < 0n) refuse(`The weight of ${channel} must be zero or more.`, [...path, "channels"]);
  }
  if (input.every(({ weight }) => parseDecimal(weight)!.units === 0n)) refuse("The weights of the channels are all zero.", [...path, "channels"]);
  return CHANNELS.flatMap((channel) => input.filter((each) => each.channel === channel)).map(({ channel, weight }) => ({ channel, weight: plainText(weight) }));
}

/** One text for one number, so that "+1.0" and "1" are the same document. */
function plainText(decimal: string): string {
  const { units, scale } = parseDecimal(decimal)!;
  return trimDecimal(formatUnits(units, scale));
}

/** The part's fraction of the pool, exact. */
export function fractionOf(part: AllocationPart): Fraction {
  return fromDecimal(parseDecimal(part.fraction)!);
}

function refuse(message: string, field: readonly string[]): never {
  throw new Refusal("BAD_USER_INPUT", message, field);
}
