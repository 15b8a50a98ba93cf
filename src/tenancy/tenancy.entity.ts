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

export const UseCaseOwnershipEntity = new EntitySchema<Dated & { programmeId: string; useCaseId: string; effectiveFrom: string; version: number; businessUnitId: string; previousUnitId: string | null; changeId: string | null }>({
  name: "UseCaseOwnership", schema: "tenancy", tableName: "use_case_ownership",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    useCaseId: { type: "uuid", name: "use_case_id", primary: true },
    effectiveFrom: { type: "timestamptz", name: "effective_from", primary: true },
    version: { type: "integer", primary: true },
    businessUnitId: { type: "uuid", name: "business_unit_id" },
    previousUnitId: { type: "uuid", name: "previous_unit_id", nullable: true },
    changeId: { type: "uuid", name: "change_id", nullable: true },
    createdAt,
  },
});

export const OwnershipChangeEntity = new EntitySchema({
  name: "OwnershipChange", schema: "tenancy", tableName: "ownership_change",
  columns: {
    programme_id: { type: "uuid", primary: true },
    id: { type: "uuid", primary: true },
    kind: { type: "text" },
    effective_from: { type: "timestamptz" },
    reason: { type: "text" },
    moved_legs: { type: "bigint" },
    idempotency_key: { type: "text", nullable: true },
    payload_hash: { type: "text" },
    recorded_by: { type: "text" },
    recorded_at: { type: "timestamptz" },
  },
});

export const BusinessUnitClosingEntity = new EntitySchema({
  name: "BusinessUnitClosing", schema: "tenancy", tableName: "business_unit_closing",
  columns: {
    programme_id: { type: "uuid", primary: true },
    business_unit_id: { type: "uuid", primary: true },
    closed_from: { type: "timestamptz" },
    successor_unit_id: { type: "uuid" },
    change_id: { type: "uuid" },
  },
});

export const BusinessUnitParentEntity = new EntitySchema({
  name: "BusinessUnitParent", schema: "tenancy", tableName: "business_unit_parent",
  columns: {
    programme_id: { type: "uuid", primary: true },
    unit_id: { type: "uuid", primary: true },
    effective_from: { type: "timestamptz", primary: true },
    version: { type: "integer", primary: true },
    parent_unit_id: { type: "uuid", nullable: true },
    reason: { type: "text" },
    recorded_by: { type: "text" },
    recorded_at: { type: "timestamptz" },
  },
});
