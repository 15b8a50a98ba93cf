import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

/** Keys of service accounts: who they are, their secrets as hashes, when they were last used, and that they were revoked. */
export class ApiKeys1760000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [name, columns] of TABLES) {
      await runner.query(`create table tenancy.${name} (programme_id uuid not null, key_id text not null, ${columns})`);
      await runner.query(policy(`tenancy.${name}`, `${inProgramme} and ${wholeProgramme}`));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name] of [...TABLES].reverse()) await runner.query(`drop table tenancy.${name}`);
  }
}

const ofKey = (table: string): string => `constraint ${table}_key_fk foreign key (programme_id, key_id) references tenancy.api_key (programme_id, key_id)`;

const TABLES: ReadonlyArray<[string, string]> = [
  ["api_key", `
    code text not null,
    description text,
    role text not null,
    business_units text[] not null,
    datasets text[],
    created_at timestamptz not null,
    created_by text not null,
    constraint api_key_pk primary key (programme_id, key_id),
    constraint api_key_code_key unique (programme_id, code),
    constraint api_key_programme_fk foreign key (programme_id) references tenancy.programme (id),
    constraint api_key_role_check check (role in ('FINANCE', 'BUSINESS_UNIT', 'EXECUTIVE', 'INTEGRATION', 'PROGRAMME_LEAD', 'STEERING', 'OPERATOR', 'AUDITOR')),
    constraint api_key_units_check check ((role in ('BUSINESS_UNIT', 'INTEGRATION', 'OPERATOR')) = (cardinality(business_units) > 0)),
    constraint api_key_datasets_check check (cardinality(datasets) > 0)`],
  ["api_key_secret", `
    version integer not null,
    secret_hash text not null,
    expires_at timestamptz not null,
    previous_until timestamptz,
    made_at timestamptz not null,
    made_by text not null,
    constraint api_key_secret_pk primary key (programme_id, key_id, version),
    ${ofKey("api_key_secret")},
    constraint api_key_secret_version_check check (version > 0 and (version = 1) = (previous_until is null)),
    constraint api_key_secret_hash_check check (secret_hash ~ '^[0-9a-f]{64}$'),
    constraint api_key_secret_life_check check (expires_at > made_at and expires_at <= made_at + interval '366 days')`],
  ["api_key_revocation", `
    reason text not null,
    revoked_at timestamptz not null,
    revoked_by text not null,
    constraint api_key_revocation_pk primary key (programme_id, key_id),
    ${ofKey("api_key_revocation")}`],
  ["api_key_use", `
    used_at timestamptz not null,
    constraint api_key_use_pk primary key (programme_id, key_id),
    ${ofKey("api_key_use")}`],
];
