import { Refusal } from "./refusal";

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** True for a business key: a letter or digit, then letters, digits, dot, underscore or hyphen; at most 64. */
export function isCode(text: string): boolean {
  return CODE.test(text);
}

/** The code itself, or BAD_USER_INPUT on `field`. */
export function requireCode(text: string, field: readonly string[]): string {
  if (isCode(text)) return text;
  throw new Refusal("BAD_USER_INPUT", `"${text.slice(0, 80)}" is not a code. Use 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or digit.`, field);
}

/** A name for people: trimmed, 1 to 200 characters, no control characters; or BAD_USER_INPUT on `field`. */
export function requireText(text: string, field: readonly string[], longest = 200): string {
  const trimmed = text.normalize("NFC").trim();
  if (trimmed.length === 0 || trimmed.length > longest || !isCleanText(trimmed)) {
    throw new Refusal("BAD_USER_INPUT", `${field.join(".")} must be 1 to ${longest} characters of text without control characters.`, field);
  }
  return trimmed;
}

const UNCLEAN = /[\u0000-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** False when the text holds a control character or half of a surrogate pair: neither survives storage byte for byte. */
export function isCleanText(text: string): boolean {
  return !UNCLEAN.test(text);
}

/** A code made from free text: lower case ASCII, runs of anything else become one hyphen. Empty text gives "". */
export function slug(text: string): string {
  return text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9._]+/g, "-").replace(/^[-._]+|[-._]+$/g, "").slice(0, 64);
}
