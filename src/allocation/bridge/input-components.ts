import { compareCodes } from "../../kernel/apportion";
import { Canonical } from "../../kernel/canonical";
import { formatUnits } from "../../kernel/decimal";
import { fraction } from "../../kernel/fraction";
import { hashOf } from "../../kernel/hash";
import { AllocationFacts } from "../allocate";
import { displayQuantity } from "../driver";
import { AllocationDriver, AllocationRule } from "../policy";
import { PolicySettings } from "../policy-methods";
import { Vectors } from "./keep-owners";

/** What an allocation stands on, component by component. */
export const INPUT_COMPONENTS = ["PERIOD", "POOLS", "DRIVERS", "PRIOR_DRIVERS", "POLICY", "OWNERS", "METHOD_FACTS"] as const;
export type InputComponent = (typeof INPUT_COMPONENTS)[number];

/** A component on both sides: its hash, and what differs, in words. */
export interface ComparedComponent {
  readonly component: InputComponent;
  readonly fromHash: string;
  readonly toHash: string;
  readonly differs: boolean;
  readonly differences: readonly string[];
  /** Differences beyond those that are told. */
  readonly more: number;
}

/** Sentences about one component; what there is beyond them is counted. */
const MOST_DIFFERENCES = 100;

/** By name, what is compared and hashed, and how it is told where that is not the same. */
type Entries = ReadonlyMap<string, { readonly value: string; readonly text?: string }>;

/** Compares what two divisions stood on. A component whose hashes are equal holds the same facts, whatever its order. */
export function compareInputs(from: AllocationFacts, to: AllocationFacts, exponent: number): ComparedComponent[] {
  const [old, now] = [componentsOf(from, exponent), componentsOf(to, exponent)];
  return INPUT_COMPONENTS.map((component) => {
    const [fromHash, toHash] = [hashOfEntries(old[component]), hashOfEntries(now[component])];
    const differences = fromHash === toHash ? [] : differencesOf(old[component], now[component]);
    return { component, fromHash, toHash, differs: fromHash !== toHash, differences: differences.slice(0, MOST_DIFFERENCES), more: Math.max(0, differences.length - MOST_DIFFERENCES) };
  });
}

/** Every component as names with values, so that two of them are equal exactly when they say the same. */
function componentsOf(facts: AllocationFacts, exponent: number): Record<InputComponent, Entries> {
  return {
    PERIOD: new Map([["period", { value: facts.period }], ["currency", { value: facts.currency }]]),
    POOLS: new Map(facts.pools.map(({ code, amountMinor }) => [code, { value: formatUnits(amountMinor, exponent) }])),
    DRIVERS: quantitiesOf(facts.drivers),
    PRIOR_DRIVERS: quantitiesOf(facts.priorDrivers),
    POLICY: new Map([
      ...(facts.policy?.rules ?? []).map((rule) => [rule.pool, { value: hashOf(rule as unknown as Canonical), text: ruleText(rule) }] as const),
      ...(facts.policy?.settings ? [["settings of all pools", { value: hashOf(facts.policy.settings as unknown as Canonical), text: settingsText(facts.policy.settings) }] as const] : []),
    ]),
    OWNERS: new Map([...facts.receivers].flatMap(([unit, useCases]) => useCases.map((useCase) => [useCase, { value: unit }] as const))),
    METHOD_FACTS: methodFactsOf(facts, exponent),
  };
}

/** What finance booked and what else only methods divide by, each by its name. */
function methodFactsOf({ method }: AllocationFacts, exponent: number): Entries {
  if (!method) return new Map();
  return new Map([
    ...method.parents.map(({ businessUnit, parent }) => [`unit above ${businessUnit}`, { value: parent }] as const),
    ...method.directCosts.map(({ businessUnit, minor }) => [`direct cost of ${businessUnit}`, { value: formatUnits(BigInt(minor), exponent) }] as const),
    ...method.booked.flatMap(({ key, quantities }) => quantities.map(({ of, useCase, quantity }) => [`${key} of ${of}${useCase === null ? "" : `, ${useCase}`}`, { value: quantity }] as const)),
    ...method.priors.flatMap(({ pool, since, poolMinor, charges }) => [
      [`${pool} since ${since}`, { value: formatUnits(BigInt(poolMinor), exponent) }] as const,
      ...charges.map(({ businessUnit, useCase, minor }) => [`${pool} since ${since} charged to ${businessUnit}, ${useCase}`, { value: formatUnits(BigInt(minor), exponent) }] as const),
    ]),
  ]);
}

function quantitiesOf(vectors: Vectors): Entries {
  const found = new Map<string, bigint>();
  const add = (key: string, quantity: bigint): void => void found.set(key, (found.get(key) ?? 0n) + quantity);
  for (const [key, { quantities, unitQuantities }] of vectors) {
    for (const { businessUnit, useCase, channel, quantity } of quantities) add(`${key} of ${businessUnit}, ${useCase}, ${channel}`, quantity);
    for (const { businessUnit, channel, quantity } of unitQuantities ?? []) add(`${key} of ${businessUnit}, ${channel}`, quantity);
  }
  return new Map([...found].map(([name, quantity]) => [name, { value: displayQuantity(name.split(/[ /]/, 1)[0] as AllocationDriver, fraction(quantity)) }]));
}

/** A rule in words: what it divides by, who does not bear it (named, or only counted), and what happens to a driver that is zero. */
export function ruleText({ parts, exclude, zeroDriver }: AllocationRule, without: "named" | "counted" = "named"): string {
  const channelsOf = (channels: AllocationRule["parts"][number]["channels"]): string =>
    channels.length === 1 && channels[0]!.channel === "VOICE" && channels[0]!.weight === "1" ? "" : ` (${channels.map(({ channel, weight }) => `${channel} x ${weight}`).join(", ")})`;
  const billed = ({ driver, minimumSeconds, incrementSeconds }: AllocationRule["parts"][number]): string => (driver === "BILLED_MINUTES" ? ` of at least ${minimumSeconds} s in steps of ${incrementSeconds} s` : "");
  const method = (part: AllocationRule["parts"][number]): string => (part.method === undefined || part.method === "PROPORTIONAL" ? "" : part.method);
  const driver = (part: AllocationRule["parts"][number]): string => [part.driver ?? part.bookedDriver ?? [], part.capacityDriver ?? []].flat().join(" and ");
  const divided = parts.map((part) => `${part.fraction === "1" ? "" : `${part.fraction} by `}${[method(part), driver(part)].filter((word) => word !== "").join(" of ")}${billed(part)}${channelsOf(part.channels)}`).join(" + ");
  const left = without === "named" ? exclude.join(", ") : `${exclude.length} of the units`;
  return `${divided}${exclude.length > 0 ? `, without ${left}` : ""}${zeroDriver === "UNALLOCATED" ? "" : `, ${zeroDriver} when zero`}`;
}

function settingsText({ services, order, hierarchy, useCaseDriver, exempt }: PolicySettings): string {
  return [`services ${services ?? "to later pools"}`, order === null ? [] : `in the order ${order.join(", ")}`, hierarchy ? "down the hierarchy" : [], `use cases by ${useCaseDriver}`, exempt.length === 0 ? [] : `without ${exempt.join(", ")}`].flat().join("; ");
}

const hashOfEntries = (entries: Entries): string => hashOf([...entries].sort(([a], [b]) => compareCodes(a, b)).map(([name, { value }]) => [name, value]));

function differencesOf(from: Entries, to: Entries): string[] {
  return [...new Set([...from.keys(), ...to.keys()])].sort(compareCodes).flatMap((name) => {
    const [old, now] = [from.get(name), to.get(name)];
    const told = (side: typeof old): string => side?.text ?? side?.value ?? "not there";
    return old?.value === now?.value ? [] : [`${name}: ${told(old)}, now ${told(now)}`];
  });
}
