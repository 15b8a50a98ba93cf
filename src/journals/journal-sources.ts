import { hashOf } from "../kernel/hash";
import { Statement } from "../chargeback";
import { MappingRule, ruleFor } from "./account-mapping";
import { UnallocatedAmount } from "./draft-journal";

/** A statement that is posted, as far as a journal has to know whether it is still the newest. */
export type PostedStatement = Pick<Statement, "businessUnit" | "version" | "hash">;

/**
 * What there is to post by the rules of a mapping: SHA-256 over the statements of units that are charged, by code and version,
 * and what no unit bears where a rule names it. While it is what it was when a journal was made, the journal is not outdated.
 */
export function hashSources(rules: readonly MappingRule[], statements: readonly PostedStatement[], unallocated: readonly UnallocatedAmount[]): string {
  const named = unallocated.filter(({ pool, kind }) => ruleFor(rules, { pool, businessUnit: null, kind }) !== null);
  return hashOf({
    statements: statements.map(({ businessUnit, version, hash }) => ({ businessUnit, version, hash })),
    unallocated: named.map(({ kind, pool, originPeriod, amountMinor }) => ({ ...(kind === "UNALLOCATED" ? {} : { kind }), pool, originPeriod, amountMinor })),
  });
}
