import { invariant } from "./refusal";

/** A solved system: the solution matrix is `numerators / denominator`, cell by cell. */
export interface LinearSolution {
  readonly numerators: readonly (readonly bigint[])[];
  readonly denominator: bigint;
}

/**
 * Solves `matrix x X = right` over the whole numbers without rounding; null when the matrix is singular. `right` has one
 * column per system that shares the matrix.
 *
 * Fraction-free elimination (Bareiss, in the form of Gauss and Jordan): every entry stays the determinant of a part of the
 * matrix, so each division leaves nothing over and the numbers grow no faster than they must. The denominator is the
 * determinant up to its sign. Columns that are done are never read again, and not written either.
 */
export function solveLinear(matrix: readonly (readonly bigint[])[], right: readonly (readonly bigint[])[]): LinearSolution | null {
  const size = matrix.length;
  invariant(right.length === size && matrix.every((row) => row.length === size), "a system that is not square");
  const rows = matrix.map((row, index) => [...row, ...right[index]!]);
  const width = size + (right[0]?.length ?? 0);
  let previous = 1n;
  for (let step = 0; step < size; step += 1) {
    const pivotRow = smallestPivot(rows, step);
    if (pivotRow === -1) return null;
    [rows[step], rows[pivotRow]] = [rows[pivotRow]!, rows[step]!];
    const pivot = rows[step]!;
    for (let index = 0; index < size; index += 1) {
      if (index === step) continue;
      const row = rows[index]!;
      const factor = row[step]!;
      for (let column = step + 1; column < width; column += 1) row[column] = (pivot[step]! * row[column]! - factor * pivot[column]!) / previous;
    }
    previous = pivot[step]!;
  }
  return { numerators: rows.map((row) => row.slice(size)), denominator: previous };
}

/** The row at or below `step` with the pivot of the fewest digits; -1 when all are zero. Any would do; a small one is quick. */
function smallestPivot(rows: readonly (readonly bigint[])[], step: number): number {
  let best = -1;
  let size = 0n;
  for (let index = step; index < rows.length; index += 1) {
    const value = rows[index]![step]!;
    if (value === 0n) continue;
    // Stryker disable next-line all: any pivot gives the same solution.
    const magnitude = value < 0n ? -value : value;
    // Stryker disable next-line ConditionalExpression,EqualityOperator,LogicalOperator,UnaryOperator: any pivot gives the same solution.
    if (best === -1 || magnitude < size) [best, size] = [index, magnitude];
  }
  return best;
}
