import { bookCost } from "../costs";
import { bookCostPorts } from "../costs/costs-ports.store";
import { entriesBeginningWith } from "../costs/costs.query";
import { formatUnits } from "../kernel/decimal";
import { Refusal } from "../kernel/refusal";
import { VendorStatementInput } from "../rating";
import { vendorStatementStore } from "../rating/vendor-statement.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { entriesBegin, takenBack } from "./focus-entries";

/**
 * Which statement of an earlier file each statement of a corrected one takes the place of, by identity: a file of several months
 * or currencies makes one for each ("file.csv/2025-10/USD"). NOT_FOUND where the earlier file booked none; BAD_USER_INPUT where
 * the corrected one lacks a part of it, whose cost would go on counting.
 */
export async function replacedBy(tx: TenantTransaction, { vendor, id, replaces }: { readonly vendor: string; readonly id: string; readonly replaces: string }, statements: readonly VendorStatementInput[]): Promise<Map<string, string>> {
  const earlier = (await vendorStatementStore(tx).ofFile(vendor, replaces)).map(({ externalId, replacedBy: by }) => ({ externalId, part: externalId.slice(replaces.length), by }));
  if (earlier.length === 0) throw new Refusal("NOT_FOUND", `${vendor} has no statement ${replaces.slice(0, 200)}. vendorStatements lists those that there are.`, ["replaces"]);
  const partOf = ({ externalId, period, currency }: VendorStatementInput): string => (externalId === id && !earlier.some(({ part }) => part === "") ? `/${period}/${currency}` : externalId.slice(id.length));
  const parts = new Map(statements.map((each) => [partOf(each), each.externalId]));
  const lost = earlier.filter(({ part, by }) => by === null && !parts.has(part));
  if (lost.length > 0) throw new Refusal("BAD_USER_INPUT", `The corrected file holds nothing in place of ${lost.map(({ externalId }) => externalId).join(", ")}. Import it whole; nothing was booked.`, ["replaces"]);
  return new Map(earlier.flatMap(({ externalId, part }) => (parts.has(part) ? [[parts.get(part)!, externalId] as const] : [])));
}

/** Takes back what a replaced statement booked, entry by entry, so that its cost stands once. Safe to repeat. BAD_USER_INPUT where nothing would take its place. */
export async function takeBackEntries(
  tx: TenantTransaction, record: RecordAudit, { vendor, statement, hasPool }: { readonly vendor: string; readonly statement: string; readonly hasPool: boolean },
): Promise<Array<{ externalId: string; amount: string; currency: string }>> {
  const currency = programmeCurrency(tx.scope.programme);
  const entries = await entriesBeginningWith(tx, entriesBegin(vendor, statement));
  if (entries.length > 0 && !hasPool) throw new Refusal("BAD_USER_INPUT", `${statement} booked ${entries.length} cost entries. Say with --pool where the corrected cost goes, so that they are taken back; nothing was booked.`, ["pool"]);
  const taken = [];
  for (const { externalId, pool, period, amountMinor, kind } of entries) {
    const amount = formatUnits(-BigInt(amountMinor), currency.exponent);
    await bookCost(bookCostPorts(tx, record), { pool, period, amount, currency: currency.code, externalId: takenBack(externalId), vendor, description: `Takes back ${externalId}`.slice(0, 200), kind }, { takesBack: true });
    taken.push({ externalId: takenBack(externalId), amount, currency: currency.code });
  }
  return taken;
}
