import { VendorStatement, VendorStatementKind } from "./vendor-statement";

/** What a statement is good for: what the month is held against, a second word on the same cost, or what another one took the place of. */
export const STATEMENT_STANDINGS = ["BASIS", "CROSS_CHECK", "REPLACED"] as const;
export type StatementStanding = (typeof STATEMENT_STANDINGS)[number];

/** What is owed comes before what was exported of it, and that before what was counted on the way. */
const PRECEDENCE: readonly VendorStatementKind[] = ["INVOICE", "FOCUS", "TWILIO_USAGE"];

/**
 * The kind that a vendor's month is held against: invoices where there is one, else FOCUS files, else usage records. Those of
 * other kinds speak of the same cost once more, so that they are compared with the basis and never added to it. Null without a
 * statement that counts.
 */
export function basisOf(statements: readonly VendorStatement[]): VendorStatementKind | null {
  return PRECEDENCE.find((kind) => statements.some((each) => each.kind === kind && each.replacedBy === null)) ?? null;
}

/** The standing of a statement among those of its vendor and month. */
export function standingOf(statement: VendorStatement, basis: VendorStatementKind | null): StatementStanding {
  return statement.replacedBy !== null ? "REPLACED" : statement.kind === basis ? "BASIS" : "CROSS_CHECK";
}

/** Statements with their standing; those of one vendor and month must be there as a whole. */
export function withStandings(statements: readonly VendorStatement[]): Array<VendorStatement & { readonly standing: StatementStanding }> {
  const groups = new Map<string, VendorStatement[]>();
  const keyOf = ({ vendor, period }: VendorStatement): string => JSON.stringify([vendor, period]);
  for (const each of statements) {
    const known = groups.get(keyOf(each));
    if (known) known.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return statements.map((each) => ({ ...each, standing: standingOf(each, basisOf(groups.get(keyOf(each))!)) }));
}
