import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

const seen = `${inProgramme} and (${wholeProgramme} or ${ownUnit})`;
const byFinance = `${inProgramme} and ${wholeProgramme}`;

/** What one may see and what one may add, said apart. */
const apart = (table: string, sees: string, adds: string): string =>
  `${forceRowSecurity(table)} create policy sees on ${table} for select using (${sees}); create policy adds on ${table} for insert with check (${adds});`;

/** Baselines, benefit pools, attribution models, benefits, and the ladder of each with who signed it off. Every table is only added to. */
export class Benefits1760000000028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema benefits`);
    for (const statement of TABLES) await runner.query(statement);
    // What a unit says of its own use cases it adds itself; what finance says of them it only sees.
    for (const table of ["baseline", "benefit", "claim"]) await runner.query(policy(`benefits.${table}`, seen));
    for (const table of ["baseline_lock", "claim_decision", "elimination"]) await runner.query(apart(`benefits.${table}`, seen, byFinance));
    for (const table of ["pool", "pool_maximum", "attribution_model", "attribution_approval"]) await runner.query(policy(`benefits.${table}`, byFinance));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema benefits cascade`);
  }
}

const recorded = (by: string, at: string): string => `${by} text not null, ${at} timestamptz not null default date_trunc('milliseconds', clock_timestamp())`;

const TABLES = [
  `create table benefits.baseline (
    programme_id uuid not null,
    id uuid not null,
    use_case_id uuid not null,
    business_unit_id uuid not null,
    version integer not null,
    window_from text not null,
    window_to text not null,
    go_live text,
    reconstructed boolean not null,
    measures jsonb not null,
    evidence text not null,
    reason text,
    document_hash text not null,
    captured_by text not null,
    captured_on text not null,
    captured_at timestamptz not null,
    constraint baseline_pk primary key (programme_id, id),
    constraint baseline_version_key unique (programme_id, use_case_id, version),
    constraint baseline_unit_key unique (programme_id, id, business_unit_id),
    constraint baseline_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
    constraint baseline_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
    constraint baseline_version_check check (version > 0 and (version = 1) = (reason is null)),
    constraint baseline_window_check check (window_from <= window_to)
  )`,
  `create table benefits.baseline_lock (
    programme_id uuid not null,
    baseline_id uuid not null,
    business_unit_id uuid not null,
    ${recorded("locked_by", "locked_at")},
    constraint baseline_lock_pk primary key (programme_id, baseline_id),
    constraint baseline_lock_baseline_fk foreign key (programme_id, baseline_id, business_unit_id) references benefits.baseline (programme_id, id, business_unit_id)
  )`,
  `create table benefits.pool (
    programme_id uuid not null,
    code text not null,
    name text not null,
    ${recorded("defined_by", "defined_at")},
    constraint pool_pk primary key (programme_id, code),
    constraint pool_programme_fk foreign key (programme_id) references tenancy.programme (id)
  )`,
  `create table benefits.pool_maximum (
    programme_id uuid not null,
    pool_code text not null,
    version integer not null,
    effective_from text not null,
    maximum_minor bigint not null,
    evidence text not null,
    ${recorded("set_by", "set_at")},
    constraint pool_maximum_pk primary key (programme_id, pool_code, version),
    constraint pool_maximum_pool_fk foreign key (programme_id, pool_code) references benefits.pool (programme_id, code),
    constraint pool_maximum_amount_check check (maximum_minor >= 0)
  )`,
  `create table benefits.attribution_model (
    programme_id uuid not null,
    version integer not null,
    pool_code text not null,
    effective_from text not null,
    shares jsonb not null,
    evidence text not null,
    document_hash text not null,
    ${recorded("proposed_by", "proposed_at")},
    constraint attribution_model_pk primary key (programme_id, version),
    constraint attribution_model_pool_fk foreign key (programme_id, pool_code) references benefits.pool (programme_id, code)
  )`,
  `create table benefits.attribution_approval (
    programme_id uuid not null,
    version integer not null,
    ${recorded("approved_by", "approved_at")},
    constraint attribution_approval_pk primary key (programme_id, version),
    constraint attribution_approval_model_fk foreign key (programme_id, version) references benefits.attribution_model (programme_id, version)
  )`,
  `create table benefits.benefit (
    programme_id uuid not null,
    id uuid not null,
    sequence integer not null,
    code text not null,
    name text not null,
    use_case_id uuid not null,
    business_unit_id uuid not null,
    kind text not null,
    pool_code text not null,
    step text not null,
    project text not null,
    plan jsonb,
    ${recorded("defined_by", "defined_at")},
    constraint benefit_pk primary key (programme_id, id),
    constraint benefit_code_key unique (programme_id, code),
    constraint benefit_sequence_key unique (programme_id, sequence),
    constraint benefit_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
    constraint benefit_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
    constraint benefit_pool_fk foreign key (programme_id, pool_code) references benefits.pool (programme_id, code),
    constraint benefit_kind_check check (kind in ('COST_REDUCTION', 'MARGIN', 'OTHER_EBIT', 'NON_EBIT')),
    constraint benefit_step_check check (step in ('DEMAND_AVOIDED', 'CONTAINMENT', 'HANDLING', 'OTHER'))
  )`,
  `create table benefits.claim (
    programme_id uuid not null,
    id uuid not null,
    benefit_id uuid not null,
    business_unit_id uuid not null,
    period_key text not null,
    version integer not null,
    method text not null,
    mode text,
    figures jsonb not null,
    baseline_version integer not null,
    reconstructed boolean not null,
    model_version integer not null,
    tier text not null,
    counterfactual_minor bigint,
    residual_minor bigint,
    gross_minor bigint not null,
    share numeric not null,
    confidence numeric not null,
    attributed_minor bigint not null,
    cashable_share numeric not null,
    cashable_minor bigint not null,
    non_cashable_minor bigint not null,
    ledger_line text,
    note text,
    reason text,
    hash text not null,
    ${recorded("proposed_by", "proposed_at")},
    constraint claim_pk primary key (programme_id, id),
    constraint claim_version_key unique (programme_id, benefit_id, period_key, version),
    constraint claim_unit_key unique (programme_id, id, business_unit_id),
    constraint claim_benefit_fk foreign key (programme_id, benefit_id) references benefits.benefit (programme_id, id),
    constraint claim_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
    constraint claim_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
    constraint claim_model_fk foreign key (programme_id, model_version) references benefits.attribution_model (programme_id, version),
    constraint claim_version_check check (version > 0 and (version = 1) = (reason is null)),
    constraint claim_gross_check check (num_nonnulls(counterfactual_minor, residual_minor) in (0, 2) and (counterfactual_minor is null or gross_minor = counterfactual_minor - residual_minor)),
    constraint claim_split_check check (attributed_minor = cashable_minor + non_cashable_minor),
    constraint claim_factors_check check (share between 0 and 1 and confidence between 0 and 1 and cashable_share between 0 and 1),
    constraint claim_ledger_line_check check (cashable_share = 0 or ledger_line is not null),
    constraint claim_tier_check check (tier in ('A', 'B', 'C', 'D') and (not reconstructed or tier in ('C', 'D')))
  )`,
  `create index claim_period_idx on benefits.claim (programme_id, period_key)`,
  `create table benefits.claim_decision (
    programme_id uuid not null,
    claim_id uuid not null,
    business_unit_id uuid not null,
    decision text not null,
    recognised_in text,
    cashable_minor bigint not null,
    non_cashable_minor bigint not null,
    note text,
    ${recorded("decided_by", "decided_at")},
    constraint claim_decision_pk primary key (programme_id, claim_id),
    constraint claim_decision_claim_fk foreign key (programme_id, claim_id, business_unit_id) references benefits.claim (programme_id, id, business_unit_id),
    constraint claim_decision_period_fk foreign key (programme_id, recognised_in) references governance.period (programme_id, key),
    constraint claim_decision_check check (case decision when 'SIGNED_OFF' then recognised_in is not null when 'REJECTED' then recognised_in is null and cashable_minor = 0 and non_cashable_minor = 0 else false end)
  )`,
  `create index claim_decision_period_idx on benefits.claim_decision (programme_id, recognised_in)`,
  `create table benefits.elimination (
    programme_id uuid not null,
    claim_id uuid not null,
    benefit_id uuid not null,
    business_unit_id uuid not null,
    pool_code text not null,
    origin_period text not null,
    period_key text not null,
    overlap_minor bigint not null,
    cashable_minor bigint not null,
    non_cashable_minor bigint not null,
    recorded_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint elimination_pk primary key (programme_id, claim_id, benefit_id),
    constraint elimination_decision_fk foreign key (programme_id, claim_id) references benefits.claim_decision (programme_id, claim_id),
    constraint elimination_benefit_fk foreign key (programme_id, benefit_id) references benefits.benefit (programme_id, id),
    constraint elimination_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
    constraint elimination_pool_fk foreign key (programme_id, pool_code) references benefits.pool (programme_id, code),
    constraint elimination_origin_fk foreign key (programme_id, origin_period) references governance.period (programme_id, key),
    constraint elimination_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key)
  )`,
  `create index elimination_period_idx on benefits.elimination (programme_id, period_key)`,
];
