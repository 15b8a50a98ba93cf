import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

const text: EntitySchemaColumnOptions = { type: "text" };
const uuid: EntitySchemaColumnOptions = { type: "uuid" };
const instant: EntitySchemaColumnOptions = { type: "timestamptz" };
const key = (type: EntitySchemaColumnOptions["type"]): EntitySchemaColumnOptions => ({ type, primary: true });
const maybe = (type: EntitySchemaColumnOptions["type"]): EntitySchemaColumnOptions => ({ type, nullable: true });

const table = (name: string, tableName: string, columns: Record<string, EntitySchemaColumnOptions>): EntitySchema =>
  new EntitySchema({ name, schema: "metering", tableName, columns: { programme_id: key("uuid"), ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const connectionEntities: readonly EntitySchema[] = [
  table("ProviderConnection", "provider_connection", { id: key("uuid"), provider: text, source_id: { type: "integer" }, name: text, business_unit_ids: { type: "uuid", array: true }, made_by: text, made_at: instant }),
  table("ProviderMapping", "provider_mapping", { connection_id: key("uuid"), version: key("integer"), routes: { type: "jsonb" }, effective_from: instant, reason: maybe("text"), set_by: text, set_at: instant }),
  table("ProviderKey", "provider_key", { id: key("uuid"), connection_id: uuid, sealed: { type: "bytea" }, not_before: instant, expires_at: maybe("timestamptz"), idempotency_key: maybe("text"), made_by: text, made_at: instant }),
  table("ProviderKeyEnd", "provider_key_end", { key_id: key("uuid"), ends_at: key("timestamptz"), reason: maybe("text"), ended_by: text, recorded_at: instant }),
  table("ProviderRefusal", "provider_refusal", { connection_id: key("uuid"), day: key("date"), reason: key("text"), count: { type: "bigint" }, last_at: instant }),
];
