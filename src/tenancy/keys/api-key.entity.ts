import { EntitySchema } from "typeorm";

const keyOf = { programme_id: { type: "uuid", primary: true }, key_id: { type: "text", primary: true } } as const;

export const apiKeyEntities = [
  new EntitySchema({
    name: "ApiKey", schema: "tenancy", tableName: "api_key",
    columns: {
      ...keyOf,
      code: { type: "text" },
      description: { type: "text", nullable: true },
      role: { type: "text" },
      business_units: { type: "text", array: true },
      datasets: { type: "text", array: true, nullable: true },
      created_at: { type: "timestamptz" },
      created_by: { type: "text" },
    },
  }),
  new EntitySchema({
    name: "ApiKeySecret", schema: "tenancy", tableName: "api_key_secret",
    columns: {
      ...keyOf,
      version: { type: "integer", primary: true },
      secret_hash: { type: "text" },
      expires_at: { type: "timestamptz" },
      previous_until: { type: "timestamptz", nullable: true },
      made_at: { type: "timestamptz" },
      made_by: { type: "text" },
    },
  }),
  new EntitySchema({
    name: "ApiKeyRevocation", schema: "tenancy", tableName: "api_key_revocation",
    columns: { ...keyOf, reason: { type: "text" }, revoked_at: { type: "timestamptz" }, revoked_by: { type: "text" } },
  }),
  new EntitySchema({ name: "ApiKeyUse", schema: "tenancy", tableName: "api_key_use", columns: { ...keyOf, used_at: { type: "timestamptz" } } }),
];
