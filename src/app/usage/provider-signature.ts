import { createHash, createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import jwt from "jsonwebtoken";
import { Provider } from "../../metering";

/** A request as its sender signed it. */
export interface SignedRequest {
  readonly headers: IncomingHttpHeaders;
  /** Path and query, as they came. */
  readonly url: string;
  readonly body: Buffer;
  /** The fields of a form; null for any other body. */
  readonly form: URLSearchParams | null;
}

/** What a look at a signature found: STALE is one that is right and too old, or from too far ahead. */
export type Finding = "SIGNED" | "UNSIGNED" | "WRONG" | "STALE";

/** Further away from now than this, a signature that says when it was made is worth nothing. */
export const REPLAY_WINDOW_MS = 5 * 60_000;

type Check = (request: SignedRequest, secret: string, nowMs: number) => Finding;

/**
 * Whether one of the secrets made the signature of a request, as its provider signs. Where the provider says in what it
 * signs when it did, that must be within 5 minutes of now; what is sent again within them is the same event.
 */
export function checkSignature(provider: Provider, request: SignedRequest, secrets: readonly string[], nowMs: number): Finding {
  const findings = secrets.map((secret) => CHECKS[provider](request, secret, nowMs));
  return (["SIGNED", "STALE", "WRONG"] as const).find((finding) => findings.includes(finding)) ?? "UNSIGNED";
}

const header = ({ headers }: SignedRequest, name: string): string | null => {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : null;
};

/** Compared by their hashes: those have one length, and say nothing of what they are of. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(digest(a), digest(b));
}

const hmac = (algorithm: "sha1" | "sha256", secret: string | Buffer, ...parts: ReadonlyArray<string | Buffer>): Buffer => {
  const mac = createHmac(algorithm, secret);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

const within = (ms: number, nowMs: number): Finding => (Math.abs(nowMs - ms) <= REPLAY_WINDOW_MS ? "SIGNED" : "STALE");

/** The parts of "t=1,v0=abc" by name. */
const parts = (text: string): ReadonlyMap<string, string> => new Map(text.split(",").map((part) => [part.slice(0, part.indexOf("=")).trim(), part.slice(part.indexOf("=") + 1).trim()]));
const DIGITS = /^\d{1,16}$/;

const checkTwilio: Check = (request, secret) => {
  const signature = header(request, "x-twilio-signature");
  if (signature === null) return "UNSIGNED";
  const fields = request.form === null ? "" : [...new Set(request.form.keys())].sort().map((key) => [...new Set(request.form!.getAll(key))].sort().map((value) => key + value).join("")).join("");
  if (request.form === null) {
    const digest = new URLSearchParams(request.url.split("?")[1] ?? "").get("bodySHA256");
    if (digest === null || !isSame(digest, createHash("sha256").update(request.body).digest("hex"))) return "WRONG";
  }
  return addresses(request).some((address) => isSame(signature, hmac("sha1", secret, address + fields).toString("base64"))) ? "SIGNED" : "WRONG";
};

/** The addresses that this request may have been sent to, as the sender wrote them: a proxy may stand in between. */
function addresses(request: SignedRequest): string[] {
  const hosts = [header(request, "x-forwarded-host"), header(request, "host")].filter((host): host is string => host !== null && /^[\w.:[\]-]{1,255}$/.test(host));
  return [...new Set(hosts.flatMap((host) => ["https", "http"].flatMap((scheme) => [host, host.replace(/:\d+$/, ""), `${host.replace(/:\d+$/, "")}:${scheme === "https" ? 443 : 80}`].map((each) => `${scheme}://${each}${request.url}`))))];
}

const checkRetell: Check = (request, secret, nowMs) => {
  const signature = header(request, "x-retell-signature");
  if (signature === null) return "UNSIGNED";
  const { v, d } = Object.fromEntries(parts(signature));
  if (v === undefined || d === undefined || !DIGITS.test(v) || !isSame(d, hmac("sha256", secret, request.body, v).toString("hex"))) return "WRONG";
  return within(Number(v), nowMs);
};

const checkElevenLabs: Check = (request, secret, nowMs) => {
  const signature = header(request, "elevenlabs-signature");
  if (signature === null) return "UNSIGNED";
  const { t, v0 } = Object.fromEntries(parts(signature));
  if (t === undefined || v0 === undefined || !DIGITS.test(t) || !isSame(v0, hmac("sha256", secret, `${t}.`, request.body).toString("hex"))) return "WRONG";
  return within(Number(t) * 1000, nowMs);
};

/**
 * Vapi either says its secret, as a bearer token (with or without that word) or in a header of its own, or signs with it: the
 * body alone, or with the time and a dot in front of it, in hexadecimal or base64. Its older accounts say the secret where the
 * signature belongs.
 */
const checkVapi: Check = (request, secret, nowMs) => {
  const signature = header(request, "x-vapi-signature") ?? header(request, "x-signature"), sentAt = header(request, "x-vapi-timestamp") ?? header(request, "x-timestamp");
  const said = header(request, "x-vapi-secret") ?? header(request, "authorization")?.replace(/^Bearer /i, "") ?? null;
  if (signature === null) return said === null ? "UNSIGNED" : isSame(said, secret) ? "SIGNED" : "WRONG";
  if (isSame(signature, secret)) return "SIGNED";
  const given = signature.replace(/^sha256=/, "");
  const signs = (...signed: ReadonlyArray<string | Buffer>): boolean => (["hex", "base64"] as const).some((encoding) => isSame(given, hmac("sha256", secret, ...signed).toString(encoding)));
  if (sentAt === null) return signs(request.body) ? "SIGNED" : "WRONG";
  if (!DIGITS.test(sentAt) || !signs(`${sentAt}.`, request.body)) return "WRONG";
  return within(Number(sentAt) * (sentAt.length > 11 ? 1 : 1000), nowMs);
};

const checkBland: Check = (request, secret) => {
  const signature = header(request, "x-webhook-signature");
  if (signature === null) return "UNSIGNED";
  return isSame(signature, hmac("sha256", secret, request.body).toString("hex")) ? "SIGNED" : "WRONG";
};

/** LiveKit sends a token, signed with the secret of its API key, that holds the hash of the body. */
const checkLiveKit: Check = (request, secret, nowMs) => {
  const token = header(request, "authorization")?.replace(/^Bearer /i, "") ?? null;
  if (token === null) return "UNSIGNED";
  try {
    const claims = jwt.verify(token, createSecretKey(secret, "utf8"), { algorithms: ["HS256"], ignoreExpiration: true, ignoreNotBefore: true });
    if (typeof claims !== "object" || typeof claims.sha256 !== "string" || !isSame(claims.sha256, createHash("sha256").update(request.body).digest("base64"))) return "WRONG";
    const begins = claims.nbf ?? claims.iat ?? (claims.exp === undefined ? NaN : claims.exp - REPLAY_WINDOW_MS / 1000);
    if (claims.exp !== undefined && claims.exp * 1000 < nowMs) return "STALE";
    return within(begins * 1000, nowMs);
  } catch {
    return "WRONG";
  }
};

/** OpenAI signs as Standard Webhooks do; a header may hold several signatures while a secret is changed. */
const checkStandard: Check = (request, secret, nowMs) => {
  const id = header(request, "webhook-id"), sentAt = header(request, "webhook-timestamp"), signatures = header(request, "webhook-signature");
  if (id === null || sentAt === null || signatures === null) return "UNSIGNED";
  const expected = `v1,${hmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"), `${id}.${sentAt}.`, request.body).toString("base64")}`;
  if (!DIGITS.test(sentAt) || !signatures.split(" ").slice(0, 10).some((signature) => isSame(signature, expected))) return "WRONG";
  return within(Number(sentAt) * 1000, nowMs);
};

/** Who does not sign is known by a secret in a header, such as those that EventBridge and Firehose let one set. */
const checkShared: Check = (request, secret) => {
  const given = ["x-apportion-key", "x-amz-firehose-access-key", "x-api-key"].map((name) => header(request, name)).find((value) => value !== null) ?? null;
  if (given === null) return "UNSIGNED";
  return isSame(given, secret) ? "SIGNED" : "WRONG";
};

const CHECKS: Readonly<Record<Provider, Check>> = {
  twilio: checkTwilio, "amazon-connect": checkShared, genesys: checkShared, vapi: checkVapi, retell: checkRetell, bland: checkBland, livekit: checkLiveKit, "openai-realtime": checkStandard, elevenlabs: checkElevenLabs,
};
