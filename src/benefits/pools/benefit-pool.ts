/** What may fall at most in a month: the cost of the calls that there are, the orders that can be won. Benefits claim on it. */
export interface BenefitPool {
  readonly code: string;
  readonly name: string;
  readonly definedBy: string;
  readonly definedAt: Date;
  /** Versions, oldest first. */
  readonly maximums: readonly PoolMaximum[];
}

export interface PoolMaximum {
  readonly version: number;
  /** First month that it holds for, until a later one begins. */
  readonly effectiveFrom: string;
  readonly maximumMinor: bigint;
  readonly evidence: string;
  readonly setBy: string;
  readonly setAt: Date;
}

/** The maximum of a month: of those that have begun the one that began last, of several from one month the newest. Null: none has. */
export function maximumOf(pool: Pick<BenefitPool, "maximums">, period: string): PoolMaximum | null {
  return pool.maximums.filter(({ effectiveFrom }) => effectiveFrom <= period).sort((a, b) => (a.effectiveFrom === b.effectiveFrom ? a.version - b.version : a.effectiveFrom < b.effectiveFrom ? -1 : 1)).at(-1) ?? null;
}
