/** Rows as one array of PostgreSQL per column: the text that the driver would make of it, without its search of every figure for what to escape. */
export function columns<T>(rows: readonly T[], pick: ReadonlyArray<(row: T) => string | null>): string[] {
  return pick.map((each) => `{${rows.map((row) => elementOf(each(row))).join(",")}}`);
}

const ESCAPED = /["\\]/g;

function elementOf(value: string | null): string {
  return value === null ? "NULL" : `"${value.replace(ESCAPED, "\\$&")}"`;
}
