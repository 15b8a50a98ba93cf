import { Dataset, PERIOD_COLUMNS, date, instant, money, text, useCaseColumns, whole } from "../dataset";

/** What is posted to the books. */
export const journalLine: Dataset = {
  name: "journal_line",
  version: 1,
  title: "Journal lines",
  grain: "journal x line",
  operation: "Query.journals",
  scope: "core",
  readers: ["FINANCE", "AUDITOR"],
  time: "period_start",
  byPeriod: true,
  asOfRun: false,
  superseding: null,
  columns: [
    ...PERIOD_COLUMNS,
    text(["journal_id", "j.external_id", "The external id under which an ERP knows the journal."]),
    text(["journal_kind", "j.kind", "POSTING, or REVERSAL of an earlier posting: both stand, so that every journal sums to zero and all of a month to what is posted."]),
    whole(["journal_version", "j.version", "Version of the month's journals, from 1."], null),
    text(["reverses_journal_id", "v.external_id", "The journal that a reversal takes back."], true),
    whole(["line_no", "l.line_no", "Place in the journal."], null),
    date(["posting_date", "j.posting_date::date", "Day of posting."]),
    text(["entity", "l.entity", "Legal entity of the line."], true),
    text(["account", "l.account", "General ledger account."]),
    text(["cost_centre", "l.cost_centre", "Cost centre."], true),
    text(["intercompany_entity", "l.intercompany_entity", "The other entity of an intercompany line."], true),
    money(["debit", "l.debit_minor", "Zero on a credit line. Debits and credits of a journal are equal."]),
    money(["credit", "l.credit_minor", "Zero on a debit line."]),
    text(["currency", "j.currency", "ISO 4217."]),
    text(["description", "l.description", "Text of the line."]),
    text(["business_unit", "u.code", "Code of the unit that is charged; null on the programme's side."], true),
    ...useCaseColumns(true),
    text(["pool", "p.code", "Code of the cost pool."], true),
    text(["charge_kind", "l.kind", "What kind of charge it posts; null on the programme's side."], true),
    text(["origin_period", "l.origin_period_key", "The month that the charge is about."], true),
    text(["allocation_run_id", "l.run_id", "The run that an allocation comes from."], true),
    instant(["recorded_at", "j.generated_at", "When the journal was generated."]),
  ],
  key: ["period", "journal_version", "journal_kind", "line_no"],
  filters: [{ column: "business_unit", of: "businessUnit" }, { column: "use_case", of: "useCase" }, { column: "pool", of: "pool" }, { column: "period", of: "period" }],
  from: `
    from governance.period m
      join journals.journal j on j.programme_id = $1 and j.period_key = m.key
      join journals.journal_line l on l.programme_id = $1 and l.journal_id = j.id
      left join journals.journal v on v.programme_id = $1 and v.id = j.reverses_id
      left join tenancy.business_unit u on u.programme_id = $1 and u.id = l.charged_unit_id
      left join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
      left join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
    where m.programme_id = $1 and m.key = $2`,
  revision: "select string_agg(x.id::text, ',' order by x.id) from journals.journal x where x.programme_id = $1 and x.period_key = $2",
};
