import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

const byFinance = `${inProgramme} and ${wholeProgramme}`;

/** Who answers for a check of the close and until when, and who signed it off on what evidence. Every table is only added to. */
export class CloseDuties1760000000025 implements MigrationInterface {
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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table closing.check_sign_off`);
    await runner.query(`drop table closing.check_assignment`);
    await runner.query(`alter table closing.close_rules drop constraint close_rules_due_days_check, drop column due_days, drop column requires_owners, drop column requires_sign_offs`);
  }
}
