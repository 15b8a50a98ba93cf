import { BusinessUnit } from "./business-unit";
import { InstallationTransaction, TenantTransaction } from "./database.store";
import { Programme } from "./programme";
import { BusinessUnitEntity, ProgrammeEntity, UseCaseEntity } from "./tenancy.entity";
import { UseCase } from "./use-case";

/** Programmes, for those who may find and make them. */
export function programmeStore(tx: InstallationTransaction) {
  const programmes = tx.manager.getRepository(ProgrammeEntity);
  return {
    findProgramme: (code: string): Promise<Programme | null> => programmes.findOneBy({ code }),
    findProgrammeById: (id: string): Promise<Programme | null> => programmes.findOneBy({ id }),
    listProgrammes: (): Promise<Programme[]> => programmes.find({ order: { code: "ASC" } }),
    saveProgramme: async (programme: Programme): Promise<void> => void (await programmes.insert(programme)),
  };
}

/** Units, use cases and who owns them, within the transaction's programme. */
export function tenancyStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const units = tx.manager.getRepository(BusinessUnitEntity);
  const useCases = tx.manager.getRepository(UseCaseEntity);
  return {
    findBusinessUnit: (code: string): Promise<BusinessUnit | null> => units.findOneBy({ programmeId, code }),
    findBusinessUnits: (codes: readonly string[]): Promise<BusinessUnit[]> =>
      tx.query(`select ${UNIT_COLUMNS} from tenancy.business_unit where programme_id = $1 and code = any($2)`, [programmeId, codes]),
    listBusinessUnits: (): Promise<BusinessUnit[]> =>
      tx.query(`select ${UNIT_COLUMNS} from tenancy.business_unit where programme_id = $1 order by code collate "C"`, [programmeId]),
    saveBusinessUnit: async (unit: BusinessUnit): Promise<void> => void (await units.insert({ programmeId, ...unit })),
    findUseCases: (codes: readonly string[]): Promise<UseCase[]> =>
      tx.query("select id, code, name from tenancy.use_case where programme_id = $1 and code = any($2)", [programmeId, codes]),
    findUseCase: async (code: string): Promise<{ useCase: UseCase; firstOwner: string } | null> => {
      const useCase = await useCases.findOneBy({ programmeId, code });
      if (!useCase) return null;
      const [first] = await tx.query<{ owner: string }>(
        "select business_unit_id as owner from tenancy.use_case_ownership where programme_id = $1 and use_case_id = $2 order by effective_from, version limit 1",
        [programmeId, useCase.id],
      );
      return { useCase, firstOwner: first?.owner ?? "" };
    },
    /** The caller holds who owns what. */
    saveUseCase: async (useCase: UseCase, owner: BusinessUnit): Promise<void> => {
      await useCases.insert({ programmeId, ...useCase });
      await tx.query(
        "insert into tenancy.use_case_ownership (programme_id, use_case_id, effective_from, business_unit_id) values ($1, $2, '-infinity', $3)",
        [programmeId, useCase.id, owner.id],
      );
    },
    /** Ids of the units of these codes that exist. */
    unitIds: async (codes: readonly string[]): Promise<Map<string, string>> => {
      const rows = await tx.query<{ code: string; id: string }>("select code, id from tenancy.business_unit where programme_id = $1 and code = any($2)", [programmeId, codes]);
      return new Map(rows.map((row) => [row.code, row.id]));
    },
  };
}

const UNIT_COLUMNS = `id, code, name, cost_centre as "costCentre", chargeback_mode as "chargebackMode"`;

/**
 * Holds who owns what until this transaction ends: shared by those who make a use case, alone by those who change
 * owners or end a unit and by those who fix an instant up to which owners count (a run, a close). Nobody is then half
 * written at that instant.
 */
export async function holdOwnership(tx: TenantTransaction, how: "shared" | "alone"): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock${how === "shared" ? "_shared" : ""}(hashtextextended($1, 4))`, [tx.scope.programme.id]);
}
