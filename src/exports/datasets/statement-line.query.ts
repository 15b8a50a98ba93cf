import { Dataset, PERIOD_COLUMNS, instant, money, poolColumns, text, unitColumns, useCaseColumns, whole } from "../dataset";

/** What units are charged, line by line. */
export const statementLine: Dataset = {
  name: "statement_line",
  version: 1,
  title: "Statement lines",
  grain: "statement version x line",
  operation: "Query.statements",
  scope: "core",
  readers: ["FINANCE", "BUSINESS_UNIT", "AUDITOR"],
  time: "period_start",
  byPeriod: true,
  asOfRun: false,
  superseding: { recordedAt: "recorded_at", supersededAt: "superseded_at" },
  columns: [
    ...PERIOD_COLUMNS, ...unitColumns(),
    text(["statement_id", "s.id", "The version of the statement."]),
    whole(["statement_version", "s.version", "1 for the first; a resolved dispute or a restatement makes another."], null),
    text(["chargeback_mode", "s.mode", "CHARGEBACK is posted, SHOWBACK is shown."]),
    whole(["line_no", "l.position", "Place in the statement."], null),
    text(["line_id", "l.line_id", "Stays the same in every version."]),
    text(["kind", "l.kind", "ALLOCATION, DIRECT, ADJUSTMENT, RESTATEMENT, TRUE_UP or RESOLUTION."]),
    ...useCaseColumns(true), ...poolColumns(true),
    text(["origin_period", "l.origin_period_key", "The month that the line is about: an earlier one for adjustments."]),
    money(["amount", "l.amount_minor", "Credits are negative. The lines of a version sum to its total."]),
    text(["currency", "s.currency", "ISO 4217."]),
    text(["description", "l.description", "In words, of adjustments and resolutions."], true),
    text(["allocation_run_id", "l.run_id", "The run that an allocation comes from."], true),
    whole(["rule_version", "r.policy_version", "Version of the allocation policy of that run."], null, true),
    instant(["recorded_at", "s.issued_at", "When this version was issued."]),
    text(["superseded_by_statement_id", "s.next_id", "The version that counts instead; null for the one that counts."], true),
    instant(["superseded_at", "s.next_at", "Since when it counts no more; null while it counts."], true),
  ],
  key: ["period", "business_unit", "statement_version", "line_no"],
  filters: [{ column: "business_unit", of: "businessUnit" }, { column: "use_case", of: "useCase" }, { column: "pool", of: "pool" }, { column: "period", of: "period" }],
  from: `
    from governance.period m
      join (
        select x.id, x.period_key, x.business_unit_id, x.version, x.mode, x.currency, x.issued_at, lead(x.id) over (partition by x.business_unit_id order by x.version) as next_id, lead(x.issued_at) over (partition by x.business_unit_id order by x.version) as next_at
        from chargeback.statement x where x.programme_id = $1 and x.period_key = $2
      ) s on s.period_key = m.key
      join chargeback.statement_line l on l.programme_id = $1 and l.statement_id = s.id
      join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
      left join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
      left join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
      left join allocation.run r on r.programme_id = $1 and r.id = l.run_id
    where m.programme_id = $1 and m.key = $2`,
  revision: "select string_agg(x.id::text, ',' order by x.id) from chargeback.statement x where x.programme_id = $1 and x.period_key = $2",
};
