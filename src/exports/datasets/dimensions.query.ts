import { ownersAt } from "../../tenancy/ownership.query";
import { Dataset, date, instant, text, unitColumns, useCaseColumns, whole } from "../dataset";

const NAMES = ["FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"] as const;

/** What dimensions have in common: they are read whole. */
const DIMENSION = { version: 1, time: null, byPeriod: false, asOfRun: false, superseding: null, revision: null } as const;

export const dimBusinessUnit: Dataset = {
  ...DIMENSION,
  name: "dim_business_unit",
  title: "Business units",
  grain: "business unit",
  operation: "Query.businessUnits",
  scope: "core",
  readers: NAMES,
  columns: [...unitColumns(), text(["chargeback_mode", "u.chargeback_mode", "CHARGEBACK is posted, SHOWBACK is shown."])],
  key: ["business_unit"],
  filters: [{ column: "business_unit", of: "businessUnit" }],
  from: "from tenancy.business_unit u where u.programme_id = $1",
};

export const dimUseCase: Dataset = {
  ...DIMENSION,
  name: "dim_use_case",
  title: "Use cases",
  grain: "use case",
  operation: "Query.useCases",
  scope: "core",
  readers: NAMES,
  columns: [...useCaseColumns(), text(["business_unit", "u.code", "Code of the unit that owns it now; to a unit the newest owner among its own units."], true), text(["business_unit_name", "u.name", "Its name."], true)],
  key: ["use_case"],
  filters: [{ column: "business_unit", of: "businessUnit" }, { column: "use_case", of: "useCase" }],
  from: `
    from tenancy.use_case c
      left join (${ownersAt("now()")}) w on w.use_case_id = c.id
      left join tenancy.business_unit u on u.programme_id = $1 and u.id = w.business_unit_id
    where c.programme_id = $1`,
};

export const dimPeriod: Dataset = {
  ...DIMENSION,
  name: "dim_period",
  title: "Months",
  grain: "period",
  operation: "Query.periods",
  scope: "core",
  readers: [...NAMES, "EXECUTIVE"],
  time: "period_start",
  columns: [
    text(["period", "m.key", "Year and month of the programme's calendar."]),
    date(["period_start", "to_date(m.key, 'YYYY-MM')", "First day of the month."]),
    date(["period_end", "(to_date(m.key, 'YYYY-MM') + interval '1 month')::date", "First day after the month."]),
    text(["status", "case m.status when 'CLOSED' then 'final' else 'draft' end", "final in a closed month, which never changes; draft before."]),
    text(["period_status", "m.status", "OPEN, CLOSING or CLOSED."]),
    instant(["starts_at", "m.starts_at", "First instant of the month in the programme's time zone."]),
    instant(["ends_at", "m.ends_at", "First instant after it."]),
    instant(["closed_at", "m.closed_at", "When it was closed; null before."], true),
    instant(["cutoff", "m.cutoff", "Facts recorded before this instant are in its figures; null while it is not closed."], true),
    text(["hash", "m.hash", "Hash of its closed figures; null while it is not closed."], true),
  ],
  key: ["period"],
  filters: [{ column: "period", of: "period" }],
  from: "from governance.period m where m.programme_id = $1",
};

export const dimPolicyVersion: Dataset = {
  ...DIMENSION,
  name: "dim_policy_version",
  title: "Versions of the allocation policy",
  grain: "policy version",
  operation: "Query.allocationPolicies",
  scope: "core",
  readers: ["FINANCE", "AUDITOR"],
  columns: [
    whole(["rule_version", "v.version", "Version of the allocation policy, from 1."], null),
    text(["effective_from", "v.effective_from", "First month that it may be used in."]),
    text(["policy_status", "case when a.version is null then 'PROPOSED' else 'APPROVED' end", "PROPOSED until a second person approves it."]),
    text(["note", "v.note", "Why, in the words of whoever proposed it."], true),
    text(["document_hash", "v.document_hash", "SHA-256 of its rules."]),
    text(["proposed_by", "v.proposed_by", "Subject that proposed it."]),
    instant(["proposed_at", "v.proposed_at", "When it was proposed."]),
    text(["approved_by", "a.approved_by", "Subject that approved it."], true),
    instant(["approved_at", "a.approved_at", "When it was approved."], true),
  ],
  key: ["rule_version"],
  filters: [],
  from: "from allocation.policy v left join allocation.policy_approval a on a.programme_id = $1 and a.version = v.version where v.programme_id = $1",
};
