import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

const seen = `${inProgramme} and (${wholeProgramme} or ${ownUnit})`;
const byFinance = `${inProgramme} and ${wholeProgramme}`;

/**
 * What standard rates recover beyond or below a pool's cost, kept apart from what else nobody bears in adjustments and restatements;
 * and true-ups, which give it back to the units: proposed by one person, posted by another, each month of a pool once.
 */
export class TrueUps1760000000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table chargeback.adjustment_pool add column variance_minor bigint not null default 0`);
    await runner.query(`alter table chargeback.restatement_pool add column before_variance_minor bigint not null default 0, add column after_variance_minor bigint not null default 0`);
    await runner.query(`
      create table chargeback.true_up (
        programme_id uuid not null,
        number integer not null,
        pool_id uuid not null,
        from_period_key text not null,
        to_period_key text not null,
        amount_minor bigint not null,
        hash text not null,
        reason text not null,
        proposed_by text not null,
        proposed_at timestamptz not null default clock_timestamp(),
        constraint true_up_pk primary key (programme_id, number),
        constraint true_up_proposal_key unique (programme_id, number, pool_id, proposed_by),
        constraint true_up_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
        constraint true_up_from_fk foreign key (programme_id, from_period_key) references governance.period (programme_id, key),
        constraint true_up_to_fk foreign key (programme_id, to_period_key) references governance.period (programme_id, key),
        constraint true_up_span_check check (number > 0 and from_period_key <= to_period_key)
      )`);
    await runner.query(`
      create table chargeback.true_up_posting (
        programme_id uuid not null,
        number integer not null,
        pool_id uuid not null,
        period_key text not null,
        proposed_by text not null,
        posted_by text not null,
        posted_at timestamptz not null default clock_timestamp(),
        constraint true_up_posting_pk primary key (programme_id, number),
        constraint true_up_posting_pool_key unique (programme_id, number, pool_id),
        constraint true_up_posting_proposal_fk foreign key (programme_id, number, pool_id, proposed_by) references chargeback.true_up (programme_id, number, pool_id, proposed_by),
        constraint true_up_posting_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint true_up_posting_people_check check (proposed_by <> posted_by)
      )`);
    await runner.query(`create index true_up_posting_period_idx on chargeback.true_up_posting (programme_id, period_key)`);
    await runner.query(`
      create table chargeback.true_up_month (
        programme_id uuid not null,
        number integer not null,
        pool_id uuid not null,
        period_key text not null,
        figures_version integer not null,
        cost_minor bigint not null,
        recovered_minor bigint not null,
        variance_minor bigint not null,
        constraint true_up_month_pk primary key (programme_id, number, period_key),
        constraint true_up_month_once_key unique (programme_id, pool_id, period_key, figures_version),
        constraint true_up_month_posting_fk foreign key (programme_id, number, pool_id) references chargeback.true_up_posting (programme_id, number, pool_id),
        constraint true_up_month_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint true_up_month_version_check check (figures_version > 0)
      )`);
    await runner.query(`
      create table chargeback.true_up_line (
        programme_id uuid not null,
        number integer not null,
        business_unit_id uuid not null,
        use_case_id uuid not null,
        charged_minor bigint not null,
        amount_minor bigint not null,
        constraint true_up_line_pk primary key (programme_id, number, business_unit_id, use_case_id),
        constraint true_up_line_posting_fk foreign key (programme_id, number) references chargeback.true_up_posting (programme_id, number),
        constraint true_up_line_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
        constraint true_up_line_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id)
      )`);
    for (const table of ["true_up", "true_up_posting", "true_up_month"]) await runner.query(policy(`chargeback.${table}`, byFinance));
    await runner.query(policy("chargeback.true_up_line", seen));
    await runner.query(`
      alter table chargeback.statement_line drop constraint statement_line_kind_check,
        add constraint statement_line_kind_check check (kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESTATEMENT', 'TRUE_UP', 'RESOLUTION'))`);
    await runner.query(`
      alter table journals.journal_line drop constraint journal_line_kind_check,
        add constraint journal_line_kind_check check (case when kind is null then charged_unit_id is null
          else kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESTATEMENT', 'TRUE_UP', 'RESOLUTION', 'UNALLOCATED', 'VARIANCE') and (kind not in ('UNALLOCATED', 'VARIANCE')) = (charged_unit_id is not null) end)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table journals.journal_line drop constraint journal_line_kind_check,
        add constraint journal_line_kind_check check (case when kind is null then charged_unit_id is null
          else kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESTATEMENT', 'RESOLUTION', 'UNALLOCATED') and (kind <> 'UNALLOCATED') = (charged_unit_id is not null) end)`);
    await runner.query(`
      alter table chargeback.statement_line drop constraint statement_line_kind_check,
        add constraint statement_line_kind_check check (kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESTATEMENT', 'RESOLUTION'))`);
    for (const table of ["true_up_line", "true_up_month", "true_up_posting", "true_up"]) await runner.query(`drop table chargeback.${table}`);
    await runner.query(`alter table chargeback.restatement_pool drop column before_variance_minor, drop column after_variance_minor`);
    await runner.query(`alter table chargeback.adjustment_pool drop column variance_minor`);
  }
}
