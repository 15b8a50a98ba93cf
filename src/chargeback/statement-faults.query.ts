import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { ownerAtEnd } from "../tenancy/ownership.query";

/** Statements that do not charge what they should, in minor units. */
export interface StatementFault {
  /** What was compared, for people. */
  readonly what: string;
  readonly statedMinor: string;
  readonly expectedMinor: string;
}

export interface StatementFaults {
  readonly statements: string;
  readonly lines: string;
  readonly differing: string;
  readonly first: readonly StatementFault[];
}

/**
 * Compares every total with its lines and, over the newest versions, the lines of each unit and pool with what they stand for:
 * the run's shares, the direct cost booked, the adjustments posted, what was restated and trued up; and each resolution with zero. One period, or (null) all.
 */
export async function statementFaults(tx: TenantTransaction, period: string | null, most: number): Promise<StatementFaults> {
  const [row] = await tx.query<StatementFaults>(
    `with statement as materialized (
       select s.*, s.version = max(s.version) over (partition by s.period_key, s.business_unit_id) as newest
       from chargeback.statement s where s.programme_id = $1 and ($2::text is null or s.period_key = $2)
     ), period as (
       select m.key, m.ends_at, m.cutoff from governance.period m where m.programme_id = $1 and m.key in (select period_key from statement)
     ), line as materialized (
       select s.period_key, s.business_unit_id, s.newest, l.statement_id, l.kind, l.pool_id, l.resolution_id, l.amount_minor
       from statement s join chargeback.statement_line l on l.programme_id = $1 and l.statement_id = s.id
     ), stated as (
       select period_key, business_unit_id, kind, pool_id, sum(amount_minor) as amount from line where newest and kind <> 'RESOLUTION' group by 1, 2, 3, 4
     ), frozen as (
       select m.key as period_key, x.business_unit_id, 'ALLOCATION' as kind, x.pool_id, sum(x.amount_minor) as amount
       from period m
         join lateral (select r.id from allocation.run r where r.programme_id = $1 and r.period_key = m.key order by r.sequence desc limit 1) r on true
         join allocation.unit_share x on x.programme_id = $1 and x.run_id = r.id
       group by 1, 2, 4
       union all
       select m.key, o.business_unit_id, 'DIRECT', e.pool_id, sum(e.amount_minor)
       from period m
         join costs.cost_entry e on e.programme_id = $1 and e.period_key = m.key and e.recorded_at < m.cutoff
         join costs.cost_pool p on p.programme_id = $1 and p.id = e.pool_id and p.kind = 'DIRECT'
         left join lateral (select coalesce(e.business_unit_id, (${ownerAtEnd("e.use_case_id", "m.ends_at", "m.cutoff")})) as business_unit_id) o on true
       where o.business_unit_id is not null
       group by 1, 2, 4
       union all
       select a.period_key, a.business_unit_id, 'ADJUSTMENT', a.pool_id, sum(a.amount_minor)
       from period m join chargeback.adjustment_line a on a.programme_id = $1 and a.period_key = m.key group by 1, 2, 4
       union all
       select c.period_key, c.business_unit_id, 'RESTATEMENT', c.pool_id, sum(c.after_minor - c.before_minor)
       from period m join chargeback.restatement_cell c on c.programme_id = $1 and c.period_key = m.key group by 1, 2, 4
       union all
       select m.key, l.business_unit_id, 'TRUE_UP', t.pool_id, sum(l.amount_minor)
       from period m
         join chargeback.true_up_posting t on t.programme_id = $1 and t.period_key = m.key
         join chargeback.true_up_line l on l.programme_id = $1 and l.number = t.number
       where l.amount_minor <> 0 group by 1, 2, 4
     ), moved as (
       select resolution_id, sum(amount) as amount from (
         select resolution_id, amount_minor as amount from line where newest and kind = 'RESOLUTION'
         union all
         select g.resolution_id, g.amount_minor from chargeback.programme_line g
           join chargeback.resolution r on r.programme_id = $1 and r.id = g.resolution_id
           join statement s on s.id = r.statement_id
         where g.programme_id = $1) x group by 1
     ), fault as materialized (
       select 'total of ' || u.code || ' ' || s.period_key || ' version ' || s.version as what, s.total_minor::text as stated, coalesce(l.amount, 0)::text as expected
       from statement s
         join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
         left join (select statement_id, sum(amount_minor) as amount from line group by 1) l on l.statement_id = s.id
       where s.total_minor <> coalesce(l.amount, 0)
       union all
       select d.kind || ' of ' || u.code || ' ' || d.period_key || ' pool ' || p.code, d.stated::text, d.frozen::text
       from (
         select period_key, business_unit_id, kind, pool_id, coalesce(x.amount, 0) as stated, coalesce(y.amount, 0) as frozen
         from stated x full join frozen y using (period_key, business_unit_id, kind, pool_id)) d
         join costs.cost_pool p on p.programme_id = $1 and p.id = d.pool_id
         join tenancy.business_unit u on u.programme_id = $1 and u.id = d.business_unit_id
       where d.stated <> d.frozen
       union all
       select 'RESOLUTION of ' || u.code || ' ' || s.period_key, m.amount::text, '0'
       from moved m
         join chargeback.resolution r on r.programme_id = $1 and r.id = m.resolution_id
         join statement s on s.id = r.statement_id
         join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
       where m.amount <> 0
     )
     select (select count(*) from statement) as statements, (select count(*) from line where newest) as lines, (select count(*) from fault) as differing,
       coalesce((select jsonb_agg(jsonb_build_object('what', what, 'statedMinor', stated, 'expectedMinor', expected)) from (select * from fault order by what limit $3) f), '[]') as first`,
    [tx.scope.programme.id, period, most],
  );
  return row!;
}

/** The database's own word that the statements of a period charge what was frozen and that resolutions only moved cost. */
export async function proveStatements(tx: TenantTransaction, period: string): Promise<void> {
  const { differing, first } = await statementFaults(tx, period, 1);
  invariant(differing === "0", `statements of ${period} do not charge what they should: ${first[0]?.what}`);
}
