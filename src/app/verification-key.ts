import { JsonWebKey, KeyObject, createPublicKey } from "node:crypto";

/** A key that checks signatures, with the one algorithm that it checks. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithm: "HS256" | "RS256" | "ES256";
}

/** What a published key set (RFC 7517) holds for us: the fit keys by their `kid`, and why the others were left out. */
export interface KeySet {
  readonly keys: ReadonlyMap<string, VerificationKey>;
  readonly skipped: readonly string[];
}

const LONGEST_NAME_CHARS = 64;

/** The one algorithm of a public key, by its kind alone and never by what a token says. Throws what is wrong with another. */
export function algorithmOf(key: KeyObject): "RS256" | "ES256" {
  if (key.asymmetricKeyType === "rsa") {
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw new Error("an RSA key needs at least 2048 bits");
    return "RS256";
  }
  if (key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") return "ES256";
  throw new Error("it must be an RSA key (RS256) or a P-256 key (ES256)");
}

/** Reads a key set. A key that is not fit is left out and told; throws for what is no key set at all. */
export function readKeySet(text: string): KeySet {
  const keys = new Map<string, VerificationKey>();
  const skipped: string[] = [];
  for (const [index, jwk] of entriesOf(text).entries()) {
    const { kid } = (jwk ?? {}) as { kid?: unknown };
    try {
      if (typeof kid !== "string" || kid === "") throw new Error("it has no kid, so that no token can name it");
      if (keys.has(kid)) throw new Error("another key before it has the same kid");
      keys.set(kid, readKey(jwk as JsonWebKey));
    } catch (error) {
      skipped.push(`${typeof kid === "string" ? kid.slice(0, LONGEST_NAME_CHARS) : `number ${index + 1}`}: ${(error as Error).message}`);
    }
  }
  return { keys, skipped };
}

function entriesOf(text: string): readonly unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
  const list = (parsed as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) throw new Error("it has no list of `keys`");
  return list;
}

function readKey(jwk: JsonWebKey): VerificationKey {
  if (jwk.kty !== "RSA" && jwk.kty !== "EC") throw new Error("its kty is neither RSA nor EC");
  if (jwk.use !== undefined && jwk.use !== "sig") throw new Error("its use is not sig");
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes("verify"))) throw new Error("its key_ops are without verify");
  if (jwk.d !== undefined) throw new Error("its private part is published, so that anybody can sign with it");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    throw new Error("it is not a public key");
  }
  const algorithm = algorithmOf(key);
  if (jwk.alg !== undefined && jwk.alg !== algorithm) throw new Error(`its alg is not ${algorithm}`);
  return { key, algorithm };
}
