import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { Journal, JournalDraft } from "./journal";
import { ProfileCode } from "./layout";
import { JournalFile } from "./render-journal";

/** Journals, their lines and files: written, and never touched again. */
export function journalStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const save = async (draft: JournalDraft): Promise<void> => {
    await tx.query(
      `insert into journals.journal (programme_id, id, external_id, period_key, version, kind, reverses_id, mapping_version, currency, posting_date, source_hash, line_count, total_minor, hash, generated_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        programmeId, draft.id, draft.externalId, draft.periodKey, draft.version, draft.kind, draft.reversesId, draft.mappingVersion, draft.currency, draft.postingDate, draft.sourceHash, draft.lines.length,
        String(draft.totalMinor), draft.hash, subject,
      ],
    );
    await tx.query("insert into journals.journal_statement (programme_id, journal_id, statement_id) select $1, $2, x from unnest($3::uuid[]) x", [programmeId, draft.id, draft.statementIds]);
    await saveLines(tx, draft);
  };
  return {
    saveJournals: async (drafts: readonly JournalDraft[]): Promise<void> => {
      for (const draft of drafts) await save(draft);
    },
    profilesOf: async (journal: Journal): Promise<Set<ProfileCode>> =>
      new Set((await tx.query<{ profile: ProfileCode }>("select profile from journals.journal_file where programme_id = $1 and journal_id = $2", [programmeId, journal.id])).map(({ profile }) => profile)),
    saveFile: async (journal: Journal, { profile, content, contentHash, lineCount, debitMinor, creditMinor }: JournalFile, mappingVersion: number): Promise<void> => {
      await tx.query(
        `insert into journals.journal_file (programme_id, journal_id, profile, mapping_version, content, content_hash, line_count, debit_minor, credit_minor, written_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [programmeId, journal.id, profile, mappingVersion, content, contentHash, lineCount, String(debitMinor), String(creditMinor), subject],
      );
    },
  };
}

async function saveLines(tx: TenantTransaction, { id, lines }: JournalDraft): Promise<void> {
  const column = <T>(pick: (line: JournalDraft["lines"][number]) => T): T[] => lines.map(pick);
  const saved = await tx.query(
    `insert into journals.journal_line (programme_id, journal_id, line_no, charged_unit_id, use_case_id, pool_id, kind, origin_period_key, run_id, account, cost_centre, segments, entity, intercompany_entity, debit_minor, credit_minor, description)
     select $1, $2, x.no, u.id, c.id, p.id, x.kind, x.origin, x.run, x.account, x.cost_centre, x.segments, x.entity, x.intercompany, x.debit, x.credit, x.description
     from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[], $11::text[], $12::jsonb[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::text[])
         x (no, unit, use_case, pool, kind, origin, run, account, cost_centre, segments, entity, intercompany, debit, credit, description)
       left join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
       left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case
       left join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool returning 1`,
    [
      tx.scope.programme.id, id, column((l) => l.lineNo), column((l) => l.businessUnit), column((l) => l.useCase), column((l) => l.pool), column((l) => l.kind), column((l) => l.originPeriod), column((l) => l.runId),
      column((l) => l.account), column((l) => l.costCentre), column((l) => JSON.stringify(l.segments)), column((l) => l.entity), column((l) => l.intercompanyEntity), column((l) => String(l.debitMinor)),
      column((l) => String(l.creditMinor)), column((l) => l.description),
    ],
  );
  invariant(saved.length === lines.length, "a line of a journal that was not stored");
  const sources = lines.flatMap(({ lineNo, sources: each }) => each.map((source) => ({ lineNo, ...source })));
  await tx.query(
    `insert into journals.journal_line_source (programme_id, journal_id, line_no, statement_id, line_id, amount_minor)
     select $1, $2, x.no, x.statement, x.line, x.amount from unnest($3::int[], $4::uuid[], $5::uuid[], $6::bigint[]) x (no, statement, line, amount)`,
    [tx.scope.programme.id, id, sources.map((s) => s.lineNo), sources.map((s) => s.statementId), sources.map((s) => s.lineId), sources.map((s) => String(s.amountMinor))],
  );
}
