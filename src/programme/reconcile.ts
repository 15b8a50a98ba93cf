import { compareCodes } from "../kernel/apportion";
import { Aggregate } from "./sign-programme-pnl";
import { Figure, UnitGroup, amountOf } from "./disclose";
import { PnlCell, PnlMonth, missingForEbit } from "./pnl";
import { leavesOf } from "./pnl-line";

/** Two ways to a figure. Minor units. */
export interface PnlCheck {
  readonly name: string;
  readonly leftMinor: bigint;
  readonly terms: ReadonlyArray<{ readonly name: string; readonly amountMinor: bigint }>;
}

export const differenceOf = ({ leftMinor, terms }: PnlCheck): bigint => terms.reduce((left, { amountMinor }) => left - amountMinor, leftMinor);

/** Shared cost as the ledgers of cost and of its division say it, apart from the statement. Minor units, costs positive. */
export interface SharedCost {
  readonly bookedMinor: bigint;
  /** By unit. */
  readonly charged: ReadonlyMap<string, bigint>;
  readonly unallocatedMinor: bigint;
  /** Charged above cost; negative where less was recovered. */
  readonly overRecoveryMinor: bigint;
}

export interface LadderSums {
  readonly signedMinor: bigint;
  readonly eliminatedMinor: bigint;
}

const sum = (cells: readonly PnlCell[], line: Parameters<typeof leavesOf>[0]): bigint => cells.reduce((total, cell) => (leavesOf(line).includes(cell.line) ? total + cell.amountMinor : total), 0n);

/** The proofs of a month as its ledgers stand. */
export function reconcileMonth(month: PnlMonth, shared: SharedCost, ladder: LadderSums): PnlCheck[] {
  const units = [...new Set(month.cells.map(({ businessUnit }) => businessUnit))].sort((a, b) => compareCodes(a ?? "~", b ?? "~"));
  return [
    {
      name: "shared cost of the programme = sum of unit charges + unallocated - over-recovery", leftMinor: shared.bookedMinor,
      terms: [...[...shared.charged].map(([unit, amountMinor]) => ({ name: `charged to ${unit}`, amountMinor })), { name: "unallocated", amountMinor: shared.unallocatedMinor }, { name: "over-recovery", amountMinor: -shared.overRecoveryMinor }],
    },
    {
      name: "lines C, G and H of the statement = shared cost of the programme", leftMinor: sum(month.cells.filter(({ line }) => line.startsWith("C")), "C_SHARED") + sum(month.cells, "G_UNALLOCATED") + sum(month.cells, "H_RECOVERY_VARIANCE"),
      terms: [{ name: "shared cost", amountMinor: -shared.bookedMinor }],
    },
    {
      name: "recognised benefits = sum of signed-off ladder rows - eliminations", leftMinor: sum(month.cells, "A_RECOGNISED_BENEFIT") + sum(month.cells, "F_ELIMINATIONS"),
      terms: [{ name: "signed-off ladder rows", amountMinor: ladder.signedMinor }, { name: "eliminations", amountMinor: -ladder.eliminatedMinor }],
    },
    ...(missingForEbit(month.gaps).length > 0 ? [] : [{
      name: "finance's Programme EBIT = sum of unit views + what the programme alone bears", leftMinor: sum(month.cells, "PROGRAMME_EBIT"),
      terms: units.map((unit) => ({ name: unit ?? "the programme alone", amountMinor: sum(month.cells.filter(({ businessUnit }) => businessUnit === unit), "PROGRAMME_EBIT") })),
    }]),
  ];
}

/** The proofs that what executives see of a signed month is what finance sees of the same version. */
export function reconcileAggregates(cells: readonly PnlCell[], groups: readonly UnitGroup[], aggregates: readonly Aggregate[]): PnlCheck[] {
  const known = new Set(groups.map(({ code }) => code));
  return aggregates.filter(({ amountMinor, group }) => amountMinor !== null && (group === "" || known.has(group))).map((aggregate) => {
    const figure: Figure = aggregate;
    const units = [...new Set(cells.map(({ businessUnit }) => businessUnit))];
    return {
      name: `executives' ${figure.line}${figure.group === "" ? "" : ` of ${figure.group}`} = finance's = sum of unit views`, leftMinor: aggregate.amountMinor!,
      terms: units.map((unit) => ({ name: unit ?? "the programme alone", amountMinor: amountOf(figure, cells.filter(({ businessUnit }) => businessUnit === unit), groups) })).filter(({ amountMinor }) => amountMinor !== 0n),
    };
  });
}
