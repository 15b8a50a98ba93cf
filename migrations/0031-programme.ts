import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

const byFinance = `${inProgramme} and ${wholeProgramme}`;

/**
 * The firm's policy of what is capitalised, implementation cost and the assets that it makes; the programme's plans, its signed
 * statements by unit, what of them executives see, and who may see a unit. Every table is only added to.
 */
export class Programme1760000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema programme`);
    for (const statement of [...COSTS, ...PROGRAMME]) await runner.query(statement);
    for (const table of COST_TABLES) await runner.query(policy(`costs.${table}`, byFinance));
    for (const table of PROGRAMME_TABLES) await runner.query(policy(`programme.${table}`, byFinance));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema programme cascade`);
    for (const table of [...COST_TABLES].reverse()) await runner.query(`drop table costs.${table}`);
  }
}

const COST_TABLES = ["capitalisation_policy", "capitalisation_policy_approval", "implementation_cost", "asset", "asset_retirement"] as const;
const PROGRAMME_TABLES = ["plan", "plan_approval", "statement", "statement_cell", "statement_aggregate", "unit_grant", "unit_grant_end"] as const;

const COSTS = [
  `create table costs.capitalisation_policy (
    programme_id uuid not null,
    version integer not null,
    framework text not null,
    effective_from text not null,
    treatments jsonb not null,
    note text,
    document_hash text not null,
    proposed_by text not null,
    proposed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint capitalisation_policy_pk primary key (programme_id, version),
    constraint capitalisation_policy_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint capitalisation_policy_version_check check (version > 0)
  )`,
  `create table costs.capitalisation_policy_approval (
    programme_id uuid not null,
    version integer not null,
    approved_by text not null,
    approved_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint capitalisation_policy_approval_pk primary key (programme_id, version),
    constraint capitalisation_policy_approval_policy_fk foreign key (programme_id, version) references costs.capitalisation_policy (programme_id, version)
  )`,
  `create table costs.implementation_cost (
    programme_id uuid not null,
    id uuid not null,
    external_id text not null,
    use_case_id uuid not null,
    period_key text not null,
    category text not null,
    treatment text not null,
    policy_version integer not null,
    amount_minor bigint not null,
    description text,
    vendor text,
    invoice text,
    payload_hash text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    recorded_by text not null,
    constraint implementation_cost_pk primary key (programme_id, id),
    constraint implementation_cost_external_id_key unique (programme_id, external_id),
    constraint implementation_cost_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
    constraint implementation_cost_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
    constraint implementation_cost_policy_fk foreign key (programme_id, policy_version) references costs.capitalisation_policy_approval (programme_id, version),
    constraint implementation_cost_treatment_check check (treatment in ('CAPITALISE', 'EXPENSE'))
  )`,
  `create index implementation_cost_use_case_idx on costs.implementation_cost (programme_id, use_case_id)`,
  `create table costs.asset (
    programme_id uuid not null,
    id uuid not null,
    use_case_id uuid not null,
    go_live text not null,
    useful_months integer not null,
    contract_months integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    recorded_by text not null,
    constraint asset_pk primary key (programme_id, id),
    constraint asset_use_case_key unique (programme_id, use_case_id),
    constraint asset_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
    constraint asset_months_check check (useful_months between 1 and 600 and useful_months <= contract_months)
  )`,
  `create table costs.asset_retirement (
    programme_id uuid not null,
    asset_id uuid not null,
    period_key text not null,
    reason text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    recorded_by text not null,
    constraint asset_retirement_pk primary key (programme_id, asset_id),
    constraint asset_retirement_asset_fk foreign key (programme_id, asset_id) references costs.asset (programme_id, id)
  )`,
];

const PROGRAMME = [
  `create table programme.plan (
    programme_id uuid not null,
    kind text not null,
    version integer not null,
    body jsonb not null,
    note text,
    document_hash text not null,
    proposed_by text not null,
    proposed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint plan_pk primary key (programme_id, kind, version),
    constraint plan_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint plan_kind_check check (kind in ('BUDGET', 'FORECAST', 'GROUPS') and version > 0)
  )`,
  `create table programme.plan_approval (
    programme_id uuid not null,
    kind text not null,
    version integer not null,
    approved_by text not null,
    approved_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint plan_approval_pk primary key (programme_id, kind, version),
    constraint plan_approval_plan_fk foreign key (programme_id, kind, version) references programme.plan (programme_id, kind, version)
  )`,
  `create table programme.statement (
    programme_id uuid not null,
    period_key text not null,
    version integer not null,
    currency text not null,
    hash text not null,
    sources jsonb not null,
    groups_version integer,
    for_executives boolean not null,
    signed_by text not null,
    signed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint statement_pk primary key (programme_id, period_key, version),
    constraint statement_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
    constraint statement_version_check check (version > 0)
  )`,
  `create table programme.statement_cell (
    programme_id uuid not null,
    period_key text not null,
    version integer not null,
    position integer not null,
    line text not null,
    business_unit_id uuid,
    use_case_id uuid,
    amount_minor bigint not null,
    constraint statement_cell_pk primary key (programme_id, period_key, version, position),
    constraint statement_cell_statement_fk foreign key (programme_id, period_key, version) references programme.statement (programme_id, period_key, version),
    constraint statement_cell_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
    constraint statement_cell_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id)
  )`,
  `create table programme.statement_aggregate (
    programme_id uuid not null,
    period_key text not null,
    version integer not null,
    group_code text not null,
    group_name text not null,
    line text not null,
    amount_minor bigint,
    constraint statement_aggregate_pk primary key (programme_id, period_key, version, group_code, line),
    constraint statement_aggregate_statement_fk foreign key (programme_id, period_key, version) references programme.statement (programme_id, period_key, version)
  )`,
  `create table programme.unit_grant (
    programme_id uuid not null,
    id uuid not null,
    subject text not null,
    business_unit_id uuid not null,
    from_period text not null,
    to_period text not null,
    reason text not null,
    granted_by text not null,
    granted_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint unit_grant_pk primary key (programme_id, id),
    constraint unit_grant_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
    constraint unit_grant_range_check check (from_period <= to_period)
  )`,
  `create table programme.unit_grant_end (
    programme_id uuid not null,
    grant_id uuid not null,
    reason text not null,
    revoked_by text not null,
    revoked_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint unit_grant_end_pk primary key (programme_id, grant_id),
    constraint unit_grant_end_grant_fk foreign key (programme_id, grant_id) references programme.unit_grant (programme_id, id)
  )`,
];
