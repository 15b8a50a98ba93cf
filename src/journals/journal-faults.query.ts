import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";

/** A journal that does not say what it should, in minor units. */
export interface JournalFault {
  /** What was compared, for people. */
  readonly what: string;
  readonly statedMinor: string;
  readonly expectedMinor: string;
}

export interface JournalFaults {
  readonly journals: string;
  readonly lines: string;
  readonly differing: string;
  readonly first: readonly JournalFault[];
}

/**
 * Compares the two sides of every journal with each other and with its total; what is posted to each unit with the statement
 * that it posts; each line with the statement lines that it comes from; each reversal with what it takes back; and each file's
 * totals with its journal. One period, or (null) all.
 */
export async function journalFaults(tx: TenantTransaction, period: string | null, most: number): Promise<JournalFaults> {
  const [row] = await tx.query<JournalFaults>(
    `with journal as materialized (
       select j.* from journals.journal j where j.programme_id = $1 and ($2::text is null or j.period_key = $2)
     ), line as materialized (
       select l.* from journal j join journals.journal_line l on l.programme_id = $1 and l.journal_id = j.id
     ), source as materialized (
       select x.* from journal j join journals.journal_line_source x on x.programme_id = $1 and x.journal_id = j.id
     ), side as (
       select journal_id, sum(debit_minor) as debit, sum(credit_minor) as credit, count(*) as lines from line group by 1
     ), fault as materialized (
       select 'debits of ' || j.external_id as what, coalesce(s.debit, 0)::text as stated, j.total_minor::text as expected from journal j left join side s on s.journal_id = j.id where s.debit is distinct from j.total_minor::numeric
       union all
       select 'credits of ' || j.external_id, coalesce(s.credit, 0)::text, j.total_minor::text from journal j left join side s on s.journal_id = j.id where s.credit is distinct from j.total_minor::numeric
       union all
       select 'lines of ' || j.external_id, coalesce(s.lines, 0)::text, j.line_count::text from journal j left join side s on s.journal_id = j.id where s.lines is distinct from j.line_count::bigint
       union all
       select 'posting of ' || u.code || ' in ' || j.external_id, coalesce(p.amount, 0)::text, s.total_minor::text
       from journal j
         join journals.journal_statement x on x.programme_id = $1 and x.journal_id = j.id
         join chargeback.statement s on s.programme_id = $1 and s.id = x.statement_id
         join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
         left join lateral (select sum(l.debit_minor - l.credit_minor) as amount from line l where l.journal_id = j.id and l.charged_unit_id = s.business_unit_id) p on true
       where coalesce(p.amount, 0) <> s.total_minor or s.mode <> 'CHARGEBACK'
       union all
       select 'statement line of ' || u.code || ' in ' || j.external_id, coalesce(p.amount, 0)::text, l.amount_minor::text
       from journal j
         join journals.journal_statement x on x.programme_id = $1 and x.journal_id = j.id
         join chargeback.statement_line l on l.programme_id = $1 and l.statement_id = x.statement_id
         join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
         left join (
           select s.journal_id, s.statement_id, s.line_id, min(s.amount_minor) as amount, count(*) as times
           from source s join line n on n.journal_id = s.journal_id and n.line_no = s.line_no group by 1, 2, 3) p on p.journal_id = j.id and p.statement_id = l.statement_id and p.line_id = l.line_id
       where p.times is distinct from 2 or p.amount <> l.amount_minor
       union all
       select 'line ' || l.line_no || ' of ' || j.external_id, (l.debit_minor - l.credit_minor)::text, s.amount::text
       from line l join journal j on j.id = l.journal_id
         join (select journal_id, line_no, sum(amount_minor) as amount from source group by 1, 2) s on s.journal_id = l.journal_id and s.line_no = l.line_no
       where l.charged_unit_id is not null and l.debit_minor - l.credit_minor <> s.amount
       union all
       select 'line ' || r.line_no || ' of ' || j.external_id || ' and what it takes back', (r.debit_minor - r.credit_minor)::text, coalesce(o.credit_minor - o.debit_minor, 0)::text
       from journal j
         join line r on r.journal_id = j.id
         left join journals.journal_line o on o.programme_id = $1 and o.journal_id = j.reverses_id and o.line_no = r.line_no
       where j.kind = 'REVERSAL' and (o.line_no is null or (r.debit_minor, r.credit_minor, r.account, r.cost_centre, r.segments, r.charged_unit_id) is distinct from (o.credit_minor, o.debit_minor, o.account, o.cost_centre, o.segments, o.charged_unit_id))
       union all
       select 'lines of ' || j.external_id || ' and of what it takes back', j.line_count::text, o.line_count::text
       from journal j join journals.journal o on o.programme_id = $1 and o.id = j.reverses_id where o.line_count <> j.line_count or o.total_minor <> j.total_minor
       union all
       select f.profile || ' file of ' || j.external_id, f.debit_minor::text, j.total_minor::text
       from journal j join journals.journal_file f on f.programme_id = $1 and f.journal_id = j.id
       where f.debit_minor <> j.total_minor or f.credit_minor <> j.total_minor or f.line_count <> j.line_count
     )
     select (select count(*) from journal) as journals, (select count(*) from line) as lines, (select count(*) from fault) as differing,
       coalesce((select jsonb_agg(jsonb_build_object('what', what, 'statedMinor', stated, 'expectedMinor', expected)) from (select * from fault order by what limit $3) f), '[]') as first`,
    [tx.scope.programme.id, period, most],
  );
  return row!;
}

/** The database's own word that the journals of a period balance and post its statements. */
export async function proveJournals(tx: TenantTransaction, period: string): Promise<void> {
  const { differing, first } = await journalFaults(tx, period, 1);
  invariant(differing === "0", `journals of ${period} do not post what they should: ${first[0]?.what}`);
}
