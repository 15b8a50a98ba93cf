import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, wholeProgramme } from "./row-security";

/** A corrected statement of a vendor takes the place of an earlier one, which is kept; what is sealed may be sealed anew under another key. */
export class StatementCorrections1760000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table rating.vendor_statement add column replaces uuid,
      add constraint vendor_statement_replaces_fk foreign key (programme_id, replaces) references rating.vendor_statement (programme_id, id),
      add constraint vendor_statement_replaces_key unique (programme_id, replaces),
      add constraint vendor_statement_replaces_check check (replaces <> id)`);
    await runner.query(`create policy reseals on metering.provider_key for update using (${inProgramme} and ${wholeProgramme}) with check (${inProgramme} and ${wholeProgramme})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop policy reseals on metering.provider_key`);
    await runner.query(`alter table rating.vendor_statement drop column replaces`);
  }
}
