import { EntitySchema } from "typeorm";

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const closingEntities: readonly EntitySchema[] = [
  new EntitySchema({
    name: "CloseRules", schema: "closing", tableName: "close_rules",
    columns: {
      programme_id: { type: "uuid", primary: true }, version: { type: "integer", primary: true }, unattributed_threshold: { type: "bigint" },
      blocks_on_open_disputes: { type: "boolean" }, blocks_on_unissued_statements: { type: "boolean" }, reason: { type: "text" }, set_by: { type: "text" }, set_at: { type: "timestamptz" },
    },
  }),
];
