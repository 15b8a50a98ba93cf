import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, wholeProgramme } from "./row-security";

const seen = `${inProgramme} and (${wholeProgramme} or ${ownUnit})`;
const byFinance = `${inProgramme} and ${wholeProgramme}`;
const ofUnit = (more: string): string => `${inProgramme} and (${wholeProgramme} or (${ownUnit} and status in ('ACCEPTED', 'DISPUTED')${more}))`;

/** What one may see and what one may add, said apart. */
const apart = (table: string, sees: string, adds: string): string =>
  `${forceRowSecurity(table)} create policy sees on ${table} for select using (${sees}); create policy adds on ${table} for insert with check (${adds});`;

/**
 * Until when a statement may be disputed and finance answers, by rules in versions; acceptance by silence as an event; what
 * both sides write about a dispute. Every table is only added to.
 */
export class StatementDeadlines1760000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table chargeback.statement_rules (
        programme_id uuid not null,
        version integer not null,
        dispute_days integer,
        answer_days integer,
        silence text not null,
        reason text not null,
        set_by text not null,
        set_at timestamptz not null default clock_timestamp(),
        constraint statement_rules_pk primary key (programme_id, version),
        constraint statement_rules_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint statement_rules_version_check check (version > 0),
        constraint statement_rules_days_check check (dispute_days between 1 and 365 and answer_days between 1 and 365),
        constraint statement_rules_silence_check check (silence = 'WAITS' or (silence = 'ACCEPTS' and dispute_days is not null))
      )`);
    // A unit may read by which rules its days are counted.
    await runner.query(apart("chargeback.statement_rules", inProgramme, byFinance));
    await runner.query(`
      alter table chargeback.statement_event
        add column disputable_until date,
        add column rules_version integer,
        add column by_silence boolean not null default false,
        add constraint statement_event_rules_fk foreign key (programme_id, rules_version) references chargeback.statement_rules (programme_id, version),
        add constraint statement_event_until_check check (disputable_until is null or rules_version is not null),
        add constraint statement_event_silence_check check (not by_silence or (status = 'ACCEPTED' and disputable_until is not null and reason is not null))`);
    await runner.query(`drop policy adds on chargeback.statement_event; create policy adds on chargeback.statement_event for insert with check (${ofUnit(" and not by_silence")})`);
    await runner.query(`alter table chargeback.dispute add column answer_by date`);
    await runner.query(`
      create table chargeback.dispute_message (
        programme_id uuid not null,
        dispute_id uuid not null,
        sequence integer not null,
        business_unit_id uuid not null,
        side text not null,
        text text not null,
        evidence jsonb not null,
        idempotency_key text,
        payload_hash text not null,
        written_by text not null,
        written_at timestamptz not null default clock_timestamp(),
        constraint dispute_message_pk primary key (programme_id, dispute_id, sequence),
        constraint dispute_message_idempotency_key_key unique (programme_id, dispute_id, side, idempotency_key),
        constraint dispute_message_dispute_fk foreign key (programme_id, dispute_id, business_unit_id) references chargeback.dispute (programme_id, id, business_unit_id),
        constraint dispute_message_side_check check (side in ('UNIT', 'FINANCE')),
        constraint dispute_message_sequence_check check (sequence > 0)
      )`);
    // Each side writes under its own name alone.
    await runner.query(apart("chargeback.dispute_message", seen, `${inProgramme} and case side when 'FINANCE' then ${wholeProgramme} else ${ownUnit} end`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table chargeback.dispute_message`);
    await runner.query(`alter table chargeback.dispute drop column answer_by`);
    await runner.query(`drop policy adds on chargeback.statement_event; create policy adds on chargeback.statement_event for insert with check (${ofUnit("")})`);
    await runner.query(`
      alter table chargeback.statement_event drop constraint statement_event_silence_check, drop constraint statement_event_until_check, drop constraint statement_event_rules_fk,
        drop column disputable_until, drop column rules_version, drop column by_silence`);
    await runner.query(`drop table chargeback.statement_rules`);
  }
}
