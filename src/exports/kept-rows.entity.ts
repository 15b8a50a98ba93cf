import { EntitySchema } from "typeorm";

export const KeptRowsEntity = new EntitySchema({
  name: "KeptRows", schema: "exports", tableName: "kept_rows",
  columns: {
    programme_id: { type: "uuid", primary: true },
    dataset: { type: "text", primary: true },
    part: { type: "text", primary: true },
    piece: { type: "integer", primary: true },
    facts: { type: "jsonb" },
    hash: { type: "text" },
    refreshed_at: { type: "timestamptz" },
  },
});
