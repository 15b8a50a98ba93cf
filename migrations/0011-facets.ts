import { MigrationInterface, QueryRunner } from "typeorm";

/**
 * A leg has facets: itself, its cost, its outcome; what counts is composed of the newest of each. A leg that only ever got
 * one event needs no row beside it: the event that opens a leg says so, and a unique index keeps a second from opening it.
 */
export class Facets1760000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table metering.usage_event rename column attribution_of to derived_from`);
    await runner.query(`alter table metering.usage_event add column opens_leg boolean not null default false`);
    await runner.query(`alter table metering.usage_leg
      alter column head_event_key drop not null,
      add column leg_event_key uuid,
      add column cost_event_key uuid,
      add column outcome_event_key uuid,
      add column correction_event_key uuid,
      add column carried_by uuid`);
    await withoutForce(runner, async () => {
      await runner.query(`
        update metering.usage_event e set opens_leg = true
        from (select distinct on (programme_id, leg_key) programme_id, event_key from metering.usage_event where derived_from is null order by programme_id, leg_key, received_at, event_key) o
        where e.programme_id = o.programme_id and e.event_key = o.event_key`);
      await runner.query(`
        update metering.usage_leg l set leg_event_key = case when e.derived_from is null then e.event_key else e.derived_from end
        from metering.usage_event e where e.programme_id = l.programme_id and e.event_key = l.head_event_key`);
    });
    await runner.query(`alter table metering.usage_leg drop column head_type, drop column head_revision`);
    await runner.query(`create unique index usage_event_leg_key on metering.usage_event (programme_id, leg_key) where opens_leg`);
    await runner.query(`alter table metering.usage_superseded drop constraint usage_superseded_cause_check,
      add constraint usage_superseded_cause_check check (cause in ('REVISION', 'VOID', 'ATTRIBUTION', 'FACET', 'CORRECTION', 'CARRIER'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table metering.usage_superseded drop constraint usage_superseded_cause_check`);
    await runner.query(`alter table metering.usage_leg add column head_type metering.event_type, add column head_revision bigint`);
    await withoutForce(runner, async () => {
      await runner.query(`update metering.usage_superseded set cause = 'REVISION' where cause in ('FACET', 'CORRECTION', 'CARRIER')`);
      await runner.query(`
        insert into metering.usage_leg (programme_id, leg_key, head_event_key)
        select programme_id, leg_key, event_key from metering.usage_event where opens_leg on conflict do nothing`);
      await runner.query(`delete from metering.usage_leg where head_event_key is null`);
      await runner.query(`
        update metering.usage_leg l set head_type = e.type, head_revision = e.revision
        from metering.usage_event e where e.programme_id = l.programme_id and e.event_key = l.head_event_key`);
    });
    await runner.query(`alter table metering.usage_superseded add constraint usage_superseded_cause_check check (cause in ('REVISION', 'VOID', 'ATTRIBUTION'))`);
    await runner.query(`alter table metering.usage_leg
      alter column head_event_key set not null, alter column head_type set not null, alter column head_revision set not null,
      drop column leg_event_key, drop column cost_event_key, drop column outcome_event_key, drop column correction_event_key, drop column carried_by`);
    await runner.query(`drop index metering.usage_event_leg_key`);
    await runner.query(`alter table metering.usage_event drop column opens_leg`);
    await runner.query(`alter table metering.usage_event rename column derived_from to attribution_of`);
  }
}

const TABLES = ["usage_event", "usage_leg", "usage_superseded"];

/** Row-level security holds the owner too, who has no tenant: it would change no row, and say nothing. */
async function withoutForce(runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  for (const table of TABLES) await runner.query(`alter table metering.${table} no force row level security`);
  await work();
  for (const table of TABLES) await runner.query(`alter table metering.${table} force row level security`);
}
