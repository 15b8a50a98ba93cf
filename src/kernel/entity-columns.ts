import type { EntitySchemaColumnOptions } from "typeorm";

/** Columns by their names in the database. */
export type Columns = Record<string, EntitySchemaColumnOptions>;

/** The kinds of column that tables are mapped with; one of a kind is the same everywhere, so that entities compare with migrations. */
export const key = { type: "uuid", primary: true } as const;
export const textKey = { type: "text", primary: true } as const;
export const numberKey = { type: "integer", primary: true } as const;
export const uuid = { type: "uuid" } as const;
export const text = { type: "text" } as const;
export const whole = { type: "bigint" } as const;
export const count = { type: "integer" } as const;
export const exact = { type: "numeric" } as const;
export const instant = { type: "timestamptz" } as const;
export const flag = { type: "boolean" } as const;
export const json = { type: "jsonb" } as const;

/** The same column, which may be null. */
export const optional = <T extends EntitySchemaColumnOptions>(column: T): EntitySchemaColumnOptions => ({ ...column, nullable: true });
