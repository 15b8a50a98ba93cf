import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

/**
 * Owners change from an instant on, and standing rules say what unknown codes mean. Both are only ever added to: of two
 * ownerships from the same instant the higher version holds.
 */
export class Ownership1760000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table tenancy.ownership_change (
        programme_id uuid not null,
        id uuid not null,
        kind text not null,
        effective_from timestamptz not null,
        reason text not null,
        moved_legs bigint not null,
        idempotency_key text,
        payload_hash text not null,
        recorded_by text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        constraint ownership_change_pk primary key (programme_id, id),
        constraint ownership_change_idempotency_key_key unique (programme_id, idempotency_key),
        constraint ownership_change_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint ownership_change_kind_check check (kind in ('MOVE', 'MERGE', 'SPLIT')),
        constraint ownership_change_moved_legs_check check (moved_legs >= 0)
      )`);
    // The change is written last, when it is known how much usage followed it: hence deferred to the commit.
    await runner.query(`
      alter table tenancy.use_case_ownership
        add column version integer not null default 1,
        add column previous_unit_id uuid,
        add column change_id uuid,
        drop constraint use_case_ownership_pk,
        add constraint use_case_ownership_pk primary key (programme_id, use_case_id, effective_from, version),
        add constraint use_case_ownership_version_check check (version > 0),
        add constraint use_case_ownership_previous_unit_fk foreign key (programme_id, previous_unit_id) references tenancy.business_unit (programme_id, id),
        add constraint use_case_ownership_change_fk foreign key (programme_id, change_id) references tenancy.ownership_change (programme_id, id) deferrable initially deferred`);
    await runner.query(`create index use_case_ownership_change_idx on tenancy.use_case_ownership (programme_id, change_id)`);
    await runner.query(`
      create table tenancy.business_unit_closing (
        programme_id uuid not null,
        business_unit_id uuid not null,
        closed_from timestamptz not null,
        successor_unit_id uuid not null,
        change_id uuid not null,
        constraint business_unit_closing_pk primary key (programme_id, business_unit_id),
        constraint business_unit_closing_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
        constraint business_unit_closing_successor_fk foreign key (programme_id, successor_unit_id) references tenancy.business_unit (programme_id, id),
        constraint business_unit_closing_change_fk foreign key (programme_id, change_id) references tenancy.ownership_change (programme_id, id) deferrable initially deferred,
        constraint business_unit_closing_successor_check check (successor_unit_id <> business_unit_id)
      )`);
    await runner.query(`
      create table metering.attribution_rule (
        programme_id uuid not null,
        id uuid not null,
        version integer not null,
        reported_use_case text not null,
        reported_business_unit text,
        source text,
        use_case_id uuid not null,
        effective_from timestamptz not null,
        reason text not null,
        attributed bigint not null,
        recorded_by text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        constraint attribution_rule_pk primary key (programme_id, id),
        constraint attribution_rule_version_key unique (programme_id, version),
        constraint attribution_rule_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
        constraint attribution_rule_version_check check (version > 0)
      )`);
    await runner.query(`create index attribution_rule_code_idx on metering.attribution_rule (programme_id, reported_use_case)`);
    await runner.query(`
      create table metering.attribution_rule_retirement (
        programme_id uuid not null,
        rule_id uuid not null,
        effective_until timestamptz not null,
        reason text not null,
        recorded_by text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        constraint attribution_rule_retirement_pk primary key (programme_id, rule_id),
        constraint attribution_rule_retirement_rule_fk foreign key (programme_id, rule_id) references metering.attribution_rule (programme_id, id)
      )`);
    // Few legs are placed by hand: what was said of a code before is found without reading all the others.
    await runner.query(`create index usage_leg_override_idx on metering.usage_leg (programme_id, override_use_case_id) where override_use_case_id is not null`);

    const whole = `${inProgramme} and ${wholeProgramme}`;
    await runner.query(policy("tenancy.ownership_change", whole));
    await runner.query(`${forceRowSecurity("tenancy.business_unit_closing")}
      create policy tenant on tenancy.business_unit_closing using (${inProgramme} and (${wholeProgramme} or ${ownUnit})) with check (${whole})`);
    await runner.query(policy("metering.attribution_rule", whole));
    await runner.query(policy("metering.attribution_rule_retirement", whole));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index metering.usage_leg_override_idx`);
    await runner.query(`drop table metering.attribution_rule_retirement, metering.attribution_rule, tenancy.business_unit_closing`);
    // Only the ownership that holds from an instant on can be kept; the owner of the table sees its rows only unforced.
    await runner.query(`alter table tenancy.use_case_ownership no force row level security`);
    await runner.query(`
      delete from tenancy.use_case_ownership o using tenancy.use_case_ownership n
      where n.programme_id = o.programme_id and n.use_case_id = o.use_case_id and n.effective_from = o.effective_from and n.version > o.version`);
    await runner.query(`
      alter table tenancy.use_case_ownership
        drop constraint use_case_ownership_pk,
        drop column version, drop column previous_unit_id, drop column change_id,
        add constraint use_case_ownership_pk primary key (programme_id, use_case_id, effective_from)`);
    await runner.query(`alter table tenancy.use_case_ownership force row level security`);
    await runner.query(`drop table tenancy.ownership_change`);
  }
}
