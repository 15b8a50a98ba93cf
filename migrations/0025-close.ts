import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

const seen = `${inProgramme} and (${wholeProgramme} or ${ownUnit})`;
const byFinance = `${inProgramme} and ${wholeProgramme}`;

/**
 * Who answers for a check of the close and until when, and who signed it off on what evidence; accruals, how they were taken
 * back and what came of them; closed months restated in versions. Every table is only added to.
 */
export class Close1760000000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table closing.close_rules
        add column due_days integer,
        add column requires_owners boolean not null default false,
        add column requires_sign_offs boolean not null default false,
        add column late_usage text not null default 'ADJUSTMENT',
        add column late_cost text not null default 'ADJUSTMENT',
        add column blocks_on_unowned_cost boolean not null default false,
        add constraint close_rules_late_check check (late_usage in ('ADJUSTMENT', 'RESTATEMENT') and late_cost in ('ADJUSTMENT', 'RESTATEMENT')),
        add constraint close_rules_due_days_check check (due_days between 0 and 60)`);
    await runner.query(`
      create table closing.check_assignment (
        programme_id uuid not null,
        sequence bigint not null,
        check_name text not null,
        period_key text,
        owner text,
        due_days integer,
        reason text not null,
        assigned_by text not null,
        assigned_at timestamptz not null default clock_timestamp(),
        constraint check_assignment_pk primary key (programme_id, sequence),
        constraint check_assignment_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint check_assignment_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint check_assignment_due_days_check check (due_days between 0 and 60),
        constraint check_assignment_owner_check check (owner is not null or due_days is null)
      )`);
    await runner.query(`
      create table closing.check_sign_off (
        programme_id uuid not null,
        sequence bigint not null,
        period_key text not null,
        check_name text not null,
        kind text not null,
        finding text not null,
        note text not null,
        evidence jsonb not null,
        signed_by text not null,
        signed_at timestamptz not null default clock_timestamp(),
        constraint check_sign_off_pk primary key (programme_id, sequence),
        constraint check_sign_off_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint check_sign_off_kind_check check (kind in ('SIGNED', 'WITHDRAWN'))
      )`);
    await runner.query(`create index check_sign_off_period_idx on closing.check_sign_off (programme_id, period_key, sequence)`);
    for (const table of ["check_assignment", "check_sign_off"]) await runner.query(policy(`closing.${table}`, byFinance));

    await runner.query(`
      create table costs.accrual (
        programme_id uuid not null,
        id uuid not null,
        external_id text not null,
        entry_id uuid not null,
        pool_id uuid not null,
        use_case_id uuid,
        period_key text not null,
        amount_minor bigint not null,
        payload_hash text not null,
        reason text not null,
        source text not null,
        renews uuid,
        recorded_at timestamptz not null default clock_timestamp(),
        recorded_by text not null,
        constraint accrual_pk primary key (programme_id, id),
        constraint accrual_external_id_key unique (programme_id, external_id),
        constraint accrual_entry_key unique (programme_id, entry_id),
        constraint accrual_renews_key unique (programme_id, renews),
        constraint accrual_entry_fk foreign key (programme_id, entry_id) references costs.cost_entry (programme_id, id),
        constraint accrual_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
        constraint accrual_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
        constraint accrual_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint accrual_renews_fk foreign key (programme_id, renews) references costs.accrual (programme_id, id),
        constraint accrual_amount_check check (amount_minor <> 0)
      )`);
    await runner.query(`create index accrual_period_idx on costs.accrual (programme_id, period_key)`);
    await runner.query(`
      create table costs.accrual_reversal (
        programme_id uuid not null,
        accrual_id uuid not null,
        entry_id uuid not null,
        period_key text not null,
        cause text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        recorded_by text not null,
        constraint accrual_reversal_pk primary key (programme_id, accrual_id),
        constraint accrual_reversal_entry_key unique (programme_id, entry_id),
        constraint accrual_reversal_accrual_fk foreign key (programme_id, accrual_id) references costs.accrual (programme_id, id),
        constraint accrual_reversal_entry_fk foreign key (programme_id, entry_id) references costs.cost_entry (programme_id, id),
        constraint accrual_reversal_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint accrual_reversal_cause_check check (cause in ('CLOSE', 'INVOICE', 'RELEASE'))
      )`);
    await runner.query(`
      create table costs.accrual_answer (
        programme_id uuid not null,
        id uuid not null,
        accrual_id uuid not null,
        kind text not null,
        entry_id uuid,
        reason text,
        recorded_at timestamptz not null default clock_timestamp(),
        recorded_by text not null,
        constraint accrual_answer_pk primary key (programme_id, id),
        constraint accrual_answer_entry_key unique (programme_id, entry_id),
        constraint accrual_answer_accrual_fk foreign key (programme_id, accrual_id) references costs.accrual (programme_id, id),
        constraint accrual_answer_entry_fk foreign key (programme_id, entry_id) references costs.cost_entry (programme_id, id),
        constraint accrual_answer_kind_check check (case kind when 'INVOICE' then entry_id is not null and reason is null when 'RELEASE' then entry_id is null and reason is not null else false end)
      )`);
    await runner.query(`create index accrual_answer_accrual_idx on costs.accrual_answer (programme_id, accrual_id)`);
    for (const table of ["accrual", "accrual_reversal", "accrual_answer"]) await runner.query(policy(`costs.${table}`, byFinance));

    await runner.query(`
      create table chargeback.restatement_request (
        programme_id uuid not null,
        period_key text not null,
        sequence integer not null,
        kind text not null,
        reason text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        recorded_by text not null,
        constraint restatement_request_pk primary key (programme_id, period_key, sequence),
        constraint restatement_request_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint restatement_request_kind_check check (kind in ('REQUESTED', 'WITHDRAWN', 'RESTATED'))
      )`);
    await runner.query(`
      create table chargeback.restatement (
        programme_id uuid not null,
        period_key text not null,
        version integer not null,
        run_id uuid,
        late_from timestamptz not null,
        late_to timestamptz not null,
        late_events bigint not null,
        late_cost_entries bigint not null,
        input_hash text not null,
        previous_hash text not null,
        hash text not null,
        reason text not null,
        requested_by text not null,
        requested_at timestamptz not null,
        restated_by text not null,
        restated_at timestamptz not null default clock_timestamp(),
        constraint restatement_pk primary key (programme_id, period_key, version),
        constraint restatement_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint restatement_run_fk foreign key (programme_id, run_id) references allocation.run (programme_id, id),
        constraint restatement_version_check check (version > 1),
        constraint restatement_range_check check (late_from < late_to),
        constraint restatement_people_check check (requested_by <> restated_by)
      )`);
    await runner.query(`
      create table chargeback.restatement_pool (
        programme_id uuid not null,
        period_key text not null,
        version integer not null,
        pool_id uuid not null,
        before_minor bigint not null,
        before_unallocated_minor bigint not null,
        after_minor bigint not null,
        after_unallocated_minor bigint not null,
        constraint restatement_pool_pk primary key (programme_id, period_key, version, pool_id),
        constraint restatement_pool_restatement_fk foreign key (programme_id, period_key, version) references chargeback.restatement (programme_id, period_key, version),
        constraint restatement_pool_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id)
      )`);
    await runner.query(`
      create table chargeback.restatement_cell (
        programme_id uuid not null,
        period_key text not null,
        version integer not null,
        pool_id uuid not null,
        business_unit_id uuid not null,
        use_case_id uuid not null,
        before_minor bigint not null,
        cost_minor bigint not null,
        usage_minor bigint not null,
        after_minor bigint not null,
        constraint restatement_cell_pk primary key (programme_id, period_key, version, pool_id, business_unit_id, use_case_id),
        constraint restatement_cell_pool_fk foreign key (programme_id, period_key, version, pool_id) references chargeback.restatement_pool (programme_id, period_key, version, pool_id),
        constraint restatement_cell_sum_check check (before_minor + cost_minor + usage_minor = after_minor)
      )`);
    await runner.query(policy("chargeback.restatement_request", byFinance));
    await runner.query(policy("chargeback.restatement", inProgramme));
    await runner.query(policy("chargeback.restatement_pool", byFinance));
    await runner.query(policy("chargeback.restatement_cell", seen));
    await runner.query(`
      alter table chargeback.statement add column restatement_version integer,
        add constraint statement_restatement_fk foreign key (programme_id, period_key, restatement_version) references chargeback.restatement (programme_id, period_key, version),
        drop constraint statement_version_check,
        add constraint statement_version_check check (version > 0 and (version = 1) = (previous_hash is null)
          and case when version = 1 then resolution_id is null else num_nonnulls(resolution_id, restatement_version) = 1 end)`);
    await runner.query(`
      alter table chargeback.statement_line drop constraint statement_line_kind_check,
        add constraint statement_line_kind_check check (kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESTATEMENT', 'RESOLUTION'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table chargeback.statement_line drop constraint statement_line_kind_check,
        add constraint statement_line_kind_check check (kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESOLUTION'))`);
    await runner.query(`
      alter table chargeback.statement drop constraint statement_restatement_fk, drop constraint statement_version_check, drop column restatement_version,
        add constraint statement_version_check check (version > 0 and (version = 1) = (previous_hash is null) and (version = 1) = (resolution_id is null))`);
    for (const table of ["restatement_cell", "restatement_pool", "restatement", "restatement_request"]) await runner.query(`drop table chargeback.${table}`);
    for (const table of ["accrual_answer", "accrual_reversal", "accrual"]) await runner.query(`drop table costs.${table}`);
    await runner.query(`drop table closing.check_sign_off`);
    await runner.query(`drop table closing.check_assignment`);
    await runner.query(`alter table closing.close_rules drop constraint close_rules_due_days_check, drop column due_days, drop column requires_owners, drop column requires_sign_offs, drop column late_usage, drop column late_cost, drop column blocks_on_unowned_cost`);
  }
}
