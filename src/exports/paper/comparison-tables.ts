import { compareCodes } from "../../kernel/apportion";
import { toMoney } from "../../kernel/money";
import { BridgeNames, bridgeSentence, effectSentence } from "../../chargeback/bridge/bridge-words";
import { ChargedAmount } from "../../chargeback/bridge/charge-bridge";
import { PaperTable } from "./paper";
import { Names } from "./paper-words";
import { StatementFacts } from "./statement-facts";

/** The charge held against that of the month before: by use case and pool, then by what made the difference. */
export function comparisonTables(facts: StatementFacts, { pool, useCase }: Names): PaperTable[] {
  const { comparison, currency, statement, lines, unit, useCaseNames } = facts;
  const amount = (minor: bigint): string => toMoney(minor, currency).amount;
  const columns: PaperTable["columns"] = [
    { title: "Use case", type: "text" }, { title: "Pool", type: "text" }, { title: comparison?.before.periodKey ?? "Before", type: "decimal" }, { title: statement.periodKey, type: "decimal" }, { title: `Change ${currency.code}`, type: "decimal" },
  ];
  if (comparison === null) return [{ title: "Against the month before", words: null, columns, rows: [], total: null, empty: "There was no statement of the month before when this one was issued." }];
  const { before, bridge } = comparison;
  const names: BridgeNames = {
    unit: unit.code, from: before.periodKey, to: statement.periodKey, before: "before", money: (minor) => `${amount(minor)} ${currency.code}`,
    useCase: (code) => (useCaseNames.has(code) ? code : "a use case of another unit"),
  };
  const [{ totalMinor: was }, { totalMinor: is }] = [before, statement];
  return [
    {
      title: "Against the month before", words: `The statement of ${before.periodKey}, version ${before.version}, as it stood when this one was issued. ${bridgeSentence(bridge, names)}`, columns, empty: "Nothing was charged in either month.",
      rows: cellsOf(comparison.lines, lines).map((cell) => [useCase(cell.useCase), pool(cell.pool), amount(cell.beforeMinor), amount(cell.afterMinor), amount(cell.afterMinor - cell.beforeMinor)]),
      total: ["Total", null, amount(was), amount(is), amount(is - was)],
    },
    {
      title: "What made the difference", words: null, empty: "Nothing changed.", columns: [{ title: "Effect", type: "text" }, { title: "In words", type: "text" }, { title: `Change ${currency.code}`, type: "decimal" }],
      rows: bridge.effects.map((effect) => [effect.kind, effectSentence(effect, names), amount(effect.amountMinor)]), total: ["Total", null, amount(bridge.afterMinor - bridge.beforeMinor)],
    },
  ];
}

interface Cell { readonly useCase: string | null; readonly pool: string | null; beforeMinor: bigint; afterMinor: bigint }

/** Both months by use case and pool, codes bytewise, what names none last. */
function cellsOf(before: readonly ChargedAmount[], after: readonly ChargedAmount[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const [side, lines] of [["beforeMinor", before], ["afterMinor", after]] as const) {
    for (const { useCase, pool, amountMinor } of lines) {
      const key = JSON.stringify([useCase, pool]);
      const cell = cells.get(key) ?? { useCase, pool, beforeMinor: 0n, afterMinor: 0n };
      cells.set(key, cell);
      cell[side] += amountMinor;
    }
  }
  const order = (a: string | null, b: string | null): number => (a === b ? 0 : a === null ? 1 : b === null ? -1 : compareCodes(a, b));
  return [...cells.values()].sort((a, b) => order(a.useCase, b.useCase) || order(a.pool, b.pool));
}
