import { hash } from "node:crypto";
import { Canonical, canonicalText } from "./canonical";

/** SHA-256 of the canonical form, 64 hexadecimal digits. */
export function hashOf(value: Canonical): string {
  return hash("sha256", canonicalText(value), "hex");
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
