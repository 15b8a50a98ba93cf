import { Fraction, fraction, roundForDisplay } from "../../kernel/fraction";
import { PaperTable } from "./paper";
import { Names } from "./paper-words";
import { ExplainedPart, StatementFacts } from "./statement-facts";

/** Decimals beyond those of the currency that an exact amount is shown with before it was rounded. */
const MORE_DECIMALS = 6;

/** How each share of divided cost came about; and, where no single driver says it, the way of the cost from pool to pool. */
export function explanationTables({ lines, explanations, currency }: StatementFacts, { pool, useCase }: Names): PaperTable[] {
  const told = lines.flatMap((line, index) => (explanations.get(line.lineId) ?? []).map((part) => ({ number: String(index + 1), line, part })));
  const bySteps = told.filter(({ part }) => part.driver === null && part.bookedDriver === null);
  const steps: PaperTable = {
    title: "Steps", words: "Lines that no single driver says: the flows of cost between pools, those to the unit, then how it was divided over the use cases of the unit.", empty: "", total: null,
    columns: [
      { title: "Line", type: "integer" }, { title: "Step", type: "integer" }, { title: "From pool", type: "text" }, { title: "To", type: "text" }, { title: "Method", type: "text" }, { title: "Driver", type: "text" },
      { title: "Quantity", type: "exact" }, { title: "Of the total", type: "exact" }, { title: "Fraction", type: "exact" }, { title: "Rate", type: "exact" }, { title: `Before rounding ${currency.code}`, type: "decimal" },
    ],
    rows: bySteps.flatMap(({ number, line, part }) => [
      ...part.chain.map(({ step, pool: from, toPool, method, driverText, quantity, driverTotal, share, rate, exactAmount }) => [
        number, String(step), pool(from), toPool === null ? "this unit" : pool(toPool), method, driverText, quantity, driverTotal, share, rate, unrounded(exactAmount, currency.exponent),
      ]),
      ...(part.split === null ? [] : [[number, null, "this unit", useCase(line.useCase), part.split.by, part.split.driver ?? part.split.bookedDriver, part.split.quantity, part.split.total, null, null, unrounded(part.exactAmount, currency.exponent)]]),
    ]),
  };
  const table: PaperTable = {
    title: "How shares came about", words: `(Pool + received from other pools) x fraction = before rounding, shown to ${currency.exponent + MORE_DECIMALS} decimals; the fraction is exact.`,
    empty: "No cost was divided to this unit.", total: null,
    columns: [
      { title: "Line", type: "integer" }, { title: "Pool", type: "text" }, { title: "Use case", type: "text" }, { title: `Pool ${currency.code}`, type: "decimal" }, { title: "Received", type: "decimal" }, { title: "Driver", type: "text" },
      { title: "Quantity", type: "decimal" }, { title: "Of the total", type: "decimal" }, { title: "Fraction", type: "exact" }, { title: "Before rounding", type: "decimal" }, { title: "Rounding", type: "integer" },
      { title: "Amount", type: "decimal" }, { title: "Policy version", type: "integer" }, { title: "Run", type: "text" },
    ],
    rows: told.map(({ number, line, part }) => [
      number, pool(line.pool), useCase(line.useCase), part.poolAmount.amount, part.receivedAmount.amount, driverOf(part), part.driverQuantity, part.driverTotal,
      part.shareNumerator === null ? null : `${part.shareNumerator}/${part.shareDenominator}`, unrounded(part.exactAmount, currency.exponent), part.adjustmentMinor.toString(), part.amount.amount,
      String(part.policyVersion), `${part.run.periodKey} run ${part.run.sequence} ${part.run.resultHash.slice(0, 12)}`,
    ]),
  };
  return bySteps.length === 0 ? [table] : [table, steps];
}

const driverOf = ({ driver, bookedDriver, method }: ExplainedPart): string => driver ?? bookedDriver ?? `${method ?? "several methods"}, see Steps`;

function unrounded(exact: string, exponent: number): string {
  const [numerator, denominator = "1"] = exact.split("/");
  const value: Fraction = fraction(BigInt(numerator!), BigInt(denominator));
  return roundForDisplay(value, exponent + MORE_DECIMALS);
}
