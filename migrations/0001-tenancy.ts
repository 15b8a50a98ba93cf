import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, policy, reach, wholeProgramme } from "./row-security";

export class Tenancy1760000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema tenancy`);
    await runner.query(`
      create table tenancy.programme (
        id uuid not null,
        code text not null,
        name text not null,
        currency text not null,
        time_zone text not null,
        created_at timestamptz not null default now(),
        constraint programme_pk primary key (id),
        constraint programme_code_key unique (code),
        constraint programme_currency_check check (currency ~ '^[A-Z]{3}$')
      )`);
    await runner.query(`
      create table tenancy.business_unit (
        programme_id uuid not null,
        id uuid not null,
        code text not null,
        name text not null,
        cost_centre text,
        chargeback_mode text not null default 'SHOWBACK',
        created_at timestamptz not null default now(),
        constraint business_unit_pk primary key (programme_id, id),
        constraint business_unit_code_key unique (programme_id, code),
        constraint business_unit_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint business_unit_chargeback_mode_check check (chargeback_mode in ('SHOWBACK', 'CHARGEBACK'))
      )`);
    await runner.query(`
      create table tenancy.use_case (
        programme_id uuid not null,
        id uuid not null,
        code text not null,
        name text not null,
        created_at timestamptz not null default now(),
        constraint use_case_pk primary key (programme_id, id),
        constraint use_case_code_key unique (programme_id, code),
        constraint use_case_programme_fk foreign key (programme_id) references tenancy.programme (id)
      )`);
    await runner.query(`
      create table tenancy.use_case_ownership (
        programme_id uuid not null,
        use_case_id uuid not null,
        effective_from timestamptz not null,
        business_unit_id uuid not null,
        created_at timestamptz not null default now(),
        constraint use_case_ownership_pk primary key (programme_id, use_case_id, effective_from),
        constraint use_case_ownership_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
        constraint use_case_ownership_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id)
      )`);
    await runner.query(`create index use_case_ownership_business_unit_idx on tenancy.use_case_ownership (programme_id, business_unit_id)`);

    const thisProgramme = inProgramme.replace("programme_id", "id");
    await runner.query(`${forceRowSecurity("tenancy.programme")}
      create policy tenant on tenancy.programme
        using (${thisProgramme} or ${reach} = 'installation') with check (${reach} = 'installation')`);
    await runner.query(policy("tenancy.business_unit", `${inProgramme} and (${wholeProgramme} or ${ownUnit.replace("business_unit_id", "id")})`));
    await runner.query(policy("tenancy.use_case_ownership", `${inProgramme} and (${wholeProgramme} or ${ownUnit})`));
    await runner.query(`${forceRowSecurity("tenancy.use_case")}
      create policy tenant on tenancy.use_case
        using (${inProgramme} and (${wholeProgramme} or id in (select o.use_case_id from tenancy.use_case_ownership o where o.${inProgramme})))
        with check (${inProgramme} and ${wholeProgramme})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema tenancy cascade`);
  }
}
