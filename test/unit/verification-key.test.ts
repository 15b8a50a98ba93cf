import { generateKeyPairSync } from "node:crypto";
import { readKeySet } from "../../src/app/verification-key";

type Jwk = Record<string, unknown>;

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const RSA: Jwk = { ...rsa.publicKey.export({ format: "jwk" }), kid: "r" };
const EC: Jwk = { ...ec.publicKey.export({ format: "jwk" }), kid: "e" };
const read = (...keys: unknown[]): { fit: Array<[string, string]>; skipped: readonly string[] } => {
  const set = readKeySet(JSON.stringify({ keys }));
  return { fit: [...set.keys].map(([kid, { algorithm }]) => [kid, algorithm]), skipped: set.skipped };
};

describe("a published key set", () => {
  it("has one algorithm for each kind of key, whether the key says so or not", () => {
    expect(read(RSA, EC)).toEqual({ fit: [["r", "RS256"], ["e", "ES256"]], skipped: [] });
    expect(read({ ...RSA, alg: "RS256", use: "sig", key_ops: ["verify"] }, { ...EC, alg: "ES256", use: "sig", x5c: ["AA=="], extra: {} })).toEqual({ fit: [["r", "RS256"], ["e", "ES256"]], skipped: [] });
  });

  const okp = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey.export({ format: "jwk" });
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
  it.each<[string, unknown, string]>([
    ["a symmetric key", { kty: "oct", k: "c2VjcmV0", kid: "x", alg: "HS256" }, "x: its kty is neither RSA nor EC"],
    ["a symmetric key that calls itself RSA", { kty: "RSA", k: "c2VjcmV0", kid: "x" }, "x: it is not a public key"],
    ["a key for encryption", { ...RSA, use: "enc" }, "r: its use is not sig"],
    ["a key for other operations", { ...RSA, key_ops: ["encrypt"] }, "r: its key_ops are without verify"],
    ["operations that are no list", { ...RSA, key_ops: "verify" }, "r: its key_ops are without verify"],
    ["an RSA key of 1024 bits", { ...weak, kid: "x" }, "x: an RSA key needs at least 2048 bits"],
    ["an RSA key without a number", { kty: "RSA", n: "", e: "AQAB", kid: "x" }, "x: an RSA key needs at least 2048 bits"],
    ["an RSA key of numbers", { ...RSA, n: 5 }, "r: it is not a public key"],
    ["a curve other than P-256", { ...p384, kid: "x" }, "x: it must be an RSA key (RS256) or a P-256 key (ES256)"],
    ["a point beside the curve", { ...EC, y: EC["x"] }, "e: it is not a public key"],
    ["an Ed25519 key", { ...okp, kid: "x" }, "x: its kty is neither RSA nor EC"],
    ["a kind that nobody knows", { kty: "__proto__", kid: "x" }, "x: its kty is neither RSA nor EC"],
    ["an RSA key for PS256", { ...RSA, alg: "PS256" }, "r: its alg is not RS256"],
    ["an RSA key for HS256", { ...RSA, alg: "HS256" }, "r: its alg is not RS256"],
    ["a P-256 key for RS256", { ...EC, alg: "RS256" }, "e: its alg is not ES256"],
    ["a key with its private part", { ...ec.privateKey.export({ format: "jwk" }), kid: "x" }, "x: its private part is published, so that anybody can sign with it"],
    ["no kid", { ...RSA, kid: undefined }, "number 1: it has no kid, so that no token can name it"],
    ["an empty kid", { ...RSA, kid: "" }, ": it has no kid, so that no token can name it"],
    ["a kid that is no text", { ...RSA, kid: ["r"] }, "number 1: it has no kid, so that no token can name it"],
    ["a long kid, of which only the beginning is told", { kty: "oct", kid: "k".repeat(5_000) }, `${"k".repeat(64)}: its kty is neither RSA nor EC`],
    ["null", null, "number 1: it has no kid, so that no token can name it"],
    ["text", "key", "number 1: it has no kid, so that no token can name it"],
    ["a list", [RSA], "number 1: it has no kid, so that no token can name it"],
  ])("leaves %s out and keeps the fit one beside it", (_, unfit, why) => {
    const fit = { ...generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey.export({ format: "jwk" }), kid: "fit" };
    expect(read(unfit, fit)).toEqual({ fit: [["fit", "ES256"]], skipped: [why] });
  });

  it("takes the first of two keys with one kid", () => {
    expect(read(RSA, { ...EC, kid: "r" })).toEqual({ fit: [["r", "RS256"]], skipped: ["r: another key before it has the same kid"] });
  });

  it("may be empty, and knows no kid that every object has", () => {
    expect(read()).toEqual({ fit: [], skipped: [] });
    const { keys } = readKeySet(JSON.stringify({ keys: [RSA] }));
    expect(["constructor", "__proto__", "toString", "hasOwnProperty"].map((kid) => keys.get(kid))).toEqual([undefined, undefined, undefined, undefined]);
    expect(read({ ...RSA, kid: "constructor" }).fit).toEqual([["constructor", "RS256"]]);
  });

  it.each([["", "not JSON"], ["<html>", "not JSON"], ['{"keys":[', "not JSON"], ["null", "list"], ["[]", "list"], ["7", "list"], ["{}", "list"], ['{"keys":{}}', "list"], ['{"keys":null}', "list"], ['{"jwks":[]}', "list"]])("is not %s", (text, why) => {
    expect(() => readKeySet(text)).toThrow(why);
  });
});
