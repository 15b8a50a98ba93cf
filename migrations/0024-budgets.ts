import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

const seen = `${inProgramme} and (${wholeProgramme} or ${ownUnit})`;
const byFinance = `${inProgramme} and ${wholeProgramme}`;

/** What one may see and what one may add, said apart. */
const apart = (table: string, sees: string, adds: string): string =>
  `${forceRowSecurity(table)} create policy sees on ${table} for select using (${sees}); create policy adds on ${table} for insert with check (${adds});`;

/** Budgets in versions, alerts and who took note of them, the budget model, and who funds what. Every table is only added to. */
export class Budgets1760000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema budgets`);
    for (const statement of TABLES) await runner.query(statement);
    // A budget without a unit is the programme's: no unit sees it.
    await runner.query(apart("budgets.budget", seen, byFinance));
    await runner.query(apart("budgets.alert", seen, byFinance));
    await runner.query(policy("budgets.alert_acknowledgement", seen));
    for (const table of ["model_component", "model_approval", "funding", "funding_approval"]) await runner.query(policy(`budgets.${table}`, byFinance));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema budgets cascade`);
  }
}

const TABLES = [
  `create table budgets.budget (
    programme_id uuid not null,
    id uuid not null,
    business_unit_id uuid,
    use_case_id uuid,
    period_key text not null,
    version integer not null,
    amount_minor bigint not null,
    volume_unit text,
    volume_quantity numeric,
    volume_rate numeric,
    thresholds integer[] not null,
    reason text,
    set_by text not null,
    set_at timestamptz not null default clock_timestamp(),
    constraint budget_pk primary key (programme_id, id),
    constraint budget_version_key unique nulls not distinct (programme_id, business_unit_id, use_case_id, period_key, version),
    constraint budget_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
    constraint budget_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
    constraint budget_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint budget_place_check check (use_case_id is null or business_unit_id is not null),
    constraint budget_version_check check (version > 0 and (version = 1) = (reason is null)),
    constraint budget_amount_check check (amount_minor >= 0),
    constraint budget_volume_check check (num_nonnulls(volume_unit, volume_quantity, volume_rate) in (0, 3) and volume_unit in ('MINUTE', 'CALL')
      and volume_quantity >= 0 and volume_quantity < 'Infinity' and volume_rate >= 0 and volume_rate < 'Infinity')
  )`,
  `create index budget_period_idx on budgets.budget (programme_id, period_key)`,
  `create table budgets.alert (
    programme_id uuid not null,
    id uuid not null,
    business_unit_id uuid,
    use_case_id uuid,
    period_key text not null,
    budget_id uuid not null,
    basis text not null,
    threshold integer not null,
    amount_minor bigint not null,
    raised_by text not null,
    raised_at timestamptz not null default clock_timestamp(),
    constraint alert_pk primary key (programme_id, id),
    constraint alert_once_key unique nulls not distinct (programme_id, business_unit_id, use_case_id, period_key, basis, threshold),
    constraint alert_unit_key unique (programme_id, id, business_unit_id),
    constraint alert_budget_fk foreign key (programme_id, budget_id) references budgets.budget (programme_id, id),
    constraint alert_basis_check check (basis in ('ACTUAL', 'FORECAST'))
  )`,
  `create index alert_raised_idx on budgets.alert (programme_id, raised_at, id)`,
  `create table budgets.alert_acknowledgement (
    programme_id uuid not null,
    alert_id uuid not null,
    business_unit_id uuid,
    note text,
    acknowledged_by text not null,
    acknowledged_at timestamptz not null default clock_timestamp(),
    constraint alert_acknowledgement_pk primary key (programme_id, alert_id),
    constraint alert_acknowledgement_alert_fk foreign key (programme_id, alert_id) references budgets.alert (programme_id, id),
    constraint alert_acknowledgement_unit_fk foreign key (programme_id, alert_id, business_unit_id) references budgets.alert (programme_id, id, business_unit_id)
  )`,
  `create table budgets.model_component (
    programme_id uuid not null,
    version integer not null,
    component text not null,
    statement text not null,
    proposed_by text not null,
    proposed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint model_component_pk primary key (programme_id, version),
    constraint model_component_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint model_component_component_check check (component in ('SHARED_PLATFORM', 'USE_CASE_INVESTMENT', 'PROGRAMME_PNL'))
  )`,
  `create table budgets.model_approval (
    programme_id uuid not null,
    version integer not null,
    approved_by text not null,
    approved_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint model_approval_pk primary key (programme_id, version),
    constraint model_approval_component_fk foreign key (programme_id, version) references budgets.model_component (programme_id, version)
  )`,
  `create table budgets.funding (
    programme_id uuid not null,
    version integer not null,
    use_case_id uuid,
    effective_from text not null,
    lines jsonb not null,
    note text,
    document_hash text not null,
    proposed_by text not null,
    proposed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint funding_pk primary key (programme_id, version),
    constraint funding_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint funding_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id)
  )`,
  `create table budgets.funding_approval (
    programme_id uuid not null,
    version integer not null,
    approved_by text not null,
    approved_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint funding_approval_pk primary key (programme_id, version),
    constraint funding_approval_funding_fk foreign key (programme_id, version) references budgets.funding (programme_id, version)
  )`,
];
