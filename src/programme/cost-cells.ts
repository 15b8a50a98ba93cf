import { apportion } from "../kernel/apportion";
import { Fraction, ONE, ZERO, compare, divide, fraction, multiply, roundHalfUp } from "../kernel/fraction";
import { CostPoolKind, Treatment, isShared } from "../costs";
import { PnlCell } from "./pnl";
import { PnlLeaf } from "./pnl-line";

/** Everything booked into a pool that counts in a month, and what of it deviates from cost by standard rates and caps. Minor units. */
export interface BookedPool {
  readonly code: string;
  readonly kind: CostPoolKind;
  readonly amountMinor: bigint;
  /** What of it was divided: of an open month what its run took in. */
  readonly dividedMinor: bigint;
  /** What of that are service credits; below zero unless more of them is taken back than granted. */
  readonly creditedMinor: bigint;
  /** Cost less what was charged for it, of rules that charge something else than cost: below zero is over-recovery. */
  readonly varianceMinor: bigint;
}

export interface PnlCharge {
  readonly pool: string | null;
  readonly businessUnit: string;
  readonly useCase: string | null;
  readonly amountMinor: bigint;
}

/** Usage that a rating posted, by component. */
export interface RatedCost {
  readonly businessUnit: string | null;
  readonly useCase: string;
  readonly component: string;
  readonly amountMinor: bigint;
}

type Place = Pick<PnlCell, "businessUnit" | "useCase">;
const PROGRAMME: Place = { businessUnit: null, useCase: null };

const SHARED_LINES: Readonly<Record<CostPoolKind, PnlLeaf>> = {
  PLATFORM_CONTRACT: "C1_PLATFORM_CONTRACT", TELEPHONY: "C2_TELEPHONY", INTEGRATION: "C3_INTEGRATION", COMPLIANCE: "C4_COMPLIANCE", OTHER: "C6_OTHER_SHARED", UNUSED_COMMITMENT: "C6_OTHER_SHARED",
  DIRECT: "B4_CASE_OPEX", PROGRAMME_MANAGEMENT: "E_PROGRAMME_MANAGEMENT",
};

/** The line of rated usage: the platform's vendor, the carriers, or models that a vendor passes on. */
export function lineOfComponent(component: string): PnlLeaf {
  if (["TELEPHONY", "SMS", "TRANSFER"].includes(component)) return "B2_CARRIER_USAGE";
  return ["STT", "LLM", "TTS", "S2S", "ANALYSIS"].includes(component) ? "B3_PASS_THROUGH" : "B1_VENDOR_USAGE";
}

/**
 * A month's cost by line. Of a DIRECT pool what a rating posted stands by component, the rest is the case's own; of shared pools
 * service credits stand apart, as does a pool whose month lowers cost altogether; programme management stays with the programme.
 * What of a pool nobody is charged is unallocated, apart from what standard rates and caps recovered more or less than cost: lines
 * add up to everything booked.
 */
export function costCells(pools: readonly BookedPool[], charges: readonly PnlCharge[], rated: readonly RatedCost[]): PnlCell[] {
  const known = new Map(pools.map((pool) => [pool.code, pool]));
  const charged = new Map<string, bigint>();
  const cells: PnlCell[] = [];
  for (const { pool, businessUnit, useCase, amountMinor } of charges) {
    const booked = pool === null ? undefined : known.get(pool);
    if (booked) charged.set(booked.code, (charged.get(booked.code) ?? 0n) + amountMinor);
    cells.push({ line: booked ? lineOfPool(booked) : SHARED_LINES.OTHER, businessUnit, useCase, amountMinor: -amountMinor });
  }
  for (const { businessUnit, useCase, component, amountMinor } of rated) {
    if (businessUnit === null) continue;
    cells.push({ line: lineOfComponent(component), businessUnit, useCase, amountMinor: -amountMinor }, { line: "B4_CASE_OPEX", businessUnit, useCase, amountMinor });
  }
  for (const pool of pools) cells.push(...creditCells(pool, charges));
  for (const { code, kind, amountMinor, varianceMinor } of pools) {
    const left = amountMinor - (charged.get(code) ?? 0n);
    const own = (line: PnlLeaf, minor: bigint): void => void cells.push({ line, businessUnit: null, useCase: null, amountMinor: minor });
    if (kind === "PROGRAMME_MANAGEMENT") own("E_PROGRAMME_MANAGEMENT", -left);
    else {
      own("G_UNALLOCATED", -(left - varianceMinor));
      own("H_RECOVERY_VARIANCE", -varianceMinor);
    }
  }
  return cells;
}

const abs = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

/** Of a shared pool whose charges lower cost by themselves: service credits, as those are that say so. */
const lineOfPool = (pool: BookedPool): PnlLeaf => (isShared(pool.kind) && pool.dividedMinor < pool.creditedMinor ? "C5_SERVICE_CREDITS" : SHARED_LINES[pool.kind]);

/**
 * Service credits of a shared pool, out of its own line into theirs: units are charged net of them, so of a credit each has what it has
 * of the pool, and no cell's sum moves. As much of it stands there as is charged of the pool: the credit of what nobody is charged
 * lowers that. Where charges add up to nothing, it is the programme's.
 */
function creditCells(pool: BookedPool, charges: readonly PnlCharge[]): PnlCell[] {
  const { code, kind, creditedMinor } = pool;
  if (!isShared(kind) || creditedMinor === 0n) return [];
  const places = new Map<string, Place & { readonly chargedMinor: bigint }>();
  for (const { pool: of, businessUnit, useCase, amountMinor } of charges) {
    if (of !== code) continue;
    const key = JSON.stringify([businessUnit, useCase]);
    places.set(key, { businessUnit, useCase, chargedMinor: (places.get(key)?.chargedMinor ?? 0n) + amountMinor });
  }
  const charged = [...places.values()].reduce((sum, { chargedMinor }) => sum + chargedMinor, 0n);
  const shown = roundHalfUp(multiply(fraction(creditedMinor), chargedShare(pool, charged)));
  const bearers = [...places].filter(([, { chargedMinor }]) => chargedMinor * charged > 0n);
  const parts = bearers.length === 0 ? [] : apportion(shown, bearers.map(([key, { chargedMinor }]) => ({ code: key, weight: fraction(abs(chargedMinor)) })));
  const credits = bearers.length === 0 ? [{ ...PROGRAMME, minor: shown }] : bearers.map(([, { businessUnit, useCase }], index) => ({ businessUnit, useCase, minor: parts[index]! }));
  return credits.flatMap(({ minor, ...place }): PnlCell[] => [{ line: "C5_SERVICE_CREDITS", ...place, amountMinor: -minor }, { line: lineOfPool(pool), ...place, amountMinor: minor }]);
}

/** How much of what was divided of a pool is charged, at cost: from nothing to all of it, also where more is charged since other pools passed theirs on. */
function chargedShare({ dividedMinor, varianceMinor }: BookedPool, chargedMinor: bigint): Fraction {
  if (dividedMinor === 0n) return ONE;
  const share = divide(fraction(chargedMinor + varianceMinor), fraction(dividedMinor));
  return compare(share, ZERO) < 0 ? ZERO : compare(share, ONE) > 0 ? ONE : share;
}

/** Implementation cost of a month: expensed at once, or capital spent. */
export function implementationCell(place: Place, treatment: Treatment, amountMinor: bigint): PnlCell {
  return treatment === "EXPENSE" ? { ...place, line: "B5_IMPLEMENTATION_EXPENSED", amountMinor: -amountMinor } : { ...place, line: "MEMO_CAPEX_CASH", amountMinor };
}
