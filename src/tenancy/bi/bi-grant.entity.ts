import { EntitySchema } from "typeorm";

export const BiGrantEntity = new EntitySchema({
  name: "BiGrant", schema: "tenancy", tableName: "bi_grant",
  columns: {
    programme_id: { type: "uuid", primary: true },
    login: { type: "text", primary: true },
    version: { type: "integer", primary: true },
    whole_programme: { type: "boolean" },
    business_unit_ids: { type: "uuid", array: true },
    scopes: { type: "text", array: true },
    ended: { type: "boolean" },
    reason: { type: "text", nullable: true },
    recorded_at: { type: "timestamptz" },
    recorded_by: { type: "text" },
  },
});
