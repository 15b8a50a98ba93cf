import { grouped } from "../chargeback/statement.query";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { accountMappingStore } from "./account-mapping.store";
import { unallocatedByMonth } from "./journal-charges.query";
import { PostedStatement, hashSources } from "./journal-sources";

/** Which postings `generateJournal` would not make again as they are, by id: there is something else to post by the rules that they were made by. Reversals are left out. */
export async function outdatedJournals(tx: TenantTransaction, journalIds: readonly string[]): Promise<Map<string, boolean>> {
  const made = await tx.query<{ id: string; period: string; mapping: number; sourceHash: string }>(
    `select id, period_key as period, mapping_version as mapping, source_hash as "sourceHash" from journals.journal where programme_id = $1 and id = any($2::uuid[]) and kind = 'POSTING'`,
    [tx.scope.programme.id, journalIds],
  );
  const periods = [...new Set(made.map(({ period }) => period))];
  const statements = await postedStatements(tx, periods);
  const unallocated = await unallocatedByMonth(tx, periods);
  const mappings = new Map((await accountMappingStore(tx).findMappings([...new Set(made.map(({ mapping }) => mapping))])).map((each) => [each.version, each.rules]));
  return new Map(made.map(({ id, period, mapping, sourceHash }) => {
    const rules = mappings.get(mapping);
    invariant(rules, "a journal by a mapping that is not there");
    return [id, hashSources(rules, statements.get(period) ?? [], unallocated.get(period) ?? []) !== sourceHash];
  }));
}

/** The newest statements of units that are charged, by month, by code of the unit. */
async function postedStatements(tx: TenantTransaction, periods: readonly string[]): Promise<Map<string, PostedStatement[]>> {
  const rows = await tx.query<PostedStatement & { readonly period: string }>(
    `select s.period, u.code as "businessUnit", s.version, s.hash
     from (select distinct on (period_key, business_unit_id) period_key as period, business_unit_id, version, hash, mode from chargeback.statement
           where programme_id = $1 and period_key = any($2) order by period_key, business_unit_id, version desc) s
       join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
     where s.mode = 'CHARGEBACK' order by s.period, u.code collate "C"`,
    [tx.scope.programme.id, periods],
  );
  return grouped(rows, ({ period }) => period, ({ period: _, ...statement }) => statement);
}
