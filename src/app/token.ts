import { KeyObject, createPublicKey, createSecretKey } from "node:crypto";
import jwt, { JwtPayload } from "jsonwebtoken";
import type { Logger } from "pino";
import { Clock } from "../kernel/clock";
import { isCode } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { Principal, Role, isBoundToUnits, isRole } from "../tenancy";
import { ConfigError, TokenConfig } from "./config";
import { downloadKeySet } from "./download-key-set";
import { PublishedKeys } from "./published-keys";
import { VerificationKey, algorithmOf } from "./verification-key";

const LARGEST_TOKEN_BYTES = 8_192;
/** How far clocks may be apart, the last second included; jsonwebtoken counts that one as too late. */
const CLOCK_SKEW_SECONDS = 30;
const TYPES: ReadonlySet<string> = new Set(["jwt", "at+jwt"]);
const MOST_UNITS = 500;

/** Checks tokens. Everything that jsonwebtoken leaves open is shut here. */
export interface TokenVerifier {
  /**
   * Who the token speaks for; UNAUTHENTICATED without saying which check failed (but that published keys cannot be read at the
   * moment), FORBIDDEN for a role that is none.
   */
  verify(token: string): Promise<Principal>;
}

/** What published keys need beside their address: where they are told of, and how they are fetched. */
interface KeySetParts {
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly download?: (url: string) => Promise<string>;
}

/** Throws ConfigError at start for a key that is too weak or of another kind than it claims to be; published keys are read beside it. */
export function createTokenVerifier(config: TokenConfig, clock: Clock, parts: KeySetParts): TokenVerifier {
  // jsonwebtoken leaves a check out whose expected value is empty.
  if (config.issuer.trim() === "" || config.audience.trim() === "") throw new ConfigError("APPORTION_JWT_ISSUER and APPORTION_JWT_AUDIENCE must not be empty.");
  const keyOf = keySource(config, clock, parts);
  return {
    async verify(token) {
      if (Buffer.byteLength(token, "utf8") > LARGEST_TOKEN_BYTES) throw unauthenticated();
      const { key, algorithm } = await keyOf(token);
      let payload: JwtPayload | string;
      try {
        const complete = jwt.verify(token, key, {
          algorithms: [algorithm], issuer: config.issuer, audience: config.audience, clockTolerance: CLOCK_SKEW_SECONDS + 1,
          clockTimestamp: Math.floor(clock.now() / 1000), complete: true,
        });
        const header = complete.header as { typ?: unknown; crit?: unknown; b64?: unknown };
        if (header.crit !== undefined || header.b64 !== undefined) throw unauthenticated();
        if (header.typ !== undefined && !(typeof header.typ === "string" && TYPES.has(header.typ.toLowerCase()))) throw unauthenticated();
        payload = complete.payload;
      } catch {
        throw unauthenticated();
      }
      if (typeof payload !== "object" || payload === null) throw unauthenticated();
      requireBoundedLife(payload, config.maxAgeSeconds, clock);
      return toPrincipal(payload);
    },
  };
}

function requireBoundedLife(payload: JwtPayload, maxAgeSeconds: number, clock: Clock): void {
  const { exp, iat } = payload;
  const sound = Number.isSafeInteger(exp) && Number.isSafeInteger(iat) && exp! > iat! && exp! - iat! <= maxAgeSeconds && iat! <= Math.floor(clock.now() / 1000) + 60;
  if (!sound) throw unauthenticated();
}

function toPrincipal(payload: JwtPayload): Principal {
  const { sub, role, programme, business_units: units } = payload as Record<string, unknown>;
  if (typeof sub !== "string" || sub.length === 0 || sub.length > 200) throw unauthenticated();
  if (!isRole(role)) throw new Refusal("FORBIDDEN", "The token's role claim is not exactly one of the known roles.");
  if (programme !== undefined && programme !== null && !(typeof programme === "string" && isCode(programme))) throw new Refusal("FORBIDDEN", "The token's programme claim is not a code.");
  if (units !== undefined && units !== null && !isUnitList(units)) throw new Refusal("FORBIDDEN", "The token's business_units claim is not a list of codes.");
  return { subject: sub, role, programme: (programme as string | null | undefined) ?? null, businessUnits: isBoundToUnits(role) ? ((units as string[] | null | undefined) ?? []) : [] };
}

function isUnitList(units: unknown): units is string[] {
  return Array.isArray(units) && units.length <= MOST_UNITS && units.every((unit) => typeof unit === "string" && isCode(unit));
}

function unauthenticated(): Refusal {
  return new Refusal("UNAUTHENTICATED", "A valid token is needed: send Authorization: Bearer <token>.");
}

/** The key for a token: the configured one, whatever the token says, or the published one that its `kid` names. */
function keySource(config: TokenConfig, clock: Clock, { logger, download = downloadKeySet }: KeySetParts): (token: string) => VerificationKey | Promise<VerificationKey> {
  if (config.key.kind !== "keySet") {
    const configured = configuredKey(config.key);
    return () => configured;
  }
  const { url } = config.key;
  const published = new PublishedKeys(() => download(url), clock, logger);
  // At once, so that the first request finds them and a wrong address shows at start, which does not wait for it.
  void published.refresh();
  return async (token) => {
    const { alg, kid } = headerOf(token);
    // What no published key can have signed is not worth a look; which algorithm it is does the key itself decide.
    if ((alg !== "RS256" && alg !== "ES256") || typeof kid !== "string") throw unauthenticated();
    const key = await published.find(kid);
    if (key === undefined) throw unauthenticated();
    return key;
  };
}

/** What the token says of itself, unchecked; nothing but the name of its key is taken from it. */
function headerOf(token: string): { readonly alg?: unknown; readonly kid?: unknown } {
  try {
    return (JSON.parse(Buffer.from(token.split(".", 1)[0]!, "base64url").toString("utf8")) ?? {}) as object;
  } catch {
    throw unauthenticated();
  }
}

function configuredKey(given: Exclude<TokenConfig["key"], { readonly kind: "keySet" }>): VerificationKey {
  if (given.kind === "secret" && Buffer.byteLength(given.secret, "utf8") < 32) throw new ConfigError("APPORTION_JWT_SECRET must have at least 32 bytes.");
  if (given.kind === "secret") return { key: createSecretKey(given.secret, "utf8"), algorithm: "HS256" };
  let key: KeyObject;
  try {
    key = createPublicKey(given.pem);
  } catch {
    throw new ConfigError("APPORTION_JWT_PUBLIC_KEY is not a public key in PEM form.");
  }
  try {
    return { key, algorithm: algorithmOf(key) };
  } catch (error) {
    throw new ConfigError(`APPORTION_JWT_PUBLIC_KEY: ${(error as Error).message}.`);
  }
}

export interface TokenRequest {
  readonly role: Role;
  readonly subject: string;
  readonly programme: string | null;
  readonly businessUnits: readonly string[];
  readonly ttlSeconds: number;
}

/** Signs a token with the symmetric secret. Refuses when only public keys are configured or the life is too long. */
export function signToken(config: TokenConfig, request: TokenRequest, clock: Clock): string {
  if (config.key.kind !== "secret") throw new Refusal("BAD_USER_INPUT", "Only public keys are configured: tokens come from your identity provider.");
  if (request.ttlSeconds < 1 || request.ttlSeconds > config.maxAgeSeconds) throw new Refusal("BAD_USER_INPUT", `A token lives at most ${config.maxAgeSeconds} seconds here.`, ["ttl"]);
  const iat = Math.floor(clock.now() / 1000);
  return jwt.sign(
    { sub: request.subject, role: request.role, programme: request.programme ?? undefined, business_units: request.businessUnits.length > 0 ? request.businessUnits : undefined, iat, exp: iat + request.ttlSeconds },
    createSecretKey(config.key.secret, "utf8"),
    { algorithm: "HS256", issuer: config.issuer, audience: config.audience },
  );
}
