import fc from "fast-check";
import { solveLinear } from "../../src/kernel/linear-system";

describe("solveLinear", () => {
  it.each([
    ["one unknown", [[4n]], [[6n]], [[6n]], 4n],
    ["two unknowns", [[2n, 1n], [1n, 3n]], [[5n], [10n]], [[1n], [3n]], 1n],
    ["a zero where the first pivot would be", [[0n, 1n], [1n, 0n]], [[7n], [9n]], [[9n], [7n]], 1n],
    ["several right sides at once", [[2n, 0n], [0n, 4n]], [[1n, 0n], [0n, 1n]], [[4n, 0n], [0n, 2n]], 8n],
    ["nothing", [], [], [], 1n],
  ])("solves %s", (_, matrix, right, numerators, denominator) => {
    const solved = solveLinear(matrix, right)!;
    expect(solved.numerators.map((row) => row.map((cell) => cell * denominator))).toEqual(numerators.map((row) => row.map((cell) => cell * solved.denominator)));
  });

  it.each([
    ["a row of zeros", [[1n, 2n], [0n, 0n]]],
    ["two rows that say the same", [[1n, 2n], [2n, 4n]]],
    ["three rows of which one follows from the others", [[1n, 1n, 0n], [0n, 1n, 1n], [1n, 2n, 1n]]],
  ])("knows that %s has no one answer", (_, matrix) => {
    expect(solveLinear(matrix, matrix.map(() => [1n]))).toBeNull();
  });

  it("gives back the right side exactly, for any matrix that can be solved", () => {
    const square = fc.integer({ min: 1, max: 6 }).chain((size) => fc.tuple(
      fc.array(fc.array(fc.bigInt({ min: -50n, max: 50n }), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
      fc.array(fc.bigInt({ min: -1000n, max: 1000n }), { minLength: size, maxLength: size }),
    ));
    fc.assert(fc.property(square, ([matrix, right]) => {
      const solved = solveLinear(matrix, right.map((each) => [each]));
      if (solved === null) return;
      matrix.forEach((row, index) => {
        const product = row.reduce((sum, cell, column) => sum + cell * solved.numerators[column]![0]!, 0n);
        expect(product).toBe(right[index]! * solved.denominator);
      });
    }), { numRuns: 300 });
  });
});
