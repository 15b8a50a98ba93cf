import { CostPoolKind, Treatment } from "../costs";
import { PnlCell } from "./pnl";
import { PnlLeaf } from "./pnl-line";

/** Everything booked into a pool that counts in a month, and what of it deviates from cost by standard rates and caps. Minor units. */
export interface BookedPool {
  readonly code: string;
  readonly kind: CostPoolKind;
  readonly amountMinor: bigint;
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
 * A month's cost by line. Of a DIRECT pool what a rating posted stands by component, the rest is the case's own; a pool whose
 * month is a credit is a service credit; programme management stays with the programme. What of a pool nobody is charged is
 * unallocated, apart from what standard rates and caps recovered more or less than cost: lines add up to everything booked.
 */
export function costCells(pools: readonly BookedPool[], charges: readonly PnlCharge[], rated: readonly RatedCost[]): PnlCell[] {
  const known = new Map(pools.map((pool) => [pool.code, pool]));
  const charged = new Map<string, bigint>();
  const cells: PnlCell[] = [];
  for (const { pool, businessUnit, useCase, amountMinor } of charges) {
    const booked = pool === null ? undefined : known.get(pool);
    if (booked) charged.set(booked.code, (charged.get(booked.code) ?? 0n) + amountMinor);
    const shared = booked !== undefined && booked.kind !== "DIRECT" && booked.kind !== "PROGRAMME_MANAGEMENT";
    const line = shared && booked.amountMinor < 0n ? "C5_SERVICE_CREDITS" : SHARED_LINES[booked?.kind ?? "OTHER"];
    cells.push({ line, businessUnit, useCase, amountMinor: -amountMinor });
  }
  for (const { businessUnit, useCase, component, amountMinor } of rated) {
    if (businessUnit === null) continue;
    cells.push({ line: lineOfComponent(component), businessUnit, useCase, amountMinor: -amountMinor }, { line: "B4_CASE_OPEX", businessUnit, useCase, amountMinor });
  }
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

/** Implementation cost of a month: expensed at once, or capital spent. */
export function implementationCell(place: Pick<PnlCell, "businessUnit" | "useCase">, treatment: Treatment, amountMinor: bigint): PnlCell {
  return treatment === "EXPENSE" ? { ...place, line: "B5_IMPLEMENTATION_EXPENSED", amountMinor: -amountMinor } : { ...place, line: "MEMO_CAPEX_CASH", amountMinor };
}
