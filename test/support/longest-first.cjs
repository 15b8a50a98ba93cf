const { default: Sequencer } = require("@jest/test-sequencer");

/** Minutes of work behind few lines: by their size, which is all that a clean checkout knows, jest would begin them last. */
const LONGEST = ["demo", "cli", "access-matrix", "backup", "exports", "replay", "order-of-arrival"].map((name) => `/test/api/${name}.test.ts`);
const rankOf = ({ path }) => {
  const rank = LONGEST.findIndex((end) => path.endsWith(end));
  return rank === -1 ? LONGEST.length : rank;
};

/** Jest's order once it knows how long files take; before, the known long ones first. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return sorted.some(({ duration }) => duration !== undefined) ? sorted : sorted.sort((a, b) => rankOf(a) - rankOf(b));
  }
};
