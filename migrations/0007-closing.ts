import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, policy, reach, wholeProgramme } from "./row-security";

/** Closing a month: who asked and who closed, what arrived afterwards, and what it changes in the next month. */
export class Closing1760000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table governance.period
        add column close_requested_by text,
        add column close_requested_at timestamptz,
        add column closed_by text,
        add column audit_head text`);
    await runner.query(`
      create table metering.late_event (
        programme_id uuid not null,
        period_key text not null,
        event_key uuid not null,
        business_unit_id uuid,
        recorded_at timestamptz not null default clock_timestamp(),
        constraint late_event_pk primary key (programme_id, period_key, event_key)
      )`);
    await runner.query(`create index late_event_recorded_idx on metering.late_event (programme_id, period_key, recorded_at)`);
    await runner.query(`${forceRowSecurity("metering.late_event")}
      create policy sees on metering.late_event for select using (${inProgramme} and (${reach} in ('programme', 'ingest') or ${ownUnit}));
      create policy adds on metering.late_event for insert with check (${inProgramme} and (${wholeProgramme} or (${reach} = 'ingest' and (business_unit_id is null or ${ownUnit}))))`);

    await runner.query(`create schema closing`);
    await runner.query(`
      create table closing.close_rules (
        programme_id uuid not null,
        version integer not null,
        unattributed_threshold bigint not null,
        blocks_on_open_disputes boolean not null,
        blocks_on_unissued_statements boolean not null,
        reason text not null,
        set_by text not null,
        set_at timestamptz not null default clock_timestamp(),
        constraint close_rules_pk primary key (programme_id, version),
        constraint close_rules_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint close_rules_threshold_check check (unattributed_threshold >= 0)
      )`);
    await runner.query(policy("closing.close_rules", `${inProgramme} and ${wholeProgramme}`));

    await runner.query(`create schema chargeback`);
    await runner.query(`
      create table chargeback.adjustment (
        programme_id uuid not null,
        period_key text not null,
        origin_period_key text not null,
        run_id uuid,
        late_from timestamptz not null,
        late_to timestamptz not null,
        late_events bigint not null,
        late_cost_entries bigint not null,
        input_hash text not null,
        result_hash text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        recorded_by text not null,
        constraint adjustment_pk primary key (programme_id, period_key, origin_period_key),
        constraint adjustment_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint adjustment_origin_fk foreign key (programme_id, origin_period_key) references governance.period (programme_id, key),
        constraint adjustment_run_fk foreign key (programme_id, run_id) references allocation.run (programme_id, id),
        constraint adjustment_range_check check (late_from < late_to)
      )`);
    await runner.query(`
      create table chargeback.adjustment_pool (
        programme_id uuid not null,
        period_key text not null,
        origin_period_key text not null,
        pool_id uuid not null,
        amount_minor bigint not null,
        allocated_minor bigint not null,
        unallocated_minor bigint not null,
        constraint adjustment_pool_pk primary key (programme_id, period_key, origin_period_key, pool_id),
        constraint adjustment_pool_adjustment_fk foreign key (programme_id, period_key, origin_period_key) references chargeback.adjustment (programme_id, period_key, origin_period_key),
        constraint adjustment_pool_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
        constraint adjustment_pool_sum_check check (allocated_minor + unallocated_minor = amount_minor)
      )`);
    await runner.query(`
      create table chargeback.adjustment_line (
        programme_id uuid not null,
        period_key text not null,
        origin_period_key text not null,
        pool_id uuid not null,
        business_unit_id uuid not null,
        use_case_id uuid not null,
        amount_minor bigint not null,
        constraint adjustment_line_pk primary key (programme_id, period_key, origin_period_key, pool_id, business_unit_id, use_case_id),
        constraint adjustment_line_pool_fk foreign key (programme_id, period_key, origin_period_key, pool_id) references chargeback.adjustment_pool (programme_id, period_key, origin_period_key, pool_id),
        constraint adjustment_line_amount_check check (amount_minor <> 0)
      )`);
    await runner.query(policy("chargeback.adjustment", inProgramme));
    await runner.query(policy("chargeback.adjustment_pool", `${inProgramme} and ${wholeProgramme}`));
    await runner.query(policy("chargeback.adjustment_line", `${inProgramme} and (${wholeProgramme} or ${ownUnit})`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema chargeback cascade`);
    await runner.query(`drop schema closing cascade`);
    await runner.query(`drop table metering.late_event`);
    await runner.query(`alter table governance.period drop column close_requested_by, drop column close_requested_at, drop column closed_by, drop column audit_head`);
  }
}
