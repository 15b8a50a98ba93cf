import { randomUUID } from "node:crypto";
import { CreateBusinessUnitPorts } from "./create-business-unit";
import { CreateProgrammePorts } from "./create-programme";
import { CreateUseCasePorts } from "./create-use-case";
import { InstallationTransaction, TenantTransaction } from "./database.store";
import { findClosings } from "./ownership.store";
import { Principal } from "./principal";
import { RecordAudit } from "./request-context";
import { holdOwnership, programmeStore, tenancyStore } from "./tenancy.store";

/** What `createProgramme` needs, over one transaction. */
export function createProgrammePorts(tx: InstallationTransaction, principal: Principal, record: RecordAudit): CreateProgrammePorts {
  return {
    ...programmeStore(tx),
    newId: randomUUID,
    audit: async (programme) => record(await tx.enter(principal, programme), { action: "createProgramme", subjectKind: "Programme", subjectKey: programme.code, after: { ...programme } }),
  };
}

/** What `createBusinessUnit` needs, over one transaction. */
export function createBusinessUnitPorts(tx: TenantTransaction, record: RecordAudit): CreateBusinessUnitPorts {
  return {
    ...tenancyStore(tx),
    newId: randomUUID,
    audit: (unit) => record(tx, { action: "createBusinessUnit", subjectKind: "BusinessUnit", subjectKey: unit.code, after: { ...unit } }),
  };
}

/** What `createUseCase` needs, over one transaction. */
export function createUseCasePorts(tx: TenantTransaction, record: RecordAudit): CreateUseCasePorts {
  return {
    ...tenancyStore(tx),
    newId: randomUUID,
    closedFrom: async (unit) => {
      await holdOwnership(tx, "shared");
      return (await findClosings(tx, [unit.id]))[0]?.closedFrom ?? null;
    },
    audit: (useCase, owner) => record(tx, { action: "createUseCase", subjectKind: "UseCase", subjectKey: useCase.code, after: { ...useCase, businessUnit: owner.code } }),
  };
}
