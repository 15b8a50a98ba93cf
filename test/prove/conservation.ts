import { setImmediate } from "node:timers/promises";
import { allocate } from "../../src/allocation/allocate";
import { FactsResult, divideFacts } from "../../src/allocation/methods/divide-facts";
import { FactsInput } from "../../src/allocation/methods/facts-input";
import { MethodFacts } from "../../src/allocation/methods/method";
import { readFacts } from "../../src/allocation/methods/read-facts";
import { Refusal } from "../../src/kernel/refusal";
import { Dice, anyFacts, anyGround, anyMonth, anyMonthGround, inOtherOrder, mirrored, monthInOtherOrder } from "./conservation-facts";
import { Fault, borne, dividedPools, factsAddUp, figuresOf, monthAddsUp, monthMirrors, stepsAreNear } from "./conservation-laws";
import { Proof, Tally } from "./report";

const PROGRAMMES = 100_000;
const MOST_TOLD = 20;
/** Fewer programmes divided than this would prove little. */
const FEWEST_DIVIDED_PERCENT = 75;

/**
 * Generated programmes through the pure arithmetic, without a database: literal facts by every method, and a measured month
 * by a stored policy. Whatever they are, nothing is made or lost at any level, nothing posted is a minor unit or more from
 * its exact amount, no order of the input matters, a credit mirrors its charge, and another policy moves no total.
 */
export const proveConservation: Proof = async ({ seed, rounds }, report) => {
  const programmes = rounds ?? PROGRAMMES;
  const faults: string[] = [];
  const tally = new Tally();
  const [began, before] = [process.hrtime.bigint(), process.cpuUsage()];
  for (let index = 0; index < programmes && faults.length < MOST_TOLD; index += 1) {
    proveProgramme(seed + index, tally, faults);
    if ((index + 1) % 10_000 === 0) report.progress(`${index + 1} programmes`);
    if (index % 500 === 0) await setImmediate();
  }
  const seconds = Number((process.hrtime.bigint() - began) / 1_000_000n) / 1_000;
  const { user, system } = process.cpuUsage(before);
  const percent = (100 * tally.of("divided")) / (tally.of("divided") + tally.of("refused"));
  const enough = programmes < 1_000 || percent >= FEWEST_DIVIDED_PERCENT ? [] : [`only ${percent.toFixed(1)} % of the programmes were divided`];
  report.none("faults-of-arithmetic", [...faults, ...enough], { programmes, ...tally.asRecord(), seconds, processorSeconds: Math.round((user + system) / 1e6) });
};

/** One programme; its seed with `--rounds 1` runs it alone. */
export function proveProgramme(seed: number, tally: Tally, faults: string[]): void {
  const dice = new Dice(seed);
  const ground = anyGround(dice);
  const facts = anyFacts(dice, ground);
  const told = (given: unknown): Fault => (message) => {
    faults.push(`--seed ${seed} --rounds 1: ${message}; facts ${JSON.stringify(given, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value instanceof Map ? [...value] : value))}`);
  };
  trying(told(facts), () => proveFacts(dice, facts, anyFacts(dice, ground), tally, told));
  const monthGround = anyMonthGround(dice);
  const month = anyMonth(dice, monthGround);
  trying(told(month), () => {
    const result = allocate(month);
    tally.add("months");
    tally.add("month-lines", result.pools.reduce((all, { lines }) => all + lines.length, 0));
    monthAddsUp(month, result, told(month));
    monthMirrors(month, result, told(month));
    const other = allocate(monthInOtherOrder(dice, month));
    if (other.resultHash !== result.resultHash || other.inputHash !== result.inputHash) told(month)("another order of the input gives other figures");
    const otherPolicy = anyMonth(dice, monthGround);
    const under = dividedPools(otherPolicy).reduce((all, pool) => pool.lines.reduce((lines, { amountMinor }) => lines + amountMinor, all + pool.unallocatedMinor), 0n);
    if (under !== result.totalMinor) told(otherPolicy)(`another policy makes ${under} of ${result.totalMinor}`);
  });
}

function proveFacts(dice: Dice, facts: FactsInput, underOtherPolicy: FactsInput, tally: Tally, told: (given: unknown) => Fault): void {
  const fault = told(facts);
  const divided = divide(facts);
  const [reordered, credit] = [divide(inOtherOrder(dice, facts)), divide(mirrored(facts))];
  if (divided instanceof Refusal) {
    tally.add("refused");
    tally.add(`refused: ${divided.message.replace(/ .*/, "")}`);
    if (!(reordered instanceof Refusal) || !(credit instanceof Refusal)) fault(`refused (${divided.message}), but not in another order or as a credit`);
    return;
  }
  tally.add("divided");
  tally.add("pools", divided.result.pools.length);
  tally.add("flows", divided.result.chain.length);
  for (const method of new Set(facts.pools.flatMap(({ parts }) => parts.map((part) => part.method)))) tally.add(method);
  factsAddUp(divided.facts, divided.result, fault);
  tally.add("steps", stepsAreNear(divided.facts, divided.result, fault));
  const figures = figuresOf(divided.result);
  if (reordered instanceof Refusal || figuresOf(reordered.result) !== figures) fault(`in another order of the input: ${reordered instanceof Refusal ? reordered.message : figuresOf(reordered.result)} instead of ${figures}`);
  const mirrors = !chargesForNothing(divided.facts, divided.result);
  if (mirrors && (credit instanceof Refusal || figuresOf(credit.result, -1n) !== figures)) fault(`the credit: ${credit instanceof Refusal ? credit.message : figuresOf(credit.result, -1n)} does not mirror ${figures}`);
  const under = divide(underOtherPolicy);
  if (!(under instanceof Refusal) && borne(under.result.pools) !== borne(divided.result.pools)) told(underOtherPolicy)(`another policy makes ${borne(under.result.pools)} of ${borne(divided.result.pools)}`);
}

/** True when stated rates or limits charge a pool of zero, which is neither a charge nor a credit: its mirror image is itself. */
function chargesForNothing(facts: MethodFacts, result: FactsResult): boolean {
  const rated = new Set(facts.pools.filter(({ parts, limits }) => limits.size > 0 || parts.some(({ method }) => method === "RATE" || method === "DUAL_RATE")).map(({ code }) => code));
  return result.pools.some((pool) => rated.has(pool.pool) && (pool.full.numerator === 0n || pool.amountMinor + pool.receivedMinor === 0n));
}

/** The division, or why the facts are refused. */
function divide(input: FactsInput): { facts: MethodFacts; result: FactsResult } | Refusal {
  try {
    const facts = readFacts(input);
    return { facts, result: divideFacts(facts) };
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function trying(fault: Fault, work: () => void): void {
  try {
    work();
  } catch (error) {
    fault(error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" ") : String(error));
  }
}
