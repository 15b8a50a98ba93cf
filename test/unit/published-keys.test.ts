import { KeyObject, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { TokenConfig } from "../../src/app/config";
import { LARGEST_AGE_MS, LONGEST_OUTAGE_MS, LOOK_AGAIN_MS, REFRESH_MS } from "../../src/app/published-keys";
import { TokenVerifier, createTokenVerifier } from "../../src/app/token";
import { FixedClock } from "../support/clock";

const CONFIG: TokenConfig = { issuer: "issuer", audience: "audience", maxAgeSeconds: 43_200, key: { kind: "keySet", url: "https://issuer.example/keys" } };
const START = Date.parse("2025-11-15T12:00:00Z");
const REFUSED = "A valid token is needed";
const CANNOT_TELL = "cannot be looked up";

interface Signer {
  readonly kid: string;
  readonly alg: "RS256" | "ES256";
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
const signer = (kid: string, alg: Signer["alg"]): Signer => ({ kid, alg, ...(alg === "RS256" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ec", { namedCurve: "prime256v1" })) });
const [old, next, other] = [signer("old", "RS256"), signer("next", "ES256"), signer("other", "RS256")];
const jwk = ({ publicKey, kid }: Signer): object => ({ ...publicKey.export({ format: "jwk" }), kid });

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url");
const claims = (now: number): object => ({ sub: "somebody", iss: "issuer", aud: "audience", iat: now / 1000, exp: now / 1000 + 43_200, role: "FINANCE", programme: "acme" });
const signed = (by: Signer, header: object = {}, payload: object = claims(START)): string => {
  const text = `${encode({ alg: by.alg, typ: "JWT", kid: by.kid, ...header })}.${encode(payload)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key: by.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
};

const nobody = (): Promise<string> => Promise.reject(new Error("ECONNREFUSED"));

/** A verifier over a key server that publishes what it is told to, and counts how often it is asked. */
class Issuer {
  readonly clock = new FixedClock(START);
  readonly log: Array<{ level: "info" | "warn"; facts: Record<string, unknown> }> = [];
  asked = 0;
  readonly verifier: TokenVerifier;
  publishes: () => Promise<string>;

  constructor(...published: [() => Promise<string>] | Signer[]) {
    const [first] = published;
    this.publishes = typeof first === "function" ? first : async () => JSON.stringify({ keys: (published as Signer[]).map(jwk) });
    const note = (level: "info" | "warn") => (facts: unknown) => void this.log.push({ level, facts: typeof facts === "object" ? (facts as Record<string, unknown>) : {} });
    this.verifier = createTokenVerifier(CONFIG, this.clock, {
      logger: { info: note("info"), warn: note("warn") } as never,
      download: (url) => {
        expect(url).toBe("https://issuer.example/keys");
        this.asked += 1;
        return this.publishes();
      },
    });
  }
  publish(...keys: Array<Signer | object>): void {
    this.publishes = async () => JSON.stringify({ keys: keys.map((key) => ("privateKey" in key ? jwk(key as Signer) : key)) });
  }
  at(ms: number): this {
    this.clock.set(new Date(START + ms).toISOString());
    return this;
  }
  /** "ok", or the beginning of the refusal. */
  async says(token: string): Promise<string> {
    return this.verifier.verify(token).then(({ subject }) => (subject === "somebody" ? "ok" : subject), (error: Error & { code?: string }) => `${error.code}: ${error.message.includes(CANNOT_TELL) ? CANNOT_TELL : error.message.slice(0, REFUSED.length)}`);
  }
}
const refused = `UNAUTHENTICATED: ${REFUSED}`;
const cannotTell = `UNAUTHENTICATED: ${CANNOT_TELL}`;
/** Until whatever was begun beside a request is over. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

describe("a token signed with a published key", () => {
  it("is accepted; the keys are read once, at start, and known ones cost no further look", async () => {
    const issuer = new Issuer(old, next);
    for (let second = 0; second < 299; second += 23) expect([second, await issuer.at(second * 1000).says(signed(old)), await issuer.says(signed(next)), issuer.asked]).toEqual([second, "ok", "ok", 1]);
    expect(issuer.log).toEqual([{ level: "info", facts: { keys: ["old", "next"] } }]);
  });

  it("is held to issuer, audience and times like any other, by the clock of the application", async () => {
    const issuer = new Issuer(old);
    const now = START / 1000;
    for (const wrong of [{ iss: "another" }, { aud: "another" }, { exp: now - 31, iat: now - 60 }, { iat: now + 300 }, { exp: now + 43_201 }, { exp: undefined }, { sub: undefined }]) expect([wrong, await issuer.says(signed(old, {}, { ...claims(START), ...wrong }))]).toEqual([wrong, refused]);
    expect(await issuer.at(43_200_000 + 31_000).says(signed(old))).toBe(refused);
    for (const header of [{ crit: ["exp"] }, { b64: false }, { typ: "secevent+jwt" }]) expect([header, await issuer.says(signed(old, header))]).toEqual([header, refused]);
    await expect(issuer.verifier.verify(signed(old, {}, { ...claims(issuer.clock.now()), role: "CHIEF" }))).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  const text = `${encode({ alg: "HS256", typ: "JWT", kid: "old" })}.${encode(claims(START))}`;
  const hmac = (secret: string | Buffer): string => `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  it.each<[string, () => string]>([
    ["HS256 with the published key in PEM as secret", () => hmac(old.publicKey.export({ type: "spki", format: "pem" }))],
    ["HS256 with the published key in DER as secret", () => hmac(old.publicKey.export({ type: "spki", format: "der" }))],
    ["HS256 with the published JSON as secret", () => hmac(JSON.stringify(jwk(old)))],
    ["HS256 with the modulus as secret", () => hmac(old.publicKey.export({ format: "jwk" }).n!)],
    ["alg none", () => `${encode({ alg: "none", kid: "old" })}.${encode(claims(START))}.`],
    ["alg none with a signature", () => signed(old, { alg: "none" })],
    ["no alg", () => signed(old, { alg: undefined })],
    ["alg in a list", () => signed(old, { alg: ["RS256"] })],
    ["RS512", () => signed(old, { alg: "RS512" })],
    ["PS256", () => signed(old, { alg: "PS256" })],
    ["EdDSA", () => signed(old, { alg: "EdDSA" })],
    ["ES256 under the name of an RSA key", () => signed(next, { kid: "old" })],
    ["RS256 under the name of a P-256 key", () => signed(old, { kid: "next" })],
    ["another key under the name of a published one", () => signed(other, { kid: "old" })],
    ["a key in its header", () => signed(other, { kid: "old", jwk: jwk(other), jku: "https://evil.example/keys", x5u: "https://evil.example/x", x5c: ["AA=="] })],
    ["no kid", () => signed(old, { kid: undefined })],
    ["a kid that is a number", () => signed(old, { kid: 7 })],
    ["a kid that is a list", () => signed(old, { kid: ["old"] })],
    ["a changed payload", () => signed(old).replace(/\.[^.]+\./, `.${encode({ ...claims(START), role: "ADMIN" })}.`)],
    ["a header that is null", () => `${encode(null)}.${encode(claims(START))}.AA`],
    ["a header that is no JSON", () => `AA.${encode(claims(START))}.AA`],
    ["no dots", () => "hello"],
    ["nothing", () => ""],
    ["8,193 bytes", () => signed(old, { padding: "x".repeat(8_193) })],
  ])("is refused without another look: %s", async (_, token) => {
    const issuer = new Issuer(old, next);
    expect(await issuer.at(LOOK_AGAIN_MS).says(token())).toBe(refused);
    expect(issuer.asked).toBe(1);
  });

  it.each(["../../../../etc/passwd", "/dev/null", "old' or '1'='1", "old\u0000", "OLD", "__proto__", "constructor", "toString", "", "https://evil.example/keys", "long".repeat(1_250)])("a kid is a name to compare and nothing else (%#)", async (kid) => {
    const issuer = new Issuer(old);
    expect(await issuer.says(signed(old, { kid }))).toBe(refused);
    expect(await issuer.says(signed({ ...old, privateKey: other.privateKey }, { kid }))).toBe(refused);
  });
});

describe("when keys change", () => {
  it("a new one is accepted beside the old one, and a withdrawn one refused, without a restart and without a false refusal", async () => {
    const issuer = new Issuer(old);
    expect(await issuer.says(signed(old))).toBe("ok");
    issuer.publish(old, next);
    expect([await issuer.at(LOOK_AGAIN_MS).says(signed(next)), await issuer.says(signed(old)), issuer.asked]).toEqual(["ok", "ok", 2]);
    issuer.publish(next);
    expect([await issuer.at(LOOK_AGAIN_MS + REFRESH_MS).says(signed(old)), issuer.asked]).toEqual(["ok", 3]);
    await settle();
    expect([await issuer.says(signed(old)), await issuer.says(signed(next)), issuer.asked]).toEqual([refused, "ok", 3]);
    expect(issuer.log.map(({ level, facts }) => [level, facts["keys"]])).toEqual([["info", ["old"]], ["info", ["old", "next"]], ["info", ["next"]]]);
  });

  it("a server that nobody asked anything for the longest age refuses a withdrawn key with the first request", async () => {
    const issuer = new Issuer(old);
    await settle();
    issuer.publish(next);
    expect([await issuer.at(LARGEST_AGE_MS).says(signed(old)), await issuer.says(signed(next)), issuer.asked]).toEqual([refused, "ok", 2]);
  });

  it("another key under the same name takes the place of the first", async () => {
    const issuer = new Issuer(old);
    await settle();
    issuer.publish({ ...jwk(other), kid: "old" });
    expect([await issuer.at(LARGEST_AGE_MS).says(signed(old)), await issuer.says(signed(other, { kid: "old" }))]).toEqual([refused, "ok"]);
    expect(issuer.log.map(({ level }) => level)).toEqual(["info", "info"]);
  });

  it("an empty set is an answer: no key is left", async () => {
    const issuer = new Issuer(old);
    await settle();
    issuer.publish();
    expect(await issuer.at(LARGEST_AGE_MS).says(signed(old))).toBe(refused);
    expect(issuer.log.at(-1)).toEqual({ level: "warn", facts: {} });
  });

  it("what is not fit is left out and told once, not every time", async () => {
    const issuer = new Issuer(async () => JSON.stringify({ keys: [{ kty: "oct", k: "AA", kid: "symmetric" }, jwk(old)] }));
    await settle();
    for (let looks = 1; looks < 5; looks += 1) expect([await issuer.at(looks * LARGEST_AGE_MS).says(signed(old)), issuer.asked]).toEqual(["ok", looks + 1]);
    expect(issuer.log.filter(({ facts }) => facts["skipped"])).toEqual([{ level: "warn", facts: { skipped: ["symmetric: its kty is neither RSA nor EC"] } }]);
  });
});

describe("a storm of unknown names", () => {
  it("makes one look, and one more every half minute", async () => {
    const issuer = new Issuer(old);
    await settle();
    const storm = (round: number): Promise<string[]> => Promise.all(Array.from({ length: 1_500 }, (_, index) => issuer.says(`${encode({ alg: "RS256", kid: `${round}-${index}` })}.e30.AA`)));
    for (const [round, ms] of [0, 1_000, LOOK_AGAIN_MS - 1, LOOK_AGAIN_MS, LOOK_AGAIN_MS + 1, 2 * LOOK_AGAIN_MS - 1, 2 * LOOK_AGAIN_MS].entries()) {
      expect(new Set(await storm(issuer.at(ms) && round))).toEqual(new Set([refused]));
      expect([ms, issuer.asked]).toEqual([ms, 1 + Math.floor(ms / LOOK_AGAIN_MS)]);
    }
    expect(await issuer.says(signed(old))).toBe("ok");
  });

  it("waits for one look under way, and known keys do not wait for it", async () => {
    const issuer = new Issuer(old);
    await settle();
    let arrive: (text: string) => void = () => undefined;
    issuer.publishes = () => new Promise((done) => (arrive = done));
    issuer.at(REFRESH_MS);
    const waiting = Promise.all([issuer.says(signed(next)), issuer.says(signed(next)), issuer.says(signed(other))]);
    await settle();
    expect(await issuer.says(signed(old))).toBe("ok");
    arrive(JSON.stringify({ keys: [jwk(next)] }));
    expect([await waiting, issuer.asked, await issuer.says(signed(old))]).toEqual([["ok", "ok", refused], 2, refused]);
  });
});

describe("while the key server is down", () => {
  it("from the start, every token is refused with the reason until it answers, asked twice a minute", async () => {
    const issuer = new Issuer(nobody);
    expect([await issuer.says(signed(old)), await issuer.at(LOOK_AGAIN_MS - 1).says(signed(old)), issuer.asked]).toEqual([cannotTell, cannotTell, 1]);
    expect(issuer.log).toEqual([{ level: "warn", facts: { reason: "ECONNREFUSED", knownKeys: [], acceptedUntil: null } }]);
    issuer.publish(old);
    expect([await issuer.at(LOOK_AGAIN_MS).says(signed(old)), await issuer.says(signed(next)), issuer.asked]).toEqual(["ok", refused, 2]);
  });

  it.each<[string, () => Promise<string>]>([
    ["a refused connection", nobody],
    ["HTML", async () => "<html>Down for maintenance</html>"],
    ["JSON that is no key set", async () => '{"error":"down"}'],
  ])("known keys are accepted for the longest outage, unknown ones refused with the reason: %s", async (_, answer) => {
    const issuer = new Issuer(old);
    await settle();
    issuer.publishes = answer;
    const asked: number[] = [];
    // A busy server first finds the outage beside its requests; then nobody waits for it any more.
    for (let ms = REFRESH_MS; ms < LONGEST_OUTAGE_MS; ms += LOOK_AGAIN_MS / 2) {
      if ((await issuer.at(ms).says(signed(old))) !== "ok") throw new Error(`refused after ${ms} ms`);
      await settle();
      asked.push(issuer.asked);
    }
    expect(asked.at(-1)).toBe(1 + (LONGEST_OUTAGE_MS - REFRESH_MS) / LOOK_AGAIN_MS);
    expect([await issuer.says(signed(next)), await issuer.says(signed(old))]).toEqual([cannotTell, "ok"]);
    expect(issuer.log.at(-1)).toEqual({ level: "warn", facts: { reason: expect.any(String) as string, knownKeys: ["old"], acceptedUntil: "2025-11-15T13:00:00.000Z" } });
    expect(await issuer.at(LONGEST_OUTAGE_MS).says(signed(old))).toBe(cannotTell);
    issuer.publish(old, next);
    expect([await issuer.at(LONGEST_OUTAGE_MS + LOOK_AGAIN_MS).says(signed(old)), await issuer.says(signed(next)), issuer.log.at(-1)?.level]).toEqual(["ok", "ok", "info"]);
  });

  it("a request that comes after a long silence finds out first whether it still is", async () => {
    const issuer = new Issuer(old);
    await settle();
    issuer.publishes = nobody;
    expect([await issuer.at(LARGEST_AGE_MS).says(signed(old)), issuer.asked]).toEqual(["ok", 2]);
    issuer.publish(next);
    expect([await issuer.at(LARGEST_AGE_MS + 2 * LOOK_AGAIN_MS).says(signed(old)), issuer.asked]).toEqual([refused, 3]);
  });

  it("known keys do not wait for an answer that does not come", async () => {
    const issuer = new Issuer(old);
    await settle();
    issuer.publishes = nobody;
    expect(await issuer.at(LARGEST_AGE_MS).says(signed(old))).toBe("ok");
    issuer.publishes = () => new Promise(() => undefined);
    expect([await issuer.at(LARGEST_AGE_MS + LOOK_AGAIN_MS).says(signed(old)), issuer.asked]).toEqual(["ok", 3]);
  });
});

it("a clock that is set back a day neither keeps a withdrawn key nor stops the looks", async () => {
  const issuer = new Issuer(old);
  await settle();
  issuer.publish(next);
  const before = claims(START - 86_400_000);
  expect([await issuer.at(-86_400_000).says(signed(old, {}, before)), await issuer.says(signed(next, {}, before)), issuer.asked]).toEqual([refused, "ok", 2]);
});
