/**
 * One text for one meaning, so that it can be hashed: every value is written with its length in front, keys of records
 * are sorted bytewise, and absent values are written as such. No two different values share a canonical form.
 */
export type Canonical = string | number | bigint | boolean | null | undefined | readonly Canonical[] | { readonly [key: string]: Canonical };

export function canonicalText(value: Canonical): string {
  if (value === null || value === undefined) return "n;";
  if (typeof value === "string") return `s${Buffer.byteLength(value, "utf8")}:${value};`;
  if (typeof value === "boolean") return value ? "t;" : "f;";
  if (typeof value === "number" || typeof value === "bigint") return `i${value};`;
  if (Array.isArray(value)) return `l${value.length}:${value.map((item) => canonicalText(item as Canonical)).join("")}`;
  const record = value as { readonly [key: string]: Canonical };
  const keys = Object.keys(record).filter((key) => record[key] !== undefined).sort();
  return `m${keys.length}:${keys.map((key) => canonicalText(key) + canonicalText(record[key])).join("")}`;
}
