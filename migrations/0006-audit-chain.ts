import { MigrationInterface, QueryRunner } from "typeorm";
import { ChainLink, ChainedEntry, chainEntry } from "../src/governance/audit-chain";
import { inProgramme, policy, wholeProgramme } from "./row-security";

const PAGE = 500;

/** The audit trail becomes a chain of hashes per programme; entries that are there are chained in the order they were recorded. */
export class AuditChain1760000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table governance.audit_head (
        programme_id uuid not null,
        sequence bigint not null,
        hash text not null,
        constraint audit_head_pk primary key (programme_id),
        constraint audit_head_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint audit_head_sequence_check check (sequence >= 0)
      )`);
    await runner.query(policy("governance.audit_head", `${inProgramme} and ${wholeProgramme}`));
    await runner.query(`alter table governance.audit_entry add column sequence bigint, add column previous_hash text, add column hash text`);
    await chainEverything(runner);
    await runner.query(`
      alter table governance.audit_entry
        alter column sequence set not null,
        alter column previous_hash set not null,
        alter column hash set not null,
        add constraint audit_entry_sequence_key unique (programme_id, sequence),
        add constraint audit_entry_previous_hash_key unique (programme_id, previous_hash),
        add constraint audit_entry_sequence_check check (sequence > 0)`);
    // The trail is read by number now.
    await runner.query(`drop index governance.audit_entry_recorded_idx`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`create index audit_entry_recorded_idx on governance.audit_entry (programme_id, recorded_at, id)`);
    await runner.query(`alter table governance.audit_entry drop column sequence, drop column previous_hash, drop column hash`);
    await runner.query(`drop table governance.audit_head`);
  }
}

/** Row-level security holds the owner, too: each programme is entered in turn. */
async function chainEverything(runner: QueryRunner): Promise<void> {
  await enter(runner, "", "installation");
  const programmes = (await runner.query("select id from tenancy.programme order by id")) as Array<{ id: string }>;
  for (const { id } of programmes) {
    await enter(runner, id, "programme");
    await chainProgramme(runner, id);
  }
  await enter(runner, "", "");
}

const enter = (runner: QueryRunner, programmeId: string, reach: string): Promise<unknown> => runner.query("select set_config('app.programme', $1, true), set_config('app.reach', $2, true)", [programmeId, reach]);

async function chainProgramme(runner: QueryRunner, programmeId: string): Promise<void> {
  let head: ChainLink | null = null;
  for (;;) {
    const page = (await runner.query(
      `select programme_id as "programmeId", id, trunc(extract(epoch from recorded_at) * 1000000)::text as "recordedAtMicros", subject, role, action,
         subject_kind as "subjectKind", subject_key as "subjectKey", reason, before::text as "beforeJson", after::text as "afterJson"
       from governance.audit_entry where programme_id = $1 and sequence is null order by recorded_at, id limit ${PAGE}`,
      [programmeId],
    )) as Array<Omit<ChainedEntry, "sequence" | "previousHash" | "hash">>;
    if (page.length === 0) break;
    const chained: ChainedEntry[] = [];
    for (const contents of page) chained.push(chainEntry(chained.at(-1) ?? head, contents));
    await runner.query(
      `update governance.audit_entry e set sequence = c.sequence, previous_hash = c.previous_hash, hash = c.hash
       from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[]) as c (id, sequence, previous_hash, hash)
       where e.programme_id = $1 and e.id = c.id`,
      [programmeId, chained.map(({ id }) => id), chained.map(({ sequence }) => sequence), chained.map(({ previousHash }) => previousHash), chained.map(({ hash }) => hash)],
    );
    head = chained.at(-1)!;
  }
  if (head) await runner.query("insert into governance.audit_head (programme_id, sequence, hash) values ($1, $2, $3)", [programmeId, head.sequence, head.hash]);
}
