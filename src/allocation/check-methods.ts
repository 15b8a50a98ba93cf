import { Refusal } from "../kernel/refusal";
import type { AllocationFacts } from "./allocate";
import { DriverVector } from "./driver";
import { measuredKey, useCasePart } from "./method-inputs";
import type { MethodInputs } from "./method-inputs";
import { prepareMethods } from "./method-facts";
import { isLinear } from "./methods/divide-part";
import { serviceOrder } from "./methods/service-order";
import { AllocationPart, AllocationRule, PolicyDocument } from "./policy";

/** What a policy by methods is held against when it is proposed: the names and bookings of the month that it starts with. */
export interface PolicyWorld {
  readonly period: string;
  readonly currency: string;
  /** Codes of all business units. */
  readonly units: readonly string[];
  /** Units with the use cases that they own when the month ends. */
  readonly receivers: ReadonlyMap<string, readonly string[]>;
  /** Codes of these pools that exist and are shared. */
  readonly pools: ReadonlySet<string>;
  readonly inputs: MethodInputs;
}

/** Parts times those who may bear them: what one division works through at most. */
const MOST_WORK = 1_000_000;

const fail = (code: "BAD_USER_INPUT" | "NOT_FOUND", message: string, path: readonly string[]): never => {
  throw new Refusal(code, message, path);
};

/** Refuses a policy by methods that could not be carried out, naming the fault and its place. */
export function checkMethods(document: PolicyDocument, world: PolicyWorld): void {
  const settings = document.settings!;
  const work = document.rules.reduce((all, { parts }) => all + parts.length, 0) * (world.units.length + document.rules.length);
  if (work > MOST_WORK) throw new Refusal("LIMIT_EXCEEDED", `Parts times business units and pools are ${work}; the limit is ${MOST_WORK}. Leave parts out, or merge pools.`, ["rules"]);
  requireDistinctCodes(document, world);
  const units = new Set(world.units);
  settings.exempt.forEach((code) => units.has(code) || fail("NOT_FOUND", `There is no business unit ${code}.`, ["exempt"]));
  document.rules.forEach((rule, index) => {
    const path = ["rules", String(index)];
    requireNames(document, rule, world, path);
    rule.parts.forEach((part, position) => requireDrivers(document, rule, part, world, [...path, "parts", String(position)]));
  });
  try {
    const prepared = prepareMethods(factsToCheck(document, world));
    for (const group of serviceOrder(prepared.facts)) {
      const pools = group.map((position) => prepared.facts.pools[position]!);
      const limited = pools.length > 1 ? pools.find(({ parts, limits }) => limits.size > 0 || !parts.every(isLinear)) : undefined;
      if (limited) fail("BAD_USER_INPUT", `Pool ${limited.code} stands in a circle of pools (${pools.map(({ code }) => code).join(", ")}): it takes methods with fixed proportions and no limits.`, limited.path);
    }
  } catch (error) {
    // What the methods say of literal facts is said of the policy here.
    if (error instanceof Refusal && error.field?.[0] === "facts") throw new Refusal(error.code, error.message, error.field.slice(1));
    throw error;
  }
  requireEverybodyReached(document, world);
}

function requireDistinctCodes(document: PolicyDocument, world: PolicyWorld): void {
  const units = new Set(world.units);
  document.rules.forEach(({ pool }, index) => {
    if (units.has(pool)) fail("BAD_USER_INPUT", `${pool} is the code of a pool and of a business unit: a policy by methods could not tell which it names. Give the pool another code.`, ["rules", String(index), "pool"]);
  });
}

/** Every code that a rule names is a unit or, where one may be named, a pool that has a rule of its own. */
function requireNames(document: PolicyDocument, rule: AllocationRule, world: PolicyWorld, path: readonly string[]): void {
  const units = new Set(world.units);
  const ruled = new Set(document.rules.map(({ pool }) => pool));
  const known = (code: string, at: readonly string[]): void => {
    if (units.has(code) || ruled.has(code)) return;
    if (world.pools.has(code)) fail("BAD_USER_INPUT", `Pool ${code} has no rule in this policy: what it receives would stay there. Give it one.`, at);
    fail("NOT_FOUND", `There is no business unit or shared pool ${code}.`, at);
  };
  for (const code of rule.exclude) known(code, [...path, "exclude"]);
  for (const { receiver } of rule.limits ?? []) if (receiver !== null && !units.has(receiver)) fail("NOT_FOUND", `There is no business unit ${receiver}.`, [...path, "limits"]);
  rule.parts.forEach((part, position) => {
    const at = [...path, "parts", String(position)];
    for (const code of part.to ?? []) known(code, [...at, "to"]);
    for (const { to } of part.shares ?? []) known(to, [...at, "shares"]);
    requireOpenPools(document, rule, part, at);
  });
}

/** A step-down passes over closed pools; that nobody who is named outright can mean. */
function requireOpenPools(document: PolicyDocument, rule: AllocationRule, part: AllocationPart, path: readonly string[]): void {
  const { services, order } = document.settings!;
  if (services !== "STEP_DOWN") return;
  const sequence = order ?? document.rules.map(({ pool }) => pool);
  for (const [code, field] of [...(part.to ?? []).map((code) => [code, "to"] as const), ...(part.shares ?? []).map(({ to }) => [to, "shares"] as const)]) {
    const position = sequence.indexOf(code);
    if (position !== -1 && position <= sequence.indexOf(rule.pool)) fail("BAD_USER_INPUT", `Pool ${code} is closed when ${rule.pool} is divided: a closed pool never receives. Put ${rule.pool} before it, or leave it out.`, [...path, field]);
  }
}

function requireDrivers(document: PolicyDocument, rule: AllocationRule, part: AllocationPart, world: PolicyWorld, path: readonly string[]): void {
  const ruled = new Set(document.rules.map(({ pool }) => pool));
  if (part.rateCurrency !== undefined && part.rateCurrency !== world.currency) throw new Refusal("CURRENCY_MISMATCH", `A standard rate in ${part.rateCurrency} cannot charge a programme that is kept in ${world.currency}. State it in ${world.currency}.`, [...path, "rateCurrency"]);
  for (const field of ["bookedDriver", "capacityDriver"] as const) {
    const driver = part[field];
    if (driver === undefined) continue;
    const booked = world.inputs.booked.find(({ key }) => key === driver || key.startsWith(`${driver}@`));
    if (!booked || booked.quantities.length === 0) fail("NOT_FOUND", `The driver ${driver} has no quantities in ${world.period}. Book them with bookDriverQuantities.`, [...path, field]);
    const pools = booked!.quantities.map(({ of }) => of).filter((of) => !world.units.includes(of));
    if (part.method === "CUMULATIVE" && pools.length > 0) fail("BAD_USER_INPUT", `The driver ${driver} has quantities of the pool ${pools[0]!}: what pools were charged before is not kept. Divide by a driver of business units.`, [...path, field]);
    const stray = pools.find((code) => !ruled.has(code) && !rule.exclude.includes(code));
    if (stray !== undefined && document.settings!.services !== "DIRECT") fail("BAD_USER_INPUT", `The driver ${driver} has a quantity of the pool ${stray}, which has no rule in this policy: what it receives would stay there. Give it one, or exclude it here.`, [...path, field]);
  }
  if (part.method === "CUMULATIVE" && rule.parts.length > 1) fail("BAD_USER_INPUT", `CUMULATIVE divides a pool as a whole: what earlier months charged is not kept by parts. Leave the other parts of ${rule.pool} out.`, path);
}

/** The policy over nothing that was measured: enough to read its rules and to see which pools serve which. */
function factsToCheck(policy: PolicyDocument, world: PolicyWorld): AllocationFacts {
  const nothing: DriverVector = { quantities: [], unitQuantities: null };
  const keys = [...policy.rules.flatMap(({ parts }) => parts.filter(({ driver }) => driver !== null).map(measuredKey)), measuredKey(useCasePart(policy))];
  const drivers = new Map(keys.map((key) => [key, nothing]));
  return {
    period: world.period, currency: world.currency, policy, drivers, priorDrivers: drivers, method: world.inputs,
    pools: policy.rules.map(({ pool }) => ({ code: pool, amountMinor: 0n })), receivers: new Map(world.units.map((unit) => [unit, world.receivers.get(unit) ?? []])),
  };
}

/** A unit that owns use cases bears something, or is said to bear nothing. */
function requireEverybodyReached(document: PolicyDocument, world: PolicyWorld): void {
  const booked = new Map(world.inputs.booked.map(({ key, quantities }) => [key.split("@")[0]!, new Set(quantities.filter(({ quantity }) => quantity !== "0").map(({ of }) => of))]));
  const reaches = (part: AllocationPart, unit: string): boolean => {
    if (part.method === "KEEP" || (part.to && !part.to.includes(unit))) return false;
    if (part.shares) return part.shares.some(({ to, percent }) => to === unit && percent !== "0");
    if (part.driver !== null || part.method === "DIRECT" || part.method === "EVEN" || part.method === "DIRECT_COST") return true;
    return [part.bookedDriver, part.capacityDriver].some((driver) => driver !== undefined && booked.get(driver)?.has(unit));
  };
  for (const unit of world.receivers.keys()) {
    if (document.settings!.exempt.includes(unit) || document.rules.some((rule) => !rule.exclude.includes(unit) && rule.parts.some((part) => reaches(part, unit)))) continue;
    fail("BAD_USER_INPUT", `No rule reaches the business unit ${unit}. Name it in one, or say with exempt that it bears nothing.`, ["rules"]);
  }
}
