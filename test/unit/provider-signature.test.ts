import { createHmac } from "node:crypto";
import { Finding, checkSignature } from "../../src/app/usage/provider-signature";

const NOW = Date.parse("2025-11-15T12:00:00Z");
const SECRET = "a-secret-that-vapi-was-given";
const BODY = '{"message":{}}';
const SECONDS = String(NOW / 1000);
const mac = (text: string, encoding: "hex" | "base64" = "hex", secret = SECRET): string => createHmac("sha256", secret).update(text).digest(encoding);
const look = (headers: Record<string, string>, secrets = [SECRET]): Finding => checkSignature("vapi", { headers, url: "/usage/vapi", body: Buffer.from(BODY), form: null }, secrets, NOW);

/** As its documentation of server authentication says: bearer tokens, a header of its own, HMAC with and without the time. */
describe("who Vapi is", () => {
  it.each<[string, Record<string, string>, Finding]>([
    ["nothing", {}, "UNSIGNED"],
    ["a bearer token", { authorization: `Bearer ${SECRET}` }, "SIGNED"],
    ["a bearer token without that word", { authorization: SECRET }, "SIGNED"],
    ["another bearer token", { authorization: "Bearer another-secret-of-some-length" }, "WRONG"],
    ["its secret in a header of its own", { "x-vapi-secret": SECRET }, "SIGNED"],
    ["another secret there", { "x-vapi-secret": `${SECRET}x` }, "WRONG"],
    ["another secret there beside a token that is right", { "x-vapi-secret": `${SECRET}x`, authorization: `Bearer ${SECRET}` }, "WRONG"],
    ["its secret where the signature belongs, as older accounts", { "x-vapi-signature": SECRET }, "SIGNED"],
    ["a signature of the body", { "x-vapi-signature": mac(BODY) }, "SIGNED"],
    ["the same with its algorithm in front", { "x-vapi-signature": `sha256=${mac(BODY)}` }, "SIGNED"],
    ["the same in base64", { "x-signature": mac(BODY, "base64") }, "SIGNED"],
    ["a signature of time and body", { "x-signature": mac(`${SECONDS}.${BODY}`), "x-timestamp": SECONDS }, "SIGNED"],
    ["the same in milliseconds", { "x-vapi-signature": mac(`${NOW}.${BODY}`), "x-vapi-timestamp": String(NOW) }, "SIGNED"],
    ["the same of ten minutes ago", { "x-signature": mac(`${NOW / 1000 - 600}.${BODY}`), "x-timestamp": String(NOW / 1000 - 600) }, "STALE"],
    ["a signature of the body with a time that it does not sign", { "x-signature": mac(BODY), "x-timestamp": SECONDS }, "WRONG"],
    ["a time that is none", { "x-signature": mac(`now.${BODY}`), "x-timestamp": "now" }, "WRONG"],
    ["a signature of another body", { "x-signature": mac(`${BODY} `) }, "WRONG"],
    ["a signature with another secret", { "x-signature": mac(BODY, "hex", "another") }, "WRONG"],
  ])("%s", (_, headers, finding) => expect(look(headers)).toBe(finding));

  it("holds with either secret while one is changed", () => expect(look({ authorization: `Bearer ${SECRET}` }, ["another-secret-of-some-length", SECRET])).toBe("SIGNED"));
});
