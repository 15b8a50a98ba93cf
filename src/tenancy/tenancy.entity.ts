import { EntitySchema } from "typeorm";
import { BusinessUnit } from "./business-unit";
import { Programme } from "./programme";
import { UseCase } from "./use-case";

/** When the row was written; the database says it. */
interface Dated {
  readonly createdAt: Date;
}

type InProgramme<T> = T & Dated & { readonly programmeId: string };

const createdAt = { type: "timestamptz", name: "created_at", insert: false, default: () => "now()" } as const;

export const ProgrammeEntity = new EntitySchema<Programme & Dated>({
  name: "Programme", schema: "tenancy", tableName: "programme",
  columns: {
    id: { type: "uuid", primary: true },
    code: { type: "text" },
    name: { type: "text" },
    currency: { type: "text" },
    timeZone: { type: "text", name: "time_zone" },
    createdAt,
  },
});

export const BusinessUnitEntity = new EntitySchema<InProgramme<BusinessUnit>>({
  name: "BusinessUnit", schema: "tenancy", tableName: "business_unit",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    id: { type: "uuid", primary: true },
    code: { type: "text" },
    name: { type: "text" },
    costCentre: { type: "text", name: "cost_centre", nullable: true },
    chargebackMode: { type: "text", name: "chargeback_mode" },
    createdAt,
  },
});

export const UseCaseEntity = new EntitySchema<InProgramme<UseCase>>({
  name: "UseCase", schema: "tenancy", tableName: "use_case",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    id: { type: "uuid", primary: true },
    code: { type: "text" },
    name: { type: "text" },
    createdAt,
  },
});

export const UseCaseOwnershipEntity = new EntitySchema<Dated & { programmeId: string; useCaseId: string; effectiveFrom: string; businessUnitId: string }>({
  name: "UseCaseOwnership", schema: "tenancy", tableName: "use_case_ownership",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    useCaseId: { type: "uuid", name: "use_case_id", primary: true },
    effectiveFrom: { type: "timestamptz", name: "effective_from", primary: true },
    businessUnitId: { type: "uuid", name: "business_unit_id" },
    createdAt,
  },
});
