import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

const byFinance = `${inProgramme} and ${wholeProgramme}`;

/**
 * Who answers for a check of the close and until when, and who signed it off on what evidence; accruals, how they were taken
 * back and what came of them. Every table is only added to.
 */
export class Close1760000000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table closing.close_rules
        add column due_days integer,
        add column requires_owners boolean not null default false,
        add column requires_sign_offs boolean not null default false,
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
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["accrual_answer", "accrual_reversal", "accrual"]) await runner.query(`drop table costs.${table}`);
    await runner.query(`drop table closing.check_sign_off`);
    await runner.query(`drop table closing.check_assignment`);
    await runner.query(`alter table closing.close_rules drop constraint close_rules_due_days_check, drop column due_days, drop column requires_owners, drop column requires_sign_offs`);
  }
}
