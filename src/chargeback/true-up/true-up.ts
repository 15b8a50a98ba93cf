import { apportion, compareCodes } from "../../kernel/apportion";
import { fraction } from "../../kernel/fraction";
import { hashOf } from "../../kernel/hash";
import { Refusal, invariant } from "../../kernel/refusal";

/** What a month's standard rates recovered of a pool, in minor units. */
export interface TrueUpMonth {
  readonly period: string;
  /** 1 as the close froze it; a restatement makes the next one, which is trued up for what it changed. */
  readonly figuresVersion: number;
  readonly costMinor: bigint;
  readonly recoveredMinor: bigint;
  /** What is carried of recovered - cost and is cleared here: over-recovery above zero, under-recovery below. */
  readonly varianceMinor: bigint;
}

/** What a use case was charged of the pool in these months, and what it is charged now (below zero: given back). */
export interface TrueUpLine {
  readonly businessUnit: string;
  readonly useCase: string;
  readonly chargedMinor: bigint;
  readonly amountMinor: bigint;
}

/** Over- or under-recovery of a pool given back: the lines and the variances that they clear sum to zero. */
export interface TrueUpDraft {
  readonly pool: string;
  readonly from: string;
  readonly to: string;
  readonly months: readonly TrueUpMonth[];
  readonly lines: readonly TrueUpLine[];
  /** What units are charged in sum; below zero: given back. */
  readonly amountMinor: bigint;
  readonly hash: string;
}

type Charged = Omit<TrueUpLine, "amountMinor">;

/** Gives what is carried of the months together back in the proportion in which they were charged together. NOT_READY when nobody was charged. */
export function draftTrueUp(pool: string, span: { readonly from: string; readonly to: string }, months: readonly TrueUpMonth[], charges: readonly Charged[]): TrueUpDraft {
  const amountMinor = -months.reduce((sum, { varianceMinor }) => sum + varianceMinor, 0n);
  const draft = { pool, from: span.from, to: span.to, months, amountMinor, lines: giveBack(amountMinor, charges, pool) };
  requireCleared(draft);
  return { ...draft, hash: hashTrueUp(draft) };
}

/**
 * An amount over units, then each unit's over its use cases, by largest remainder, in proportion to what they were charged. A
 * credit among charges (or a charge among credits) has no part in it.
 */
function giveBack(amountMinor: bigint, charges: readonly Charged[], pool: string): TrueUpLine[] {
  if (amountMinor === 0n) return [];
  const sign = charges.reduce((sum, { chargedMinor }) => sum + chargedMinor, 0n) < 0n ? -1n : 1n;
  const weighed = charges.map((each) => ({ ...each, weight: sign * each.chargedMinor })).filter(({ weight }) => weight > 0n);
  if (weighed.length === 0) throw new Refusal("NOT_READY", `Nobody was charged anything of ${pool} in these months: there is no proportion to give the variance back in. Choose a span in which it was charged.`, ["from"]);
  const units = [...new Set(weighed.map(({ businessUnit }) => businessUnit))].sort(compareCodes);
  const own = (unit: string): typeof weighed => weighed.filter(({ businessUnit }) => businessUnit === unit);
  const shares = apportion(amountMinor, units.map((code) => ({ code, weight: fraction(own(code).reduce((sum, { weight }) => sum + weight, 0n)) })));
  return units.flatMap((unit, index) => {
    const useCases = own(unit).sort((a, b) => compareCodes(a.useCase, b.useCase));
    const amounts = apportion(shares[index]!, useCases.map(({ useCase, weight }) => ({ code: useCase, weight: fraction(weight) })));
    return useCases.map(({ businessUnit, useCase, chargedMinor }, position) => ({ businessUnit, useCase, chargedMinor, amountMinor: amounts[position]! }));
  });
}

/** Stops when lines and what they clear do not sum to zero. */
export function requireCleared({ months, lines, amountMinor }: Pick<TrueUpDraft, "months" | "lines" | "amountMinor">): void {
  const charged = lines.reduce((sum, line) => sum + line.amountMinor, 0n);
  const cleared = months.reduce((sum, { varianceMinor }) => sum + varianceMinor, 0n);
  invariant(charged === amountMinor && charged + cleared === 0n, "a true-up leaves a variance over");
}

/** SHA-256 over codes and amounts: no ids, no clocks, and not the month that carries it, which is known when it is posted. */
export function hashTrueUp({ pool, from, to, months, lines }: Pick<TrueUpDraft, "pool" | "from" | "to" | "months" | "lines">): string {
  return hashOf({
    pool, from, to,
    months: [...months].sort((a, b) => compareCodes(a.period, b.period)).map((each) => [each.period, each.figuresVersion, each.costMinor, each.recoveredMinor, each.varianceMinor].map(String)),
    lines: [...lines].sort((a, b) => compareCodes(a.businessUnit, b.businessUnit) || compareCodes(a.useCase, b.useCase)).map((each) => [each.businessUnit, each.useCase, each.chargedMinor, each.amountMinor].map(String)),
  });
}
