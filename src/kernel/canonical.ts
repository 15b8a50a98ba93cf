/**
 * One text for one meaning, so that it can be hashed: every value is written with its length in front, keys of records
 * are sorted bytewise, and absent values are written as such. No two different values share a canonical form.
 */
export type Canonical = string | number | bigint | boolean | null | undefined | readonly Canonical[] | { readonly [key: string]: Canonical };

export function canonicalText(value: Canonical): string {
  const pieces: string[] = [];
  write(value, pieces);
  return pieces.join("");
}

/** Into one list, so that what is long is not copied again at every level that it lies in. */
function write(value: Canonical, pieces: string[]): void {
  if (value === null || value === undefined) pieces.push("n;");
  else if (typeof value === "string") pieces.push(`s${Buffer.byteLength(value, "utf8")}:`, value, ";");
  else if (typeof value === "boolean") pieces.push(value ? "t;" : "f;");
  else if (typeof value === "number" || typeof value === "bigint") pieces.push(`i${value};`);
  else if (Array.isArray(value)) {
    pieces.push(`l${value.length}:`);
    for (const item of value) write(item as Canonical, pieces);
  } else {
    const record = value as { readonly [key: string]: Canonical };
    const keys = Object.keys(record).filter((key) => record[key] !== undefined).sort();
    pieces.push(`m${keys.length}:`);
    for (const key of keys) {
      write(key, pieces);
      write(record[key], pieces);
    }
  }
}
