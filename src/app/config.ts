import { userInfo } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import { CHARGES, DEFAULT_RATE_LIMITS, RateLimits } from "./rate-limits";
import { LONGEST_SECONDS, MOST_UNITS, Quota } from "./token-bucket";

/** A configuration that cannot work; the message says what to set. */
export class ConfigError extends Error {}

const text = z.string().trim().min(1).optional();

const Environment = z.object({
  DATABASE_URL: text,
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  HOST: z.string().trim().min(1).default("127.0.0.1"),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  APPORTION_MIGRATION_URL: text,
  APPORTION_BACKUP_URL: text,
  APPORTION_JWT_ISSUER: text,
  APPORTION_JWT_AUDIENCE: text,
  APPORTION_JWT_PUBLIC_KEY: text,
  APPORTION_JWT_SECRET: text,
  APPORTION_JWKS_URL: text,
  APPORTION_JWT_MAX_AGE: z.coerce.number().int().min(60).max(31_536_000).default(43_200),
  APPORTION_SECRETS_KEY: text,
  APPORTION_SECRETS_KEY_PREVIOUS: text,
  APPORTION_RATE_LIMIT: text,
  APPORTION_ANONYMOUS_RATE_LIMIT: text,
  APPORTION_DATA_DIR: z.string().trim().min(1).default(".data"),
  APPORTION_DEMO: z.enum(["auto", "on", "off"]).default("auto"),
});

/** How tokens are checked: one secret, one public key or the keys that the issuer publishes; one issuer, one audience. */
export interface TokenConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly key: { readonly kind: "secret"; readonly secret: string } | { readonly kind: "publicKey"; readonly pem: string } | { readonly kind: "keySet"; readonly url: string };
  /** Longest life of a token, in seconds. */
  readonly maxAgeSeconds: number;
}

export interface Config {
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  readonly migrationUrl: string | null;
  /** The role for backups; only `backup` uses it. */
  readonly backupUrl: string | null;
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
  readonly dataDirectory: string;
  readonly demo: boolean;
  /** Null: a key of its own is made under the data directory (embedded database only). */
  readonly token: TokenConfig | null;
  /** What secrets are kept under. Null: a key of its own beside the embedded database, none with another one. */
  readonly secretsKey: string | null;
  /** What they were kept under before; read, and never written with. */
  readonly previousSecretsKey: string | null;
  /** What one person, key or address may use. */
  readonly rateLimits: RateLimits;
}

/**
 * Reads and checks the whole environment at start; throws ConfigError that names every fault. Only what makes or checks
 * tokens needs their settings: `migrate` does not.
 */
export function readConfig(environment: NodeJS.ProcessEnv, needs: { readonly tokens: boolean } = { tokens: true }): Config {
  const known = new Set(Object.keys(Environment.shape));
  const unknown = Object.keys(environment).filter((name) => name.startsWith("APPORTION_") && !known.has(name));
  if (unknown.length > 0) throw new ConfigError(`Unknown setting ${unknown.join(", ")}. The known ones stand in .env.example.`);
  const given = Object.fromEntries(Object.entries(environment).filter(([name, value]) => known.has(name) && value !== undefined && value !== ""));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  const env = parsed.data;
  const token = readTokenConfig(env);
  const isPlain = token === null && env.DATABASE_URL === undefined;
  if (needs.tokens && env.DATABASE_URL !== undefined && token === null) {
    throw new ConfigError("With DATABASE_URL set, tokens need real settings: APPORTION_JWT_ISSUER, APPORTION_JWT_AUDIENCE and one of APPORTION_JWKS_URL, APPORTION_JWT_PUBLIC_KEY and APPORTION_JWT_SECRET.");
  }
  return {
    databaseUrl: env.DATABASE_URL ?? null,
    migrationUrl: env.APPORTION_MIGRATION_URL ?? null,
    backupUrl: env.APPORTION_BACKUP_URL ?? null,
    port: env.PORT,
    host: env.HOST,
    logLevel: env.LOG_LEVEL,
    dataDirectory: resolve(env.APPORTION_DATA_DIR),
    demo: env.APPORTION_DEMO === "on" || (env.APPORTION_DEMO === "auto" && isPlain),
    token,
    ...readSecretsKeys(env),
    rateLimits: {
      principal: readQuota("APPORTION_RATE_LIMIT", env.APPORTION_RATE_LIMIT, CHARGES.fault, DEFAULT_RATE_LIMITS.principal),
      anonymous: readQuota("APPORTION_ANONYMOUS_RATE_LIMIT", env.APPORTION_ANONYMOUS_RATE_LIMIT, 1, DEFAULT_RATE_LIMITS.anonymous),
    },
  };
}

function readTokenConfig(env: z.infer<typeof Environment>): TokenConfig | null {
  const { APPORTION_JWT_ISSUER: issuer, APPORTION_JWT_AUDIENCE: audience, APPORTION_JWT_PUBLIC_KEY: pem, APPORTION_JWT_SECRET: secret, APPORTION_JWKS_URL: url } = env;
  const sources = [pem, secret, url].filter((source) => source !== undefined);
  if (!issuer && !audience && sources.length === 0) return null;
  if (!issuer || !audience) throw new ConfigError("APPORTION_JWT_ISSUER and APPORTION_JWT_AUDIENCE are both needed.");
  if (sources.length !== 1) throw new ConfigError("Set exactly one of APPORTION_JWKS_URL (RS256 and ES256, the keys that your identity provider publishes), APPORTION_JWT_PUBLIC_KEY (RS256 or ES256, PEM) and APPORTION_JWT_SECRET (HS256).");
  if (secret && Buffer.byteLength(secret, "utf8") < 32) throw new ConfigError("APPORTION_JWT_SECRET must have at least 32 bytes.");
  const key: TokenConfig["key"] = secret ? { kind: "secret", secret } : url ? { kind: "keySet", url: keySetUrl(url) } : { kind: "publicKey", pem: pem!.replace(/\\n/g, "\n") };
  return { issuer, audience, maxAgeSeconds: env.APPORTION_JWT_MAX_AGE, key };
}

/** Whoever can change the answer can make tokens: only an encrypted address, or one that does not leave the machine. */
function keySetUrl(given: string): string {
  if (!URL.canParse(given)) throw new ConfigError("APPORTION_JWKS_URL is not a URL. Set the jwks_uri of your identity provider.");
  const url = new URL(given);
  const isLoopback = url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) throw new ConfigError("APPORTION_JWKS_URL must begin with https:// (http:// only for localhost, 127.0.0.1 and [::1]).");
  if (url.username !== "" || url.password !== "") throw new ConfigError("APPORTION_JWKS_URL must not hold a name or a password: published keys need none.");
  return url.href;
}

function readSecretsKeys(env: z.infer<typeof Environment>): Pick<Config, "secretsKey" | "previousSecretsKey"> {
  const { APPORTION_SECRETS_KEY: key, APPORTION_SECRETS_KEY_PREVIOUS: previous } = env;
  for (const [name, secret] of [["APPORTION_SECRETS_KEY", key], ["APPORTION_SECRETS_KEY_PREVIOUS", previous]] as const) {
    if (secret !== undefined && Buffer.byteLength(secret, "utf8") < 32) throw new ConfigError(`${name} must have at least 32 bytes.`);
  }
  if (previous !== undefined && key === undefined) throw new ConfigError("APPORTION_SECRETS_KEY_PREVIOUS is read beside APPORTION_SECRETS_KEY. Set the new key, too.");
  if (previous !== undefined && previous === key) throw new ConfigError("APPORTION_SECRETS_KEY_PREVIOUS is APPORTION_SECRETS_KEY itself. Set the new key, or leave the previous one out.");
  return { secretsKey: key ?? null, previousSecretsKey: previous ?? null };
}

/** "<units>/<seconds>", or "off". */
function readQuota(name: string, given: string | undefined, least: number, usual: Quota | null): Quota | null {
  if (given === undefined) return usual;
  if (given === "off") return null;
  const [, units, seconds] = /^(\d{1,10})\/(\d{1,4})$/.exec(given)?.map(Number) ?? [];
  if (units === undefined || seconds === undefined || units < least || units > MOST_UNITS || seconds < 1 || seconds > LONGEST_SECONDS) {
    throw new ConfigError(`${name} must be <units>/<seconds>, ${least} to ${MOST_UNITS} units that come back within 1 to ${LONGEST_SECONDS} seconds, such as ${usual!.units}/${usual!.seconds}; or off.`);
  }
  return { units, seconds };
}

/** The operating system's name of whoever runs the process; "operator" when it has none. */
export function operatingSystemUser(): string {
  try {
    return userInfo().username || "operator";
  } catch {
    return "operator";
  }
}
