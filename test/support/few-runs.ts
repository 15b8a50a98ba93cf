import type fastCheck from "fast-check";

/** Every mutant is held against the laws: fewer examples of each keep that short, and shrinking one would tell nobody anything. */
const MOST_RUNS = 40;

jest.mock("fast-check", () => {
  const { default: real } = jest.requireActual<{ default: typeof fastCheck }>("fast-check");
  const assert = ((property: fastCheck.IRawProperty<unknown>, parameters?: fastCheck.Parameters<unknown>) =>
    real.assert(property, { ...parameters, numRuns: Math.min(parameters?.numRuns ?? 100, MOST_RUNS), endOnFailure: true })) as typeof real.assert;
  return { __esModule: true, default: { ...real, assert } };
});
