import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

const byFinance = `${inProgramme} and ${wholeProgramme}`;

/** Exchange rates, cost in other currencies, rate cards, rated months with their postings, and what vendors say of themselves. */
export class Rating1760000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table costs.cost_pool drop constraint cost_pool_kind_check,
      add constraint cost_pool_kind_check check (kind in ('PLATFORM_CONTRACT', 'TELEPHONY', 'INTEGRATION', 'COMPLIANCE', 'PROGRAMME_MANAGEMENT', 'DIRECT', 'OTHER', 'UNUSED_COMMITMENT'))`);
    await runner.query(`alter table costs.cost_entry
      add column original_amount_minor bigint, add column original_currency text, add column exchange_rate numeric, add column exchange_rate_kind text,
      add column exchange_rate_date text, add column exchange_rate_source text, add column exchange_rate_revision integer,
      add constraint cost_entry_conversion_check check (num_nonnulls(original_amount_minor, original_currency, exchange_rate, exchange_rate_kind, exchange_rate_date, exchange_rate_source, exchange_rate_revision) in (0, 7))`);
    await runner.query(`
      create table costs.exchange_rate (
        programme_id uuid not null,
        from_currency text not null,
        to_currency text not null,
        kind text not null,
        on_date text not null,
        revision integer not null,
        rate numeric not null,
        source text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        recorded_by text not null,
        constraint exchange_rate_pk primary key (programme_id, from_currency, to_currency, kind, on_date, revision),
        constraint exchange_rate_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint exchange_rate_kind_check check (kind in ('DAILY', 'MONTH_END')),
        constraint exchange_rate_rate_check check (rate > 0 and rate <> 'NaN')
      )`);
    await runner.query(policy("costs.exchange_rate", byFinance));
    // Finds what came with its cost without reading the usage that did not.
    await runner.query(`create index usage_event_cost_idx on metering.usage_event (programme_id, period_key) where cost_items is not null`);
    await runner.query(`create schema rating`);
    for (const statement of TABLES) await runner.query(statement);
    for (const table of FINANCE_TABLES) await runner.query(policy(`rating.${table}`, byFinance));
    await runner.query(policy("rating.run", inProgramme));
    await runner.query(policy("rating.line", `${inProgramme} and (${wholeProgramme} or ${ownUnit})`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema rating cascade`);
    await runner.query(`drop index metering.usage_event_cost_idx`);
    await runner.query(`drop table costs.exchange_rate`);
    await runner.query(`alter table costs.cost_entry drop constraint cost_entry_conversion_check, drop column original_amount_minor, drop column original_currency, drop column exchange_rate,
      drop column exchange_rate_kind, drop column exchange_rate_date, drop column exchange_rate_source, drop column exchange_rate_revision`);
    await runner.query(`alter table costs.cost_pool drop constraint cost_pool_kind_check,
      add constraint cost_pool_kind_check check (kind in ('PLATFORM_CONTRACT', 'TELEPHONY', 'INTEGRATION', 'COMPLIANCE', 'PROGRAMME_MANAGEMENT', 'DIRECT', 'OTHER'))`);
  }
}

const FINANCE_TABLES = ["rating_rules", "rate_card", "rate_card_approval", "posting", "vendor_statement", "vendor_statement_line", "variance_explanation"];

const TABLES = [
  `create table rating.rating_rules (
    programme_id uuid not null,
    version integer not null,
    reported_pool text,
    tolerance_basis_points integer not null,
    tolerance_minor bigint not null,
    reason text not null,
    set_by text not null,
    set_at timestamptz not null default clock_timestamp(),
    constraint rating_rules_pk primary key (programme_id, version),
    constraint rating_rules_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint rating_rules_limits_check check (version > 0 and tolerance_basis_points >= 0 and tolerance_minor >= 0)
  )`,
  `create table rating.rate_card (
    programme_id uuid not null,
    version integer not null,
    vendor text not null,
    component text not null,
    effective_from text not null,
    effective_to text,
    replaces integer,
    document jsonb not null,
    document_hash text not null,
    idempotency_key text,
    proposed_by text not null,
    proposed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint rate_card_pk primary key (programme_id, version),
    constraint rate_card_idempotency_key_key unique (programme_id, idempotency_key),
    constraint rate_card_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint rate_card_dates_check check (effective_to is null or effective_to >= effective_from)
  )`,
  `create table rating.rate_card_approval (
    programme_id uuid not null,
    version integer not null,
    approved_by text not null,
    approved_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    constraint rate_card_approval_pk primary key (programme_id, version),
    constraint rate_card_approval_card_fk foreign key (programme_id, version) references rating.rate_card (programme_id, version)
  )`,
  `create table rating.run (
    programme_id uuid not null,
    id uuid not null,
    period_key text not null,
    sequence integer not null,
    currency text not null,
    cutoff timestamptz not null,
    cards integer[] not null,
    exchange_rates jsonb not null,
    rules_version integer not null,
    input_hash text not null,
    result_hash text not null,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null,
    constraint run_pk primary key (programme_id, id),
    constraint run_sequence_key unique (programme_id, period_key, sequence),
    constraint run_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key)
  )`,
  `create table rating.line (
    programme_id uuid not null,
    run_id uuid not null,
    position integer not null,
    kind text not null,
    vendor text not null,
    component text not null,
    basis text not null,
    card_version integer,
    rate_line text not null,
    pool_id uuid,
    business_unit_id uuid not null,
    use_case_id uuid not null,
    calls bigint not null,
    exempt_calls bigint not null,
    measured_ms bigint not null,
    unit text,
    measured_numerator numeric not null,
    measured_denominator numeric not null,
    billed_numerator numeric not null,
    billed_denominator numeric not null,
    original_currency text not null,
    amount_numerator numeric not null,
    amount_denominator numeric not null,
    amount_minor bigint not null,
    constraint line_pk primary key (programme_id, run_id, position),
    constraint line_run_fk foreign key (programme_id, run_id) references rating.run (programme_id, id),
    constraint line_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
    constraint line_kind_check check (kind in ('USAGE', 'FEE', 'UNUSED_COMMITMENT')),
    constraint line_basis_check check (basis in ('REPORTED', 'RATED', 'ESTIMATED')),
    constraint line_figures_check check (calls >= 0 and exempt_calls >= 0 and measured_ms >= 0 and amount_denominator > 0 and billed_denominator > 0 and measured_denominator > 0)
  )`,
  `create index line_unit_idx on rating.line (programme_id, run_id, business_unit_id)`,
  `create table rating.posting (
    programme_id uuid not null,
    run_id uuid not null,
    position integer not null,
    period_key text not null,
    kind text not null,
    vendor text not null,
    component text not null,
    pool_id uuid not null,
    use_case_id uuid not null,
    external_id text not null,
    amount_minor bigint not null,
    constraint posting_pk primary key (programme_id, run_id, position),
    constraint posting_external_id_key unique (programme_id, external_id),
    constraint posting_run_fk foreign key (programme_id, run_id) references rating.run (programme_id, id),
    constraint posting_entry_fk foreign key (programme_id, external_id) references costs.cost_entry (programme_id, external_id)
  )`,
  `create index posting_period_idx on rating.posting (programme_id, period_key)`,
  `create table rating.vendor_statement (
    programme_id uuid not null,
    id uuid not null,
    vendor text not null,
    period_key text not null,
    kind text not null,
    external_id text not null,
    payload_hash text not null,
    currency text not null,
    total numeric not null,
    lines integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    recorded_by text not null,
    constraint vendor_statement_pk primary key (programme_id, id),
    constraint vendor_statement_external_id_key unique (programme_id, vendor, external_id),
    constraint vendor_statement_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
    constraint vendor_statement_kind_check check (kind in ('TWILIO_USAGE', 'FOCUS', 'INVOICE')),
    constraint vendor_statement_total_check check (total <> 'NaN')
  )`,
  `create index vendor_statement_period_idx on rating.vendor_statement (programme_id, period_key, vendor)`,
  `create table rating.vendor_statement_line (
    programme_id uuid not null,
    statement_id uuid not null,
    position integer not null,
    description text not null,
    component text,
    call_ref text,
    quantity numeric,
    unit text,
    amount numeric not null,
    constraint vendor_statement_line_pk primary key (programme_id, statement_id, position),
    constraint vendor_statement_line_statement_fk foreign key (programme_id, statement_id) references rating.vendor_statement (programme_id, id),
    constraint vendor_statement_line_figures_check check (amount <> 'NaN' and (quantity is null or quantity <> 'NaN'))
  )`,
  `create table rating.variance_explanation (
    programme_id uuid not null,
    id uuid not null,
    vendor text not null,
    period_key text not null,
    variance_minor bigint not null,
    figures_hash text not null,
    reason text not null,
    explained_by text not null,
    explained_at timestamptz not null default clock_timestamp(),
    constraint variance_explanation_pk primary key (programme_id, id),
    constraint variance_explanation_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key)
  )`,
  `create index variance_explanation_period_idx on rating.variance_explanation (programme_id, period_key, vendor)`,
];
