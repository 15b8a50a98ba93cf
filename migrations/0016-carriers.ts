import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, reach } from "./row-security";

/** Which legs speak of the same telephone call, so that a carrier's leg counts once where a platform reports it too. */
export class Carriers1760000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table metering.call_link (
        programme_id uuid not null,
        telephony_ref text not null,
        leg_key uuid not null,
        source_id integer not null,
        constraint call_link_pk primary key (programme_id, telephony_ref, leg_key)
      )`);
    await runner.query(`create index call_link_leg_idx on metering.call_link (programme_id, leg_key)`);
    await runner.query(`
      create table metering.telephony_call (
        programme_id uuid not null,
        telephony_ref text not null,
        constraint telephony_call_pk primary key (programme_id, telephony_ref)
      )`);
    for (const table of ["call_link", "telephony_call"]) await runner.query(policy(`metering.${table}`, `${inProgramme} and ${reach} in ('programme', 'ingest')`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table metering.telephony_call`);
    await runner.query(`drop table metering.call_link`);
  }
}
