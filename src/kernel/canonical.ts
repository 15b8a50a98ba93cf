/**
 * One text for one meaning, so that it can be hashed: every value is written with its length in front, keys of records
 * are sorted bytewise, and absent values are written as such. No two different values share a canonical form.
 */
export type Canonical = string | number | bigint | boolean | null | undefined | (() => Canonical) | readonly Canonical[] | { readonly [key: string]: Canonical };

export function canonicalText(value: Canonical): string {
  const pieces: string[] = [];
  writeCanonical(value, (piece) => pieces.push(piece));
  return pieces.join("");
}

/** The same piece by piece. A function stands for what it answers, which is worked out when its turn comes, so that what is long is never there as a whole. */
export function writeCanonical(value: Canonical, take: (piece: string) => void): void {
  if (value === null || value === undefined) take("n;");
  else if (typeof value === "string") take(`s${Buffer.byteLength(value, "utf8")}:${value};`);
  else if (typeof value === "boolean") take(value ? "t;" : "f;");
  else if (typeof value === "number" || typeof value === "bigint") take(`i${value};`);
  else if (typeof value === "function") writeCanonical(value(), take);
  else if (Array.isArray(value)) {
    take(`l${value.length}:`);
    for (const item of value) writeCanonical(item as Canonical, take);
  } else {
    const record = value as { readonly [key: string]: Canonical };
    const keys = Object.keys(record).filter((key) => record[key] !== undefined).sort();
    take(`m${keys.length}:`);
    for (const key of keys) {
      writeCanonical(key, take);
      writeCanonical(record[key], take);
    }
  }
}
