import { EntitySchema } from "typeorm";

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const closingEntities: readonly EntitySchema[] = [
  new EntitySchema({
    name: "CloseRules", schema: "closing", tableName: "close_rules",
    columns: {
      programme_id: { type: "uuid", primary: true }, version: { type: "integer", primary: true }, unattributed_threshold: { type: "bigint" },
      blocks_on_open_disputes: { type: "boolean" }, blocks_on_unissued_statements: { type: "boolean" }, due_days: { type: "integer", nullable: true },
      requires_owners: { type: "boolean" }, requires_sign_offs: { type: "boolean" }, late_usage: { type: "text" }, late_cost: { type: "text" }, blocks_on_unowned_cost: { type: "boolean" },
      reason: { type: "text" }, set_by: { type: "text" }, set_at: { type: "timestamptz" },
    },
  }),
  new EntitySchema({
    name: "CheckAssignment", schema: "closing", tableName: "check_assignment",
    columns: {
      programme_id: { type: "uuid", primary: true }, sequence: { type: "bigint", primary: true }, check_name: { type: "text" }, period_key: { type: "text", nullable: true },
      owner: { type: "text", nullable: true }, due_days: { type: "integer", nullable: true }, reason: { type: "text" }, assigned_by: { type: "text" }, assigned_at: { type: "timestamptz" },
    },
  }),
  new EntitySchema({
    name: "CheckSignOff", schema: "closing", tableName: "check_sign_off",
    columns: {
      programme_id: { type: "uuid", primary: true }, sequence: { type: "bigint", primary: true }, period_key: { type: "text" }, check_name: { type: "text" }, kind: { type: "text" },
      finding: { type: "text" }, note: { type: "text" }, evidence: { type: "jsonb" }, signed_by: { type: "text" }, signed_at: { type: "timestamptz" },
    },
  }),
];
