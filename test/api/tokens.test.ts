import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { Server, createServer } from "node:http";
import { AddressInfo } from "node:net";
import pino from "pino";
import { ConfigError, TokenConfig, readConfig } from "../../src/app/config";
import { RunningServer, buildServer } from "../../src/app/serve";
import { createTokenVerifier } from "../../src/app/token";
import { ROLES } from "../../src/tenancy";
import { createAcme } from "../support/builders";
import { FixedClock } from "../support/clock";
import { TOKEN, TestServer, startTestServer } from "../support/server";

type Part = Record<string, unknown> | string;

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const weakRsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pem = (pair: { publicKey: { export(options: { type: "spki"; format: "pem" }): string | Buffer } }): string => pair.publicKey.export({ type: "spki", format: "pem" }).toString();
const SECRET = (TOKEN.key as { secret: string }).secret;

const encode = (part: Part): string => Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");
const unsigned = (header: Part, payload: Part): string => `${encode(header)}.${encode(payload)}`;
const hmac = (header: Part, payload: Part, secret = SECRET, hash = "sha256"): string => `${unsigned(header, payload)}.${createHmac(hash, secret).update(unsigned(header, payload)).digest("base64url")}`;
const asymmetric = (header: Part, payload: Part, key: Parameters<ReturnType<typeof createSign>["sign"]>[0], hash = "sha256"): string =>
  `${unsigned(header, payload)}.${createSign(hash).update(unsigned(header, payload)).sign(key).toString("base64url")}`;

const clock = new FixedClock();
const now = Math.floor(clock.now() / 1000);
const HEADER = { alg: "HS256", typ: "JWT" };
const CLAIMS = { sub: "somebody", iss: TOKEN.issuer, aud: TOKEN.audience, iat: now, exp: now + 3_600, role: "FINANCE", programme: "acme" };
const without = (...names: string[]): Record<string, unknown> => Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => !names.includes(name)));
const PUBLISHED = "https://issuer.example/keys";
const QUIET = { logger: pino({ level: "silent" }) };
const PADDING = "x".repeat(1024 * 1024);

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
});
afterAll(() => server.close());

async function send(authorization: string | null): Promise<{ status: number; code: string | null; body: string; challenge: string | null }> {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST", headers: { "content-type": "application/json", ...(authorization === null ? {} : { authorization }) }, body: JSON.stringify({ query: "{ programme { code } }" }),
  });
  const body = await response.text();
  const parsed = (body.startsWith("{") ? JSON.parse(body) : {}) as { errors?: Array<{ extensions: { code: string } }> };
  return { status: response.status, code: parsed.errors?.[0]?.extensions.code ?? null, body, challenge: response.headers.get("www-authenticate") };
}

describe("tokens that are refused as if there were none: 401", () => {
  it.each<[string, string]>([
    ["alg none", `${unsigned({ alg: "none", typ: "JWT" }, CLAIMS)}.`],
    ["alg none, spelt oddly", `${unsigned({ alg: "nOnE", typ: "JWT" }, CLAIMS)}.`],
    ["alg none with our signature", hmac({ alg: "none", typ: "JWT" }, CLAIMS)],
    ["no algorithm", hmac({ typ: "JWT" }, CLAIMS)],
    ["HS512 with the right secret", hmac({ alg: "HS512", typ: "JWT" }, CLAIMS, SECRET, "sha512")],
    ["RS256 where a secret is configured", asymmetric({ alg: "RS256", typ: "JWT" }, CLAIMS, rsa.privateKey)],
    ["another secret", hmac(HEADER, CLAIMS, "another secret, which has thirty-two bytes too")],
    ["an empty secret", hmac(HEADER, CLAIMS, "")],
    ["a changed payload", `${encode(HEADER)}.${encode({ ...CLAIMS, role: "ADMIN" })}.${hmac(HEADER, CLAIMS).split(".")[2]}`],
    ["no signature", `${unsigned(HEADER, CLAIMS)}.`],
    ["two parts", unsigned(HEADER, CLAIMS)],
    ["five parts", `${hmac(HEADER, CLAIMS)}.a.b`],
    ["another issuer", hmac(HEADER, { ...CLAIMS, iss: "somebody-else" })],
    ["no issuer", hmac(HEADER, without("iss"))],
    ["another audience", hmac(HEADER, { ...CLAIMS, aud: "another-service" })],
    ["an audience that ours begins", hmac(HEADER, { ...CLAIMS, aud: `${TOKEN.audience}-2` })],
    ["no audience", hmac(HEADER, without("aud"))],
    ["no exp", hmac(HEADER, without("exp"))],
    ["exp as text", hmac(HEADER, { ...CLAIMS, exp: String(now + 60) })],
    ["exp 1e300", hmac(HEADER, JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":1e300'))],
    ["exp with a fraction", hmac(HEADER, { ...CLAIMS, exp: now + 60.5 })],
    ["a life longer than the longest", hmac(HEADER, { ...CLAIMS, exp: now + TOKEN.maxAgeSeconds + 1 })],
    ["exp before iat", hmac(HEADER, { ...CLAIMS, iat: now, exp: now })],
    ["no iat", hmac(HEADER, without("iat"))],
    ["iat in 2096", hmac(HEADER, { ...CLAIMS, iat: 3_976_214_400, exp: 3_976_214_460 })],
    ["iat 5 minutes ahead", hmac(HEADER, { ...CLAIMS, iat: now + 300, exp: now + 600 })],
    ["expired 31 seconds ago", hmac(HEADER, { ...CLAIMS, iat: now - 600, exp: now - 31 })],
    ["expired 5 minutes ago", hmac(HEADER, { ...CLAIMS, iat: now - 600, exp: now - 300 })],
    ["not valid for another 5 minutes", hmac(HEADER, { ...CLAIMS, nbf: now + 300 })],
    ["a crit that nobody knows", hmac({ ...HEADER, crit: ["exp"] }, CLAIMS)],
    ["an empty crit", hmac({ ...HEADER, crit: [] }, CLAIMS)],
    ["b64 false", hmac({ ...HEADER, b64: false }, CLAIMS)],
    ["b64 false and crit", hmac({ ...HEADER, b64: false, crit: ["b64"] }, CLAIMS)],
    ["typ of something else", hmac({ ...HEADER, typ: "secevent+jwt" }, CLAIMS)],
    ["typ that is no text", hmac({ ...HEADER, typ: ["JWT"] }, CLAIMS)],
    ["a payload of text", hmac(HEADER, "somebody")],
    ["a payload of JSON text", hmac(HEADER, JSON.stringify("somebody"))],
    ["a payload that is a list", hmac(HEADER, JSON.stringify([CLAIMS]))],
    ["a payload that is null", hmac(HEADER, "null")],
    ["no sub", hmac(HEADER, without("sub"))],
    ["an empty sub", hmac(HEADER, { ...CLAIMS, sub: "" })],
    ["a sub of 201 characters", hmac(HEADER, { ...CLAIMS, sub: "s".repeat(201) })],
    ["a sub that is a number", hmac(HEADER, { ...CLAIMS, sub: 7 })],
    ["a key of the sender's choice named in the header", hmac({ ...HEADER, jku: "https://example.com/keys", jwk: { kty: "oct", k: "AA" }, x5u: "https://example.com", kid: "../../etc/passwd" }, CLAIMS, "chosen by the sender, at least 32 bytes")],
    ["8,193 bytes", `${hmac(HEADER, { ...CLAIMS, padding: "x".repeat(7_000) }).padEnd(8_193, "x")}`],
    ["not a token", "hello"],
  ])("%s", async (_, token) => {
    expect(await send(`Bearer ${token}`)).toEqual({
      status: 401, code: "UNAUTHENTICATED", challenge: "Bearer", body: '{"errors":[{"message":"A valid token is needed: send Authorization: Bearer <token>.","extensions":{"code":"UNAUTHENTICATED"}}]}',
    });
  });

  it.each<[string, string | null]>([["no header", null], ["Basic", "Basic a2V5OnNlY3JldA=="], ["an empty header", ""], ["only the word", "Bearer"], ["two tokens", `Bearer ${hmac(HEADER, CLAIMS)} ${hmac(HEADER, CLAIMS)}`], ["another scheme", `Token ${hmac(HEADER, CLAIMS)}`]])("%s", async (_, header) => {
    expect(await send(header)).toMatchObject({ status: 401, code: "UNAUTHENTICATED", challenge: "Bearer" });
  });

  it("1 MB, before it reaches us and by ourselves", async () => {
    const large = hmac(HEADER, { ...CLAIMS, padding: PADDING });
    expect((await send(`Bearer ${large}`)).status).toBe(431);
    await expect(createTokenVerifier(TOKEN, clock, QUIET).verify(large)).rejects.toThrow("A valid token is needed");
  });

  it("a token in the address or in the body is not looked at", async () => {
    const token = hmac(HEADER, CLAIMS);
    const response = await fetch(`${server.url}/graphql?access_token=${token}&token=${token}&query={programme{code}}`, { headers: { "apollo-require-preflight": "1" } });
    expect(response.status).toBe(401);
  });
});

describe("tokens of somebody who may not: 403", () => {
  it.each<[string, Record<string, unknown>]>([
    ["no role", without("role")],
    ["an unknown role", { ...CLAIMS, role: "SUPERUSER" }],
    ["a role in small letters", { ...CLAIMS, role: "finance" }],
    ["roles in a list", { ...CLAIMS, role: ["FINANCE"] }],
    ["two roles in a list", { ...CLAIMS, role: ["BUSINESS_UNIT", "FINANCE"] }],
    ["two roles in one text", { ...CLAIMS, role: "BUSINESS_UNIT FINANCE" }],
    ["a role named like a property of every object", { ...CLAIMS, role: "constructor" }],
    ["a role that is null", { ...CLAIMS, role: null }],
    ["a programme that is no code", { ...CLAIMS, programme: "acme'; drop table" }],
    ["a programme that is a list", { ...CLAIMS, programme: ["acme"] }],
    ["a programme that is true", { ...CLAIMS, programme: true }],
    ["units that are one text", { ...CLAIMS, business_units: "retail" }],
    ["units of which one is no code", { ...CLAIMS, business_units: ["retail", "*"] }],
    ["501 units", { ...CLAIMS, business_units: Array.from({ length: 501 }, () => "u") }],
    ["a programme that does not exist", { ...CLAIMS, programme: "nowhere" }],
    ["no programme", without("programme")],
  ])("%s", async (_, claims) => {
    expect(await send(`Bearer ${hmac(HEADER, claims)}`)).toMatchObject({ status: 403, code: "FORBIDDEN", challenge: null });
  });

  it("a role in a header changes nothing", async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${hmac(HEADER, { ...CLAIMS, role: "EXECUTIVE" })}`, role: "FINANCE", "x-role": "FINANCE", "x-apportion-role": "ADMIN" },
      body: JSON.stringify({ query: "{ costPools(first: 1) { edges { cursor } } }" }),
    });
    expect(response.status).toBe(403);
  });
});

describe("tokens that are good: 200", () => {
  it.each<[string, string]>([
    ["as usual", hmac(HEADER, CLAIMS)],
    ["typ at+jwt", hmac({ ...HEADER, typ: "at+jwt" }, CLAIMS)],
    ["no typ", hmac({ alg: "HS256" }, CLAIMS)],
    ["expired 30 seconds ago, by our clock", hmac(HEADER, { ...CLAIMS, iat: now - 600, exp: now - 30 })],
    ["made 30 seconds ahead of our clock", hmac(HEADER, { ...CLAIMS, iat: now + 30, exp: now + 3_600 })],
    ["valid in 30 seconds", hmac(HEADER, { ...CLAIMS, nbf: now + 30 })],
    ["the longest life", hmac(HEADER, { ...CLAIMS, exp: now + TOKEN.maxAgeSeconds })],
    ["an audience among several", hmac(HEADER, { ...CLAIMS, aud: ["another", TOKEN.audience] })],
    ["headers that point to keys, which nobody fetches", hmac({ ...HEADER, kid: "constructor", jku: "http://127.0.0.1:1/" }, CLAIMS)],
  ])("%s", async (_, token) => {
    expect(await send(`Bearer ${token}`)).toMatchObject({ status: 200, code: null });
  });

  it("units of a role that is not bound to units are ignored", async () => {
    const verifier = createTokenVerifier(TOKEN, clock, QUIET);
    for (const role of ROLES) {
      const bound = ["BUSINESS_UNIT", "OPERATOR", "INTEGRATION"].includes(role);
      expect(await verifier.verify(hmac(HEADER, { ...CLAIMS, role, business_units: ["retail"] }))).toEqual({ subject: "somebody", role, programme: "acme", businessUnits: bound ? ["retail"] : [] });
    }
  });
});

describe("public keys", () => {
  const config = (key: string): TokenConfig => ({ ...TOKEN, key: { kind: "publicKey", pem: key } });
  const ieee = { key: ec.privateKey, dsaEncoding: "ieee-p1363" as const };

  it("RS256 and ES256 are accepted under their own key", async () => {
    expect(await createTokenVerifier(config(pem(rsa)), clock, QUIET).verify(asymmetric({ alg: "RS256", typ: "JWT" }, CLAIMS, rsa.privateKey))).toMatchObject({ subject: "somebody" });
    expect(await createTokenVerifier(config(pem(ec)), clock, QUIET).verify(asymmetric({ alg: "ES256", typ: "JWT" }, CLAIMS, ieee))).toMatchObject({ subject: "somebody" });
  });

  it.each<[string, string]>([
    ["HS256 with the public key as secret", hmac(HEADER, CLAIMS, pem(rsa))],
    ["HS256 with the public key's last line break gone", hmac(HEADER, CLAIMS, pem(rsa).trim())],
    ["HS256 with the bare key", hmac(HEADER, CLAIMS, pem(rsa).replace(/-----[^-]+-----|\n/g, ""))],
    ["RS512", asymmetric({ alg: "RS512", typ: "JWT" }, CLAIMS, rsa.privateKey, "sha512")],
    ["RS512 that calls itself RS256", asymmetric({ alg: "RS256", typ: "JWT" }, CLAIMS, rsa.privateKey, "sha512")],
    ["PS512", asymmetric({ alg: "PS512", typ: "JWT" }, CLAIMS, { key: rsa.privateKey, padding: 6, saltLength: 64 }, "sha512")],
    ["PS256", asymmetric({ alg: "PS256", typ: "JWT" }, CLAIMS, { key: rsa.privateKey, padding: 6, saltLength: 32 })],
    ["another RSA key", asymmetric({ alg: "RS256", typ: "JWT" }, CLAIMS, weakRsa.privateKey)],
    ["ES256 of some EC key", asymmetric({ alg: "ES256", typ: "JWT" }, CLAIMS, ieee)],
    ["alg none", `${unsigned({ alg: "none" }, CLAIMS)}.`],
  ])("an RSA key refuses %s", async (_, token) => {
    await expect(createTokenVerifier(config(pem(rsa)), clock, QUIET).verify(token)).rejects.toThrow("A valid token is needed");
  });

  it.each<[string, string]>([["an RSA key of 1024 bits", pem(weakRsa)], ["a curve other than P-256", pem(generateKeyPairSync("ec", { namedCurve: "secp384r1" }))], ["an Ed25519 key", pem(generateKeyPairSync("ed25519"))], ["no key", "hello"]])("the start is refused with %s", (_, key) => {
    expect(() => createTokenVerifier(config(key), clock, QUIET)).toThrow(ConfigError);
  });
});

describe("published keys, through the real server", () => {
  let issuer: Server;
  let published: object[] = [];
  let asked = 0;
  let running: RunningServer;
  let url: string;
  beforeAll(async () => {
    issuer = createServer((_, response) => {
      asked += 1;
      response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((done) => issuer.listen(0, "127.0.0.1", done));
    published = [{ kty: "oct", k: Buffer.from(SECRET).toString("base64url"), alg: "HS256", kid: "s" }, { ...weakRsa.publicKey.export({ format: "jwk" }), kid: "w" }, { ...rsa.publicKey.export({ format: "jwk" }), kid: "r" }];
    const keys = readConfig({ APPORTION_JWT_ISSUER: TOKEN.issuer, APPORTION_JWT_AUDIENCE: TOKEN.audience, APPORTION_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys` });
    running = await buildServer({ ...server.installation, token: keys.token! }, QUIET.logger);
    url = await running.http.listen({ port: 0, host: "127.0.0.1" });
    running.setReady(true);
  });
  afterAll(async () => {
    await running.close();
    server.clock.set(new Date(now * 1000).toISOString());
  });

  const byRsa = (kid: string, key = rsa.privateKey): string => asymmetric({ alg: "RS256", typ: "JWT", kid }, CLAIMS, key);
  const byEc = asymmetric({ alg: "ES256", typ: "JWT", kid: "e" }, CLAIMS, { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
  const answer = async (token: string): Promise<[number, string | undefined]> => {
    const response = await fetch(`${url}/graphql`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query: "{ programme { code } }" }) });
    const { errors } = (await response.json()) as { errors?: Array<{ message: string }> };
    return [response.status, errors?.[0]?.message];
  };
  const later = (seconds: number): void => server.clock.set(new Date((now + seconds) * 1000).toISOString());
  const REFUSED = "A valid token is needed: send Authorization: Bearer <token>.";

  it("checks a token with the key that it names, and with no other", async () => {
    expect(await Promise.all([byRsa("r"), byRsa("r"), byRsa("w", weakRsa.privateKey), byRsa("../../r"), hmac({ ...HEADER, kid: "s" }, CLAIMS), hmac({ ...HEADER, kid: "r" }, CLAIMS, pem(rsa)), byEc].map(answer))).toEqual([[200, undefined], [200, undefined], ...Array.from({ length: 5 }, () => [401, REFUSED])]);
    expect(asked).toBe(1);
  });

  it("finds a key that was published since, and forgets one that was withdrawn", async () => {
    published = [{ ...ec.publicKey.export({ format: "jwk" }), kid: "e" }];
    later(30);
    expect([await answer(byEc), await answer(byRsa("r")), asked]).toEqual([[200, undefined], [401, REFUSED], 2]);
  });

  it("goes on with the keys that it knows while the issuer is gone, stays ready, and says why it cannot take others", async () => {
    issuer.closeAllConnections();
    await new Promise((done) => issuer.close(done));
    later(60);
    const [status, message] = await answer(byRsa("r"));
    expect([status, message, await answer(byEc), (await fetch(`${url}/readyz`)).status]).toEqual([401, expect.stringContaining("published keys cannot be read at the moment"), [200, undefined], 200]);
  });
});

describe("settings that cannot be meant", () => {
  const SOUND = { APPORTION_JWT_ISSUER: "issuer", APPORTION_JWT_AUDIENCE: "audience", APPORTION_JWT_SECRET: "x".repeat(32) };
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ["a secret of 31 bytes", { ...SOUND, APPORTION_JWT_SECRET: "x".repeat(31) }, "at least 32 bytes"],
    ["an empty issuer", { ...SOUND, APPORTION_JWT_ISSUER: "" }, "are both needed"],
    ["a blank audience", { ...SOUND, APPORTION_JWT_AUDIENCE: "  " }, "APPORTION_JWT_AUDIENCE"],
    ["no audience", { APPORTION_JWT_ISSUER: "issuer", APPORTION_JWT_SECRET: "x".repeat(32) }, "are both needed"],
    ["both kinds of key", { ...SOUND, APPORTION_JWT_PUBLIC_KEY: pem(rsa) }, "exactly one"],
    ["no key", { APPORTION_JWT_ISSUER: "issuer", APPORTION_JWT_AUDIENCE: "audience" }, "exactly one"],
    ["published keys and a secret", { ...SOUND, APPORTION_JWKS_URL: PUBLISHED }, "exactly one"],
    ["published keys and a public key", { ...SOUND, APPORTION_JWT_SECRET: "", APPORTION_JWT_PUBLIC_KEY: pem(rsa), APPORTION_JWKS_URL: PUBLISHED }, "exactly one"],
    ["published keys, a public key and a secret", { ...SOUND, APPORTION_JWT_PUBLIC_KEY: pem(rsa), APPORTION_JWKS_URL: PUBLISHED }, "exactly one"],
    ["published keys without an issuer", { APPORTION_JWT_AUDIENCE: "audience", APPORTION_JWKS_URL: PUBLISHED }, "are both needed"],
    ["published keys alone", { APPORTION_JWKS_URL: PUBLISHED }, "are both needed"],
    ...["keys", "/keys", "https://"].map((url): [string, NodeJS.ProcessEnv, string] => [`published keys at ${url}`, { ...SOUND, APPORTION_JWT_SECRET: "", APPORTION_JWKS_URL: url }, "is not a URL"]),
    ...["http://issuer.example/keys", "http://127.0.0.1.issuer.example/keys", "http://localhost.issuer.example/", "http://10.0.0.1/", "file:///etc/keys", "data:application/json,{}"].map((url): [string, NodeJS.ProcessEnv, string] => [`published keys at ${url}`, { ...SOUND, APPORTION_JWT_SECRET: "", APPORTION_JWKS_URL: url }, "must begin with https://"]),
    ["published keys behind a password", { ...SOUND, APPORTION_JWT_SECRET: "", APPORTION_JWKS_URL: "https://me:secret@issuer.example/keys" }, "must not hold a name or a password"],
    ["an unknown setting", { ...SOUND, APPORTION_JWT_SECRETT: "x" }, "Unknown setting APPORTION_JWT_SECRETT"],
    ["a database of one's own without token settings", { DATABASE_URL: "postgres://somewhere/db" }, "tokens need real settings"],
    ["a longest life that is none", { ...SOUND, APPORTION_JWT_MAX_AGE: "forever" }, "APPORTION_JWT_MAX_AGE"],
    ["a previous key for secrets of 31 bytes", { ...SOUND, APPORTION_SECRETS_KEY: "x".repeat(32), APPORTION_SECRETS_KEY_PREVIOUS: "y".repeat(31) }, "APPORTION_SECRETS_KEY_PREVIOUS must have at least 32 bytes"],
    ["a previous key for secrets without a new one", { ...SOUND, APPORTION_SECRETS_KEY_PREVIOUS: "y".repeat(32) }, "Set the new key, too"],
    ["a previous key for secrets that is the new one", { ...SOUND, APPORTION_SECRETS_KEY: "x".repeat(32), APPORTION_SECRETS_KEY_PREVIOUS: "x".repeat(32) }, "is APPORTION_SECRETS_KEY itself"],
    ["a port that is none", { PORT: "70000" }, "PORT"],
    ["a rate without a time", { APPORTION_RATE_LIMIT: "10000000" }, "APPORTION_RATE_LIMIT must be <units>/<seconds>, 1000 to 1000000000 units"],
    ["a rate that no refused request fits into", { APPORTION_RATE_LIMIT: "999/60" }, "APPORTION_RATE_LIMIT"],
    ["a rate of two hours", { APPORTION_RATE_LIMIT: "1000/7200" }, "APPORTION_RATE_LIMIT"],
    ["a rate of nobody", { APPORTION_ANONYMOUS_RATE_LIMIT: "0/60" }, "such as 6000/60; or off"],
  ])("%s", (_, environment, message) => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
    expect(() => readConfig(environment)).toThrow(message);
  });

  it.each([PUBLISHED, "http://localhost:8080/keys", "http://127.0.0.1/keys", "http://127.1.2.3/keys", "http://[::1]:8080/keys"])("published keys may be at %s", (url) => {
    expect(readConfig({ ...SOUND, APPORTION_JWT_SECRET: "", APPORTION_JWKS_URL: url })).toMatchObject({ demo: false, token: { issuer: "issuer", audience: "audience", key: { kind: "keySet", url } } });
  });

  it("rates are generous, one's own, or off", () => {
    expect(readConfig({}).rateLimits).toEqual({ principal: { units: 10_000_000, seconds: 60 }, anonymous: { units: 6_000, seconds: 60 } });
    expect(readConfig({ APPORTION_RATE_LIMIT: "50000/10", APPORTION_ANONYMOUS_RATE_LIMIT: "off" }).rateLimits).toEqual({ principal: { units: 50_000, seconds: 10 }, anonymous: null });
  });

  it("the demo is on only where nothing real is configured", () => {
    expect(readConfig({}).demo).toBe(true);
    expect(readConfig(SOUND)).toMatchObject({ demo: false, token: { issuer: "issuer", audience: "audience", maxAgeSeconds: 43_200 } });
    expect(readConfig({ ...SOUND, DATABASE_URL: "postgres://somewhere/db" }).demo).toBe(false);
  });

  it.each<[string, Partial<TokenConfig>]>([["issuer", { issuer: "" }], ["audience", { audience: " " }], ["secret", { key: { kind: "secret", secret: "x".repeat(31) } }]])("the verifier itself takes no empty or short %s", (_, broken) => {
    expect(() => createTokenVerifier({ ...TOKEN, ...broken }, clock, QUIET)).toThrow(ConfigError);
  });
});

describe("what an error says", () => {
  it("holds no token, no SQL, no stack and no path", async () => {
    const token = hmac(HEADER, CLAIMS);
    const cursor = Buffer.from(JSON.stringify(["x", "y"])).toString("base64url");
    const bad = ["{ programme { nonsense } }", "{ programme", "{ businessUnit(code: 5) { id } }", `{ usageEvents(where: {}, first: 1, after: "${cursor}") { edges { cursor } } }`, '{ businessUnit(code: "\\u0000") { id } }', "mutation { bookCost(input: {}) { userErrors { code } } }", '{ node(id: "x") { id } }', "query A { programme { code } } query B { programme { code } }"];
    for (const query of bad) {
      const response = await fetch(`${server.url}/graphql`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query }) });
      const body = await response.text();
      expect([query, response.status < 500]).toEqual([query, true]);
      expect(body).not.toMatch(/select |insert |stacktrace|\bat .+:\d+:\d+|node_modules|\.ts\b|postgres|SQLSTATE/i);
      expect(body).not.toContain(token);
      expect(body).not.toContain(token.split(".")[2]);
    }
  });

  it.each(["allocationPolicies", "auditEntries", "costEntries", "costPools", "allocationRuns", "periods", "businessUnits", "useCases", "unattributedUsage"])("a forged cursor of %s is a fault of the sender", async (list) => {
    const finance = server.as("FINANCE");
    for (const position of ["not base64 of anything", Buffer.from("[]").toString("base64url"), Buffer.from('["2025-13-45T00:00:00Z","x"]').toString("base64url"), Buffer.from('["a","b","c"]').toString("base64url"), Buffer.from('[{"a":1}]').toString("base64url"), Buffer.from('["x\\u0000"]').toString("base64url"), Buffer.from("[1,2]").toString("base64url")]) {
      const answer = await finance.ask(`query($after: String) { ${list}(first: 1, after: $after) { edges { cursor } } }`, { after: position });
      expect([position, answer.status, answer.errors?.[0]?.extensions.code]).toEqual([position, 400, "BAD_USER_INPUT"]);
    }
  });
});
