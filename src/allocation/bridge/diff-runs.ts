import { compareCodes } from "../../kernel/apportion";
import { invariant } from "../../kernel/refusal";
import { AllocationResult } from "../allocate";
import { ComparedFacts, RUN_STEPS, RunStep, swapForAll } from "./swap-facts";

/** What one cause changes, in minor units. */
export interface CausedChange {
  readonly cause: RunStep;
  readonly amountMinor: bigint;
}

/** What two divisions charge a unit; null stands for what stays with the programme. Causes that change nothing are left out. */
export interface DifferingUnit {
  readonly businessUnit: string | null;
  readonly fromMinor: bigint;
  readonly toMinor: bigint;
  readonly causes: readonly CausedChange[];
}

export interface DifferingRuns {
  readonly before: AllocationResult;
  readonly after: AllocationResult;
  /** By code, the programme last; who bears nothing on both sides is left out. */
  readonly units: readonly DifferingUnit[];
  /** Every cause over all units and the programme, which is what the cost of the pools changed by. */
  readonly causes: readonly CausedChange[];
}

/** Splits the change of every unit between two divisions by its cause: exact, in minor units. */
export function diffRuns(compared: ComparedFacts): DifferingRuns {
  const { before, steps } = swapForAll(compared);
  const results = [before, ...steps.map(({ result }) => result)];
  const charges = results.map(chargesByUnit);
  const units = [...new Set(charges.flatMap((each) => [...each.keys()]))].sort((a, b) => (a === null ? 1 : b === null ? -1 : compareCodes(a, b)));
  const after = results.at(-1)!;
  const causes = RUN_STEPS.map((cause, index) => ({ cause, amountMinor: results[index + 1]!.totalMinor - results[index]!.totalMinor }));
  const found = units.map((businessUnit) => {
    const of = (index: number): bigint => charges[index]!.get(businessUnit) ?? 0n;
    const changes = RUN_STEPS.map((cause, index) => ({ cause, amountMinor: of(index + 1) - of(index) }));
    const [fromMinor, toMinor] = [of(0), of(RUN_STEPS.length)];
    invariant(fromMinor + changes.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) === toMinor, "the causes do not make up the change");
    return { businessUnit, fromMinor, toMinor, causes: changes.filter(({ amountMinor }) => amountMinor !== 0n) };
  });
  return { before, after, causes, units: found.filter(({ fromMinor, toMinor, causes: changes }) => fromMinor !== 0n || toMinor !== 0n || changes.length > 0) };
}

function chargesByUnit(result: AllocationResult): Map<string | null, bigint> {
  const charges = new Map<string | null, bigint>([[null, result.unallocatedMinor]]);
  for (const { lines } of result.pools) for (const { businessUnit, amountMinor } of lines) charges.set(businessUnit, (charges.get(businessUnit) ?? 0n) + amountMinor);
  return charges;
}
