import fc from "fast-check";
import { BrokenBelief } from "../../src/kernel/refusal";
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

  it.each<[string, bigint[][], bigint[][]]>([
    ["more equations than unknowns", [[1n], [2n]], [[1n], [1n]]],
    ["one row that is longer", [[1n, 2n], [1n]], [[1n], [1n]]],
    ["no right side for a row", [[1n, 2n], [1n, 3n]], [[1n]]],
  ])("does not believe in %s", (_, matrix, right) => {
    expect(() => solveLinear(matrix, right)).toThrow(new BrokenBelief("a system that is not square"));
  });

  it.each<[string, bigint[][], bigint[][], bigint[], bigint]>([
    ["three unknowns that all depend on each other", [[2n, 1n, 1n], [1n, 3n, 2n], [1n, 0n, 0n]], [[4n], [5n], [6n]], [6n, 15n, -23n], 1n],
    ["pools that give each other shares of five and of ten", [[5n, -1n], [-1n, 10n]], [[1n], [0n]], [10n, 1n], 49n],
    ["a negative pivot", [[-3n, 0n], [0n, 2n]], [[1n], [1n]], [-2n, 3n], 6n],
  ])("solves %s to the last digit", (_, matrix, right, numerators, denominator) => {
    const solved = solveLinear(matrix, right)!;
    expect(solved.numerators.map(([cell]) => cell! * denominator)).toEqual(numerators.map((each) => each * solved.denominator));
  });

  it("leaves what it was given as it was", () => {
    const matrix = [[0n, 1n], [1n, 1n]], right = [[1n], [2n]];
    solveLinear(matrix, right);
    expect([matrix, right]).toEqual([[[0n, 1n], [1n, 1n]], [[1n], [2n]]]);
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
