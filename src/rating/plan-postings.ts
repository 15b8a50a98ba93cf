import { compareCodes } from "../kernel/apportion";
import { RatedKind, RatedLine } from "./rate-usage";

/** What a month posts of one vendor's component: direct cost of a unit's calls of a use case, a fee, or an unused commitment (both ""). */
export interface PostingKey {
  readonly kind: RatedKind;
  readonly vendor: string;
  readonly component: string;
  readonly pool: string;
  /** The unit whose the calls were when they ended, whoever owns the use case at the month's end. */
  readonly businessUnit: string;
  readonly useCase: string;
}

export interface Posting extends PostingKey {
  readonly amountMinor: bigint;
  readonly description: string;
  /** Something of it was posted before: this is the difference. */
  readonly isDifference: boolean;
}

const keyOf = ({ kind, vendor, component, pool, businessUnit, useCase }: PostingKey): string => JSON.stringify([kind, vendor, component, pool, useCase, businessUnit]);

/**
 * What is still to be posted so that everything posted of the month equals its lines: the whole of it at the first rating,
 * afterwards the difference that late usage, corrections or another card made. Unattributed usage waits until it is attributed.
 */
export function planPostings(period: string, lines: readonly RatedLine[], posted: ReadonlyArray<PostingKey & { readonly amountMinor: bigint }>): Posting[] {
  const wanted = new Map<string, { key: PostingKey; minor: bigint; bases: Set<string> }>();
  for (const line of lines) {
    if (line.pool === null || (line.kind === "USAGE" && line.useCase === "")) continue;
    const { businessUnit, useCase } = line.kind === "USAGE" ? line : { businessUnit: "", useCase: "" };
    const key: PostingKey = { kind: line.kind, vendor: line.vendor, component: line.component, pool: line.pool, businessUnit, useCase };
    const known = wanted.get(keyOf(key)) ?? { key, minor: 0n, bases: new Set<string>() };
    known.bases.add(line.basis);
    wanted.set(keyOf(key), { ...known, minor: known.minor + line.amountMinor });
  }
  const before = new Map<string, bigint>();
  for (const each of posted) {
    before.set(keyOf(each), (before.get(keyOf(each)) ?? 0n) + each.amountMinor);
    if (!wanted.has(keyOf(each))) wanted.set(keyOf(each), { key: { kind: each.kind, vendor: each.vendor, component: each.component, pool: each.pool, businessUnit: each.businessUnit, useCase: each.useCase }, minor: 0n, bases: new Set() });
  }
  return [...wanted].sort(([a], [b]) => compareCodes(a, b)).flatMap(([id, { key, minor, bases }]) => {
    const difference = minor - (before.get(id) ?? 0n);
    if (difference === 0n) return [];
    const isDifference = before.has(id);
    const what = key.kind === "USAGE" ? `usage (${[...bases].sort().join(" + ") || "none left"})` : key.kind === "FEE" ? "fee" : "unused commitment";
    return [{ ...key, amountMinor: difference, isDifference, description: `${key.vendor} ${key.component} ${what} of ${period}${isDifference ? ", difference to what was posted" : ""}` }];
  });
}
