import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

const whole = `${inProgramme} and ${wholeProgramme}`;

/**
 * Policies by every method: what holds for all pools, cost that goes between them and the chain it goes along, figures
 * that are no plain share of one driver, the facts such a run stood on, drivers that finance books, and a hierarchy of
 * units. What proportional policies stored stays as it is.
 */
export class AllocationMethods1760000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table allocation.policy add column settings jsonb`);
    await runner.query(`
      alter table allocation.run_pool
        add column step smallint, add column received_minor bigint not null default 0, add column passed_minor bigint not null default 0, add column variance_minor bigint not null default 0,
        drop constraint run_pool_sum_check,
        add constraint run_pool_sum_check check (allocated_minor + unallocated_minor + passed_minor = amount_minor + received_minor),
        add constraint run_pool_step_check check (step is not null or (received_minor = 0 and passed_minor = 0 and variance_minor = 0))`);
    for (const table of ["unit_share", "line"]) {
      await runner.query(`
        alter table allocation.${table}
          alter column driver drop not null, alter column driver_quantity drop not null, alter column driver_total drop not null, alter column share_numerator drop not null, alter column share_denominator drop not null,
          add column exact_numerator numeric, add column exact_denominator numeric,
          drop constraint ${table}_share_check,
          add constraint ${table}_share_check check (
            case when exact_denominator is null
              then num_nonnulls(driver, driver_quantity, driver_total, share_numerator, share_denominator) = 5 and share_numerator >= 0 and share_denominator > 0 and share_numerator <= share_denominator and share_denominator < 'Infinity'
              else exact_numerator is not null and exact_denominator > 0 and exact_denominator < 'Infinity' and num_nonnulls(share_numerator, share_denominator) in (0, 2) and coalesce(share_denominator > 0, true) end)`);
    }
    await runner.query(`
      alter table allocation.line
        add column split text, add column split_driver text, add column split_quantity numeric, add column split_total numeric,
        add constraint line_split_check check ((split is null) = (exact_denominator is null) and split in ('MEASURED', 'BOOKED', 'EVEN', 'PRIOR', 'SEVERAL'))`);
    for (const table of TABLES) await runner.query(table);
    for (const [table, rule] of POLICIES) await runner.query(policy(table, rule));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table allocation.chain_link, allocation.run_inputs, allocation.booked_quantity, allocation.driver_booking, tenancy.business_unit_parent`);
    // The owner of the tables sees their rows only unforced. Figures by methods keep their amounts; what has no place any more goes.
    for (const table of ["run_pool", "unit_share", "line"]) await runner.query(`alter table allocation.${table} no force row level security`);
    await runner.query(`alter table allocation.line drop constraint line_split_check, drop column split, drop column split_driver, drop column split_quantity, drop column split_total`);
    for (const table of ["unit_share", "line"]) {
      await runner.query(`alter table allocation.${table} drop constraint ${table}_share_check`);
      await runner.query(`
        update allocation.${table} set driver = coalesce(driver, ''), driver_quantity = coalesce(driver_quantity, 0), driver_total = coalesce(driver_total, 0), share_numerator = 0, share_denominator = 1
        where exact_denominator is not null`);
      await runner.query(`
        alter table allocation.${table}
          alter column driver set not null, alter column driver_quantity set not null, alter column driver_total set not null, alter column share_numerator set not null, alter column share_denominator set not null,
          drop column exact_numerator, drop column exact_denominator,
          add constraint ${table}_share_check check (share_numerator >= 0 and share_denominator > 0 and share_numerator <= share_denominator and share_denominator < 'Infinity')`);
    }
    await runner.query(`alter table allocation.run_pool drop constraint run_pool_sum_check, drop constraint run_pool_step_check`);
    await runner.query(`update allocation.run_pool set amount_minor = amount_minor + received_minor - passed_minor`);
    await runner.query(`
      alter table allocation.run_pool drop column step, drop column received_minor, drop column passed_minor, drop column variance_minor,
        add constraint run_pool_sum_check check (allocated_minor + unallocated_minor = amount_minor)`);
    for (const table of ["run_pool", "unit_share", "line"]) await runner.query(`alter table allocation.${table} force row level security`);
    await runner.query(`alter table allocation.policy drop column settings`);
  }
}

const TABLES: readonly string[] = [
  `create table allocation.run_inputs (
    programme_id uuid not null,
    run_id uuid not null,
    inputs jsonb not null,
    constraint run_inputs_pk primary key (programme_id, run_id),
    constraint run_inputs_run_fk foreign key (programme_id, run_id) references allocation.run (programme_id, id)
  )`,
  `create table allocation.chain_link (
    programme_id uuid not null,
    run_id uuid not null,
    position integer not null,
    pool_id uuid not null,
    part smallint,
    leg text,
    to_unit_id uuid,
    to_pool_id uuid,
    driver text,
    driver_name text,
    quantity text,
    total text,
    share text,
    rate text,
    amount text not null,
    constraint chain_link_pk primary key (programme_id, run_id, position),
    constraint chain_link_run_pool_fk foreign key (programme_id, run_id, pool_id) references allocation.run_pool (programme_id, run_id, pool_id),
    constraint chain_link_to_pool_fk foreign key (programme_id, run_id, to_pool_id) references allocation.run_pool (programme_id, run_id, pool_id),
    constraint chain_link_unit_fk foreign key (programme_id, to_unit_id) references tenancy.business_unit (programme_id, id),
    constraint chain_link_to_check check (num_nonnulls(to_unit_id, to_pool_id) = 1)
  )`,
  `create table allocation.driver_booking (
    programme_id uuid not null,
    id uuid not null,
    driver text not null,
    period_key text not null,
    version integer not null,
    kind text not null,
    unit text not null,
    holds text not null,
    reason text not null,
    payload_hash text not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint driver_booking_pk primary key (programme_id, id),
    constraint driver_booking_version_key unique (programme_id, driver, period_key, version),
    constraint driver_booking_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
    constraint driver_booking_version_check check (version > 0),
    constraint driver_booking_kind_check check (kind in ('HEADCOUNT', 'RESERVED_CAPACITY', 'PRACTICAL_CAPACITY', 'BUDGET', 'SERVICE', 'OTHER')),
    constraint driver_booking_holds_check check (holds in ('UNTIL_REPLACED', 'PERIOD_ONLY'))
  )`,
  `create table allocation.booked_quantity (
    programme_id uuid not null,
    booking_id uuid not null,
    position integer not null,
    unit_id uuid,
    use_case_id uuid,
    pool_id uuid,
    quantity numeric not null,
    constraint booked_quantity_pk primary key (programme_id, booking_id, position),
    constraint booked_quantity_booking_fk foreign key (programme_id, booking_id) references allocation.driver_booking (programme_id, id),
    constraint booked_quantity_unit_fk foreign key (programme_id, unit_id) references tenancy.business_unit (programme_id, id),
    constraint booked_quantity_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
    constraint booked_quantity_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
    constraint booked_quantity_of_check check (num_nonnulls(unit_id, pool_id) = 1 and (use_case_id is null or unit_id is not null)),
    constraint booked_quantity_check check (quantity <> 'NaN' and quantity < 'Infinity' and quantity > '-Infinity')
  )`,
  `create table tenancy.business_unit_parent (
    programme_id uuid not null,
    unit_id uuid not null,
    effective_from timestamptz not null,
    version integer not null,
    parent_unit_id uuid,
    reason text not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint business_unit_parent_pk primary key (programme_id, unit_id, effective_from, version),
    constraint business_unit_parent_unit_fk foreign key (programme_id, unit_id) references tenancy.business_unit (programme_id, id),
    constraint business_unit_parent_parent_fk foreign key (programme_id, parent_unit_id) references tenancy.business_unit (programme_id, id),
    constraint business_unit_parent_self_check check (parent_unit_id <> unit_id),
    constraint business_unit_parent_version_check check (version > 0)
  )`,
];

const POLICIES: ReadonlyArray<readonly [string, string]> = [
  ["allocation.run_inputs", whole],
  // What goes between pools explains every unit's charge; what another unit bears is that unit's.
  ["allocation.chain_link", `${inProgramme} and (${wholeProgramme} or to_unit_id is null or ${ownUnit.replace("business_unit_id", "to_unit_id")})`],
  ["allocation.driver_booking", whole],
  ["allocation.booked_quantity", whole],
  ["tenancy.business_unit_parent", whole],
];
