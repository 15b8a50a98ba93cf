import { createHash, hash } from "node:crypto";
import { Canonical, writeCanonical } from "./canonical";

/** So many units of text are hashed at once: fewer would be many calls, all of them much memory. */
const BATCH_UNITS = 65_536;

/** SHA-256 of the canonical form, 64 hexadecimal digits. */
export function hashOf(value: Canonical): string {
  const sum = createHash("sha256");
  let batch = "";
  writeCanonical(value, (piece) => {
    batch += piece;
    if (batch.length < BATCH_UNITS) return;
    sum.update(batch, "utf8");
    batch = "";
  });
  return sum.update(batch, "utf8").digest("hex");
}

/** SHA-256 of text, 64 hexadecimal digits. */
export function hashText(text: string): string {
  return hash("sha256", text, "hex");
}

/**
 * A 16-byte key for a pair of texts: the first half of SHA-256 over the length-prefixed pair, so that no separator in
 * either text can make two pairs collide. 32 hexadecimal digits.
 */
export function pairKey(first: string, second: string): string {
  return hash("sha256", `${first.length}:${first}${second}`, "hex").slice(0, 32);
}
