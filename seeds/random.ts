/** A repeatable source of whole numbers: the same seed gives the same demo everywhere. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Number((BigInt(state) * BigInt(below)) >> 32n);
  };
}
