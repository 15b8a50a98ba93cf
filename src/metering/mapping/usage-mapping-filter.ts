import { parseDecimal } from "../../kernel/decimal";
import { compare, fromDecimal } from "../../kernel/fraction";
import { badValue, quoteCell } from "./usage-mapping-field";
import { cellOf, Row } from "./usage-mapping-read";
import { UsageFilter } from "./usage-mapping-rule";

/**
 * A test that a row must pass; all tests of the entry must hold. Cells are trimmed and compared exactly, numbers as
 * exact decimals. An empty cell is not greater than anything; text that is no number is BAD_USER_INPUT, because leaving
 * such a row out in silence would lose usage.
 */
export function filterTest(entry: UsageFilter): (row: Row) => boolean {
  const allowed = entry.in && new Set(entry.in);
  const barred = entry.notIn && new Set(entry.notIn);
  const limit = entry.greaterThan === undefined ? null : fromDecimal(parseDecimal(String(entry.greaterThan))!);
  return (row) => {
    const cell = cellOf(row, entry.column);
    if (allowed && !allowed.has(cell)) return false;
    if (barred?.has(cell)) return false;
    if (entry.notEmpty && cell === "") return false;
    if (limit === null) return true;
    if (cell === "") return false;
    const decimal = parseDecimal(cell);
    if (!decimal) throw badValue(`filter on ${quoteCell(entry.column)}: ${quoteCell(cell)} is not a plain decimal number.`);
    return compare(fromDecimal(decimal), limit) > 0;
  };
}
