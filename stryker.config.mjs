import { readFileSync } from "node:fs";

/** The money code, what divides, rounds, prices and converts, and the tests that alone must notice a fault in it. All of it is pure: no database. */
const MONEY_CODE = {
  "src/kernel/apportion.ts": ["apportion"],
  "src/kernel/fraction.ts": ["fraction"],
  "src/kernel/decimal.ts": ["decimal"],
  "src/kernel/linear-system.ts": ["linear-system"],
  "src/kernel/money.ts": ["money"],
  "src/allocation/divide-pool.ts": ["divide-pool"],
  "src/allocation/driver.ts": ["divide-pool"],
  "src/allocation/methods/bearers.ts": ["service-order"],
  "src/allocation/methods/divide-facts.ts": ["allocation-methods-postings", "allocation-methods-one-pool", "allocation-methods-refusals"],
  "src/allocation/methods/divide-part.ts": ["divide-part", "allocation-methods-one-pool"],
  "src/allocation/methods/limits.ts": ["allocation-methods-shares", "allocation-methods-one-pool"],
  "src/allocation/methods/price.ts": ["allocation-methods-shares", "allocation-methods-one-pool"],
  "src/allocation/methods/reciprocal.ts": ["reciprocal"],
  "src/allocation/methods/service-order.ts": ["service-order", "allocation-methods-refusals"],
  "src/allocation/methods/settle.ts": ["settle"],
  "src/allocation/methods/shares.ts": ["allocation-methods-shares", "allocation-methods-one-pool"],
  "src/rating/charge.ts": ["charge"],
  "src/rating/rate-usage.ts": ["rating-usage"],
  "src/rating/plan-postings.ts": ["plan-postings"],
  "src/chargeback/adjustment.ts": ["adjustment"],
  "src/corrections/effect.ts": ["effect"],
  "src/chargeback/true-up/true-up.ts": ["true-up"],
  "src/chargeback/bridge/usage-cost-effects.ts": ["charge-bridge"],
  "src/costs/capitalisation/amortise.ts": ["amortise"],
  "src/costs/exchange-rate.ts": ["exchange-rate"],
  "src/benefits/claims/ladder.ts": ["ladder"],
  "src/benefits/pools/overlap.ts": ["ladder"],
  "src/business-cases/discounting.ts": ["discounting"],
  "src/business-cases/metrics.ts": ["discounting"],
};

const files = process.env.ONLY ? process.env.ONLY.split(",") : Object.keys(MONEY_CODE);
const tests = [...new Set(files.flatMap((file) => MONEY_CODE[file.replace(/:.*/, "")]))];
const { jest } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

export default {
  mutate: files,
  testRunner: "jest",
  jest: {
    projectType: "custom",
    // The tests of a file are named above; finding them again for every mutant takes longer than running them.
    enableFindRelatedTests: false,
    config: {
      ...jest, globalSetup: null, globalTeardown: null, watchman: false, roots: ["<rootDir>/src", "<rootDir>/test/unit", "<rootDir>/test/support"], setupFiles: [...jest.setupFiles, "<rootDir>/test/support/few-runs.ts"],
      // The fronts of rooms load GraphQL and the database, of which the pure files need nothing: only words and refusals.
      moduleNameMapper: { "^\\.\\./metering$": "<rootDir>/src/metering/usage-event", "^\\.\\./costs$": "<rootDir>/src/costs/exchange-rate" },
      testMatch: tests.map((name) => `<rootDir>/test/unit/${name}.test.ts`),
    },
  },
  coverageAnalysis: "perTest",
  concurrency: 1,
  // A fault that never ends is one that was noticed. The tests of a file take seconds; the rest is for a busy machine.
  timeoutMS: 10_000,
  reporters: ["progress-append-only", "clear-text", "json"],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false, skipFull: true },
  jsonReporter: { fileName: ".data-mutants/report.json" },
  tempDirName: ".data-mutants/tree",
  ignorePatterns: ["dist", "bench", "schema", "migrations", "seeds", "test/api", "test/prove"],
  thresholds: { high: 100, low: 90, break: 90 },
};
