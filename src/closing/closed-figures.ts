import { compareCodes } from "../kernel/apportion";
import { hashOf } from "../kernel/hash";

/** The figures of a month that a close makes final. Codes, amounts and hashes only: no ids, no clocks. */
export interface ClosedFigures {
  readonly period: string;
  readonly currency: string;
  readonly policyHash: string | null;
  readonly run: { readonly inputHash: string; readonly resultHash: string } | null;
  /** Per unit and use case ("" where unattributed): legs, calls, milliseconds, contacts. */
  readonly usage: ReadonlyArray<{ readonly businessUnit: string; readonly useCase: string; readonly figures: readonly string[] }>;
  /** What every pool holds, in minor units, the ones that are not divided too. */
  readonly pools: ReadonlyArray<{ readonly pool: string; readonly amountMinor: string }>;
  /** Direct cost per pool, unit and use case, in minor units. */
  readonly direct: ReadonlyArray<{ readonly pool: string; readonly businessUnit: string; readonly useCase: string; readonly amountMinor: string }>;
  /** Adjustments posted in the month, by the month that they answer. */
  readonly adjustments: ReadonlyArray<{ readonly origin: string; readonly resultHash: string }>;
  /** Hashes of the true-ups that the month carries. */
  readonly trueUps: readonly string[];
}

/** SHA-256 over the canonical form; a replay of the same facts on an empty database gives the same. */
export function hashClosedFigures(figures: ClosedFigures): string {
  return hashOf({
    period: figures.period,
    currency: figures.currency,
    policy: figures.policyHash,
    run: figures.run && { input: figures.run.inputHash, result: figures.run.resultHash },
    usage: sorted(figures.usage.map((each) => [each.businessUnit, each.useCase, ...each.figures])),
    pools: sorted(figures.pools.map((each) => [each.pool, each.amountMinor])),
    direct: sorted(figures.direct.map((each) => [each.pool, each.businessUnit, each.useCase, each.amountMinor])),
    adjustments: sorted(figures.adjustments.map((each) => [each.origin, each.resultHash])),
    // A month without any hashes as it always did.
    ...(figures.trueUps.length === 0 ? {} : { trueUps: [...figures.trueUps].sort() }),
  });
}

function sorted(tuples: readonly string[][]): string[][] {
  return [...tuples].sort((a, b) => {
    for (let index = 0; index < a.length; index += 1) {
      const order = compareCodes(a[index]!, b[index]!);
      if (order !== 0) return order;
    }
    return 0;
  });
}
