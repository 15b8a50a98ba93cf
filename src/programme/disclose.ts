import { MINIMUM_GROUP } from "../metering";
import { EliminatedCell, isEliminated } from "./benefit-cells";
import { PnlCell, mergeCells } from "./pnl";
import { PNL_LINES, PnlLeaf, PnlLine, leavesOf } from "./pnl-line";

/** Units that finance put together for executives. */
export interface UnitGroup {
  readonly code: string;
  readonly name: string;
  readonly businessUnits: readonly string[];
}

/** A figure that executives may be shown: a line of the programme ("") or of a group. */
export interface Figure {
  readonly group: string;
  readonly line: PnlLine;
}

/** The whole programme among groups. */
export const WHOLE = "";

/** A balance tells several months at once, and its change a single one: it is never shown to executives. */
const NEVER_SHOWN: ReadonlySet<PnlLine> = new Set<PnlLine>(["MEMO_CUMULATIVE_INVESTMENT"]);
/** What a group of units has no part in. */
const PROGRAMME_ONLY: ReadonlySet<PnlLine> = new Set<PnlLine>(["E_PROGRAMME_MANAGEMENT", "F_ELIMINATIONS", "G_UNALLOCATED", "H_RECOVERY_VARIANCE", "PROGRAMME_EBIT"]);

/** The most telling figures first: where not all can be shown, the later ones are left out. */
const ORDER: readonly PnlLine[] = [
  "PROGRAMME_EBIT", "EBIT_CONTRIBUTION", "EBITDA_CONTRIBUTION", "A_RECOGNISED_BENEFIT", "B_DIRECT", "C_SHARED", "D_AMORTISATION", "E_PROGRAMME_MANAGEMENT", "F_ELIMINATIONS", "G_UNALLOCATED", "H_RECOVERY_VARIANCE",
  "I_IMPAIRMENT", "MEMO_ECONOMIC_VALUE", "MEMO_NON_CASHABLE",
];

/** Every figure that there is of a programme and its groups, the most telling first. */
export function figuresOf(groups: readonly UnitGroup[]): Figure[] {
  const lines = [...ORDER, ...PNL_LINES.filter((line) => !ORDER.includes(line))].filter((line) => !NEVER_SHOWN.has(line));
  return [WHOLE, ...groups.map(({ code }) => code)].flatMap((group) => lines.filter((line) => group === WHOLE || !PROGRAMME_ONLY.has(line)).map((line) => ({ group, line })));
}

/** A month's cells, and of whose benefits its eliminations are taken off: the cells have those with the programme, where they would hide nothing. */
export interface ToldMonth { readonly cells: readonly PnlCell[]; readonly eliminated: readonly EliminatedCell[] }

/**
 * What one line is made of within one group: the units with an amount in it. Units outside every group stand together under "", as do
 * eliminations, which no group has a part in. An elimination that is taken off known units alone stands for none: it is no unit's own
 * figure, and with what is known of them would tell who else claimed the same.
 */
interface Part { readonly group: string; readonly leaf: PnlLeaf; readonly units: ReadonlySet<string> }

function partsOf({ cells, eliminated }: ToldMonth, groups: readonly UnitGroup[], known: ReadonlySet<string>): Part[] {
  const groupOf = new Map(groups.flatMap(({ code, businessUnits }) => businessUnits.map((unit) => [unit, code] as const)));
  const parts = new Map<string, { group: string; leaf: PnlLeaf; units: Set<string> }>();
  const unitsOf = (group: string, leaf: PnlLeaf): Set<string> => {
    const key = `${group} ${leaf}`;
    const part = parts.get(key) ?? { group, leaf, units: new Set<string>() };
    parts.set(key, part);
    return part.units;
  };
  for (const cell of cells) {
    const { line, businessUnit, amountMinor } = cell;
    if (amountMinor === 0n) continue;
    if (isEliminated(cell)) unitsOf(WHOLE, line);
    // The programme's other amounts, and those of units that somebody was granted, hide nothing: they count as known.
    else if (businessUnit !== null && !known.has(businessUnit)) unitsOf(groupOf.get(businessUnit) ?? WHOLE, line).add(businessUnit);
  }
  for (const { line, businessUnit } of eliminated) {
    const units = unitsOf(WHOLE, line);
    if (!known.has(businessUnit)) units.add(businessUnit);
  }
  return [...parts.values()];
}

const rowOf = ({ group, line }: Figure, parts: readonly Part[]): bigint[] => {
  const leaves = leavesOf(line);
  return parts.map((part) => ((group === WHOLE || part.group === group) && leaves.includes(part.leaf) ? 1n : 0n));
};

/** Rank of a matrix over the rationals, exact: rows are cleared of each other without division. */
export function rankOf(matrix: ReadonlyArray<readonly bigint[]>): number {
  const rows = matrix.map((row) => [...row]);
  let rank = 0;
  for (let column = 0; column < (rows[0]?.length ?? 0) && rank < rows.length; column += 1) {
    const found = rows.findIndex((row, index) => index >= rank && row[column] !== 0n);
    if (found === -1) continue;
    [rows[rank], rows[found]] = [rows[found]!, rows[rank]!];
    const pivot = rows[rank]!;
    for (let index = rank + 1; index < rows.length; index += 1) {
      const row = rows[index]!;
      const factor = row[column]!;
      if (factor !== 0n) for (let each = column; each < row.length; each += 1) row[each] = row[each]! * pivot[column]! - pivot[each]! * factor;
    }
    rank += 1;
  }
  return rank;
}

/** Fewer units than a figure must stand for, whose amounts could stand alone somewhere; none at all where an elimination stands for none. */
function fewUnits(parts: readonly Part[]): string[][] {
  const alone = [...new Set(parts.filter(({ units }) => units.size < MINIMUM_GROUP).flatMap(({ units }) => [...units]))].sort();
  const none = parts.some(({ units }) => units.size === 0) ? [[]] : [];
  return [...none, ...alone.map((unit) => [unit]), ...alone.flatMap((unit, index) => alone.slice(index + 1).map((other) => [unit, other]))];
}

/**
 * True when no sum and difference of the figures speaks of fewer than three units that are not known. Figures are rows over the
 * parts they add up. If they can be combined to something that is made of the parts of one or two units alone, leaving those
 * parts out makes the rows dependent, and the rank falls.
 */
export function isSafe(figures: readonly Figure[], month: ToldMonth, groups: readonly UnitGroup[], known: ReadonlySet<string>): boolean {
  const parts = partsOf(month, groups, known);
  return isSafeOver(figures, parts, fewUnits(parts));
}

function isSafeOver(figures: readonly Figure[], parts: readonly Part[], coalitions: readonly string[][]): boolean {
  const rows = figures.map((figure) => rowOf(figure, parts)).filter((row) => row.some((each) => each !== 0n));
  const rank = rankOf(rows);
  return coalitions.every((few) => {
    const others = parts.map(({ units }) => [...units].some((unit) => !few.includes(unit)));
    return others.every(Boolean) || rankOf(rows.map((row) => row.filter((_, index) => others[index]))) === rank;
  });
}

/** The figures of a month that may be shown: all of them, or where that would tell a unit, those that can stand together, taken in order. */
export function disclosable(month: ToldMonth, groups: readonly UnitGroup[], known: ReadonlySet<string>): Figure[] {
  const all = figuresOf(groups);
  const parts = partsOf(month, groups, known);
  const coalitions = fewUnits(parts);
  if (isSafeOver(all, parts, coalitions)) return all;
  const shown: Figure[] = [];
  const rows = new Set<string>();
  for (const figure of all) {
    // The same sum under another name tells nothing new.
    const row = rowOf(figure, parts).join("");
    if (rows.has(row) || !row.includes("1") || isSafeOver([...shown, figure], parts, coalitions)) {
      shown.push(figure);
      rows.add(row);
    }
  }
  return shown;
}

/** The amounts of shown figures. */
export function amountOf({ group, line }: Figure, cells: readonly PnlCell[], groups: readonly UnitGroup[]): bigint {
  const within = group === WHOLE ? null : new Set(groups.find(({ code }) => code === group)!.businessUnits);
  const leaves = leavesOf(line);
  return cells.reduce((sum, cell) => (leaves.includes(cell.line) && (within === null || (cell.businessUnit !== null && within.has(cell.businessUnit))) ? sum + cell.amountMinor : sum), 0n);
}

/** Cells by which two versions of a month differ. */
export function changedCells(before: readonly PnlCell[], after: readonly PnlCell[]): PnlCell[] {
  return mergeCells([...before.map((cell) => ({ ...cell, amountMinor: -cell.amountMinor })), ...after]);
}
