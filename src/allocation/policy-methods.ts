import { requireCode } from "../kernel/code";
import { formatUnits, requireDecimal, trimDecimal } from "../kernel/decimal";
import { given } from "../kernel/given";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { PartInput, PoolInput } from "./methods/facts-input";
import { AllocationMethod, EmptyDriverRule, IdleRule, NegativeDriverRule, ServiceRule, SpillRule, TierRule } from "./methods/method";
import type { AllocationDriver, PolicyInput } from "./policy";

/** What a part says of its method, in the words of `methods`; only what was given stands in the document. */
export interface MethodSettings {
  readonly method?: AllocationMethod;
  /** Code of a driver that finance books, in place of a measured one. */
  readonly bookedDriver?: string;
  /** Code of a booked driver: what was budgeted, reserved or can be done. */
  readonly capacityDriver?: string;
  /** CUMULATIVE: the first month that counts. */
  readonly since?: string;
  readonly to?: readonly string[];
  readonly shares?: ReadonlyArray<{ readonly to: string; readonly percent: string }>;
  readonly capacity?: string;
  readonly fixedAmount?: string;
  readonly fixedRate?: string;
  readonly rate?: string;
  /** How many units of the driver the rate is for. */
  readonly ratePer?: string;
  /** RATE: ISO 4217 code of the rate; that of the programme. */
  readonly rateCurrency?: string;
  readonly tiers?: ReadonlyArray<{ readonly upTo: string | null; readonly rate: string }>;
  readonly tierRule?: TierRule;
  readonly idle?: IdleRule;
  readonly zeroDriver?: EmptyDriverRule;
  readonly negative?: NegativeDriverRule;
}

/** What a rule says beside its parts. */
export interface RuleLimits {
  readonly limits?: ReadonlyArray<{ readonly receiver: string | null; readonly minimum: string | null; readonly maximum: string | null }>;
  readonly spill?: SpillRule;
}

/** What holds for all pools of a policy by methods, every default written out. */
export interface PolicySettings {
  /** How pools serve each other; null: each may serve only pools after it. */
  readonly services: ServiceRule | null;
  /** The pools in the order in which they are divided; null: as the rules stand. */
  readonly order: readonly string[] | null;
  /** Settle from the top of the hierarchy of business units down. */
  readonly hierarchy: boolean;
  /** What divides a unit's amount over its use cases where the method measured nothing there. */
  readonly useCaseDriver: AllocationDriver;
  /** Codes of business units that bear nothing at all. */
  readonly exempt: readonly string[];
}

type Maybe<T> = T | null | undefined;

type Text = "capacity" | "fixedAmount" | "fixedRate" | "rate" | "ratePer";

export interface MethodPartInput extends Pick<PartInput, "to" | "capacityDriver" | "shares" | "tiers" | "tierRule" | "idle" | "negative" | Text> {
  readonly method?: Maybe<AllocationMethod>;
  readonly bookedDriver?: Maybe<string>;
  readonly since?: Maybe<string>;
  readonly rateCurrency?: Maybe<string>;
  readonly zeroDriver?: Maybe<EmptyDriverRule>;
}

export type MethodRuleInput = Pick<PoolInput, "limits" | "spill">;

export interface PolicySettingsInput {
  readonly services?: Maybe<ServiceRule>;
  readonly order?: Maybe<readonly string[]>;
  readonly hierarchy?: Maybe<boolean>;
  readonly useCaseDriver?: Maybe<AllocationDriver>;
  readonly exempt?: Maybe<readonly string[]>;
}

const PART_WORDS = ["method", "bookedDriver", "capacityDriver", "since", "to", "shares", "capacity", "fixedAmount", "fixedRate", "rate", "ratePer", "rateCurrency", "tiers", "tierRule", "idle", "zeroDriver", "negative"] as const;

/** Whether an input says anything that a proportional policy does not know. PROPORTIONAL by a measured driver is not such a thing. */
export function isByMethods(input: PolicyInput): boolean {
  if (given(input.services) || given(input.order) || given(input.useCaseDriver) || input.hierarchy === true || (input.exempt ?? []).length > 0) return true;
  return input.rules.some(({ limits, spill, parts }) => (limits ?? []).length > 0 || given(spill) || parts.some((part) => PART_WORDS.some((word) => given(part[word]) && !(word === "method" && part.method === "PROPORTIONAL"))));
}

export function readPolicySettings(input: PolicySettingsInput, pools: readonly string[]): PolicySettings {
  const order = input.order ?? null;
  if (order !== null && (new Set(order).size !== order.length || order.length !== pools.length || order.some((code) => !pools.includes(code)))) refuse("order names every pool that has a rule once, and no other.", ["order"]);
  const exempt = [...new Set(input.exempt ?? [])].map((code) => requireCode(code, ["exempt"])).sort();
  return { services: input.services ?? null, order, hierarchy: input.hierarchy ?? false, useCaseDriver: input.useCaseDriver ?? "CONNECTED_SECONDS", exempt };
}

/** What is said of the method, as text; whether it belongs to the method is for `methods` to say. */
export function readMethodSettings(input: MethodPartInput & { readonly driver?: Maybe<AllocationDriver> }, effectiveFrom: string, path: readonly string[]): MethodSettings {
  const method = input.method ?? "PROPORTIONAL";
  if (given(input.driver) && given(input.bookedDriver)) refuse("A part is divided by a driver that is measured or by one that is booked: leave driver or bookedDriver out.", [...path, "bookedDriver"]);
  if (given(input.since) && method !== "CUMULATIVE") refuse("since belongs to CUMULATIVE only.", [...path, "since"]);
  const since = method === "CUMULATIVE" ? requirePeriodKey(input.since ?? effectiveFrom, [...path, "since"]) : undefined;
  if (given(input.rateCurrency) && method !== "RATE") refuse("rateCurrency belongs to RATE only.", [...path, "rateCurrency"]);
  if (method === "RATE" && given(input.rate) && requireDecimal(input.rate!, [...path, "rate"]).units === 0n) refuse("A standard rate of zero recovers nothing: the whole pool would be under-recovery. State a rate above zero, or let the programme KEEP the pool.", [...path, "rate"]);
  const text = (field: Text): string | undefined => (given(input[field]) ? plainText(input[field]!, [...path, field]) : undefined);
  const settings: MethodSettings = {
    method, since,
    bookedDriver: given(input.bookedDriver) ? requireCode(input.bookedDriver!, [...path, "bookedDriver"]) : undefined,
    capacityDriver: given(input.capacityDriver) ? requireCode(input.capacityDriver!, [...path, "capacityDriver"]) : undefined,
    to: input.to?.map((code) => requireCode(code, [...path, "to"])),
    shares: input.shares?.map(({ to, percent }) => ({ to: requireCode(to, [...path, "shares"]), percent: plainText(percent, [...path, "shares"]) })),
    capacity: text("capacity"), fixedAmount: text("fixedAmount"), fixedRate: text("fixedRate"), rate: text("rate"), ratePer: text("ratePer"), rateCurrency: input.rateCurrency ?? undefined,
    tiers: input.tiers?.map(({ upTo, rate }) => ({ upTo: given(upTo) ? plainText(upTo!, [...path, "tiers"]) : null, rate: plainText(rate, [...path, "tiers"]) })),
    tierRule: input.tierRule ?? undefined, idle: input.idle ?? undefined, zeroDriver: input.zeroDriver ?? undefined, negative: input.negative ?? undefined,
  };
  return withoutGaps(settings);
}

export function readLimitsText(input: MethodRuleInput, path: readonly string[]): RuleLimits {
  const bound = (text: Maybe<string>): string | null => (given(text) ? plainText(text!, path) : null);
  return withoutGaps({
    limits: input.limits && input.limits.length > 0 ? input.limits.map(({ receiver, minimum, maximum }) => ({ receiver: given(receiver) ? requireCode(receiver!, path) : null, minimum: bound(minimum), maximum: bound(maximum) })) : undefined,
    spill: input.spill ?? undefined,
  });
}

/** What is stored has no keys without a value, so that the text is the same before and after. */
function withoutGaps<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

function plainText(decimal: string, path: readonly string[]): string {
  const { units, scale } = requireDecimal(decimal, path);
  return trimDecimal(formatUnits(units, scale));
}

function refuse(message: string, field: readonly string[]): never {
  throw new Refusal("BAD_USER_INPUT", message, field);
}
