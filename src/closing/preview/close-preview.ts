import { compareCodes } from "../../kernel/apportion";
import { CostPoolKind } from "../../costs";
import { ClosedFigures, hashClosedFigures } from "../closed-figures";

/** What a pool holds of a month, and where it goes: booked + received = charged + carried + undivided. Minor units. */
export interface PoolControl {
  readonly pool: string;
  /** The month that the cost belongs to: the one that closes, or an earlier one that late facts are charged for. */
  readonly originPeriod: string;
  readonly bookedMinor: bigint;
  /** What other pools pass on to it, less what it passes on to them. */
  readonly receivedMinor: bigint;
  /** On units. */
  readonly chargedMinor: bigint;
  /** On the programme: unallocated, or never divided. */
  readonly carriedMinor: bigint;
  /** On nobody: no run divides it as it stands. */
  readonly undividedMinor: bigint;
}

/** What the close would put on a unit, in minor units. */
export interface UnitControl {
  readonly businessUnit: string;
  readonly allocatedMinor: bigint;
  readonly directMinor: bigint;
  readonly adjustedMinor: bigint;
}

/** Legs that count in the raw rows, and how many of them stand under a use case and under none in the totals. */
export interface LegControl {
  readonly counted: bigint;
  readonly attributed: bigint;
  readonly unattributed: bigint;
}

interface UnitAmount { readonly pool: string; readonly businessUnit: string; readonly amountMinor: bigint }
interface DividedPool { readonly pool: string; readonly unallocatedMinor: bigint }
interface ControlledPools { readonly pools: readonly DividedPool[]; readonly charges: readonly UnitAmount[] }

/** What the close would freeze, as it is read: booked per pool, the run's and the direct charges, the adjustments drafted, and true-ups, which are like them. */
export interface ControlFigures {
  readonly period: string;
  readonly booked: ReadonlyArray<{ readonly pool: string; readonly kind: CostPoolKind; readonly amountMinor: bigint }>;
  readonly run: ControlledPools;
  /** Received less passed on, of the pools between which the run moved cost. */
  readonly received: ReadonlyArray<{ readonly pool: string; readonly kind: CostPoolKind; readonly amountMinor: bigint }>;
  readonly direct: ControlledPools;
  readonly adjustments: ReadonlyArray<{ readonly origin: string; readonly pools: ReadonlyArray<DividedPool & { readonly amountMinor: bigint }>; readonly charges: readonly UnitAmount[] }>;
}

const sumOf = <T>(rows: readonly T[], pick: (row: T) => bigint): bigint => rows.reduce((sum, row) => sum + pick(row), 0n);

/** In = out, pool by pool: this month's own first, then what late facts change in each earlier one. */
export function poolControls({ period, booked, received, run, direct, adjustments }: ControlFigures): PoolControl[] {
  const holding = [...booked, ...received.filter(({ pool }) => !booked.some((each) => each.pool === pool)).map((each) => ({ ...each, amountMinor: 0n }))];
  const own = holding.map(({ pool, kind, amountMinor }): PoolControl => {
    const receivedMinor = sumOf(received.filter((each) => each.pool === pool), (each) => each.amountMinor);
    const divided = run.pools.find((each) => each.pool === pool) ?? direct.pools.find((each) => each.pool === pool);
    const chargedMinor = sumOf([...run.charges, ...direct.charges].filter((each) => each.pool === pool), (each) => each.amountMinor);
    const staysWithProgramme = kind === "PROGRAMME_MANAGEMENT" || kind === "UNUSED_COMMITMENT";
    const carriedMinor = divided ? divided.unallocatedMinor : staysWithProgramme ? amountMinor : 0n;
    return { pool, originPeriod: period, bookedMinor: amountMinor, receivedMinor, chargedMinor, carriedMinor, undividedMinor: amountMinor + receivedMinor - chargedMinor - carriedMinor };
  });
  const late = adjustments.flatMap(({ origin, pools, charges }) => pools.map(({ pool, amountMinor, unallocatedMinor }): PoolControl => {
    const chargedMinor = sumOf(charges.filter((each) => each.pool === pool), (each) => each.amountMinor);
    return { pool, originPeriod: origin, bookedMinor: amountMinor, receivedMinor: 0n, chargedMinor, carriedMinor: unallocatedMinor, undividedMinor: amountMinor - chargedMinor - unallocatedMinor };
  }));
  return [...own, ...late];
}

/** What each unit would be charged, by code; units that are charged nothing are left out. */
export function unitControls({ run, direct, adjustments }: ControlFigures): UnitControl[] {
  const adjusted = adjustments.flatMap(({ charges }) => charges);
  const units = [...new Set([...run.charges, ...direct.charges, ...adjusted].map(({ businessUnit }) => businessUnit))].sort(compareCodes);
  const of = (unit: string, charges: readonly UnitAmount[]): bigint => sumOf(charges.filter((each) => each.businessUnit === unit), (each) => each.amountMinor);
  return units.map((businessUnit) => ({ businessUnit, allocatedMinor: of(businessUnit, run.charges), directMinor: of(businessUnit, direct.charges), adjustedMinor: of(businessUnit, adjusted) }));
}

/** Nothing is left on nobody, and every leg of the raw rows stands in the totals. */
export function isBalanced(pools: readonly PoolControl[], legs: LegControl): boolean {
  return pools.every(({ undividedMinor }) => undividedMinor === 0n) && legs.counted === legs.attributed + legs.unattributed;
}

/** The hash that the close would keep: the month's figures with the adjustments that it would post. */
export function hashIfClosed(figures: ClosedFigures, adjustments: ClosedFigures["adjustments"]): string {
  return hashClosedFigures({ ...figures, adjustments });
}
