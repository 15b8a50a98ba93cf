import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Refusal, RefusalCode } from "../kernel/refusal";
import { Principal } from "../tenancy";
import { httpStatusOf } from "./refusals";
import { Authenticator } from "./authenticator";
import { CHARGES, Meter, RateLimiter } from "./rate-limits";

/** A request with what we learn of it on the way. */
export type WithBody = FastifyRequest & { bodyBytes?: number; principal?: Principal; meter?: Meter };

/** The route whose refusals are those of GraphQL; all others answer problems (RFC 9457). */
export const GRAPHQL = "/graphql";

/** A "no" of HTTP itself: a refusal with a status of its own, and headers that say what would be welcome. */
export class HttpRefusal extends Refusal {
  constructor(readonly status: number, code: RefusalCode, message: string, readonly headers: Readonly<Record<string, string>> = {}) {
    super(code, message);
    this.name = "HttpRefusal";
  }
}

/** The status of a refusal. */
export function statusOf(refusal: Refusal): number {
  return refusal instanceof HttpRefusal ? refusal.status : httpStatusOf(refusal.code);
}

export interface DoorParts {
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter;
}

interface Door {
  /** `api` is for whatever a role may do, `exports` for reading datasets. */
  readonly door?: "api" | "exports";
  /** What the request costs at least. */
  readonly charge?: number;
}

/** Says who asks, and charges them, before a byte of the body is read. Who has no valid token is charged by address. */
export async function authenticate(request: WithBody, reply: FastifyReply, { authenticator, limiter }: DoorParts, { door = "api", charge = CHARGES.request }: Door = {}): Promise<void> {
  try {
    request.principal = await principalOf(request, reply, authenticator, limiter, door);
    void reply.header("cache-control", "no-store, private");
    chargeTo(limiter.ofPrincipal(request.principal), charge, request, reply);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === "UNAUTHENTICATED") void reply.header("www-authenticate", door === "exports" ? 'Basic realm="apportion", charset="UTF-8", Bearer' : "Bearer");
    await sendRefusal(reply, error);
  }
}

async function principalOf(request: WithBody, reply: FastifyReply, authenticator: Authenticator, limiter: RateLimiter, door: "api" | "exports"): Promise<Principal> {
  try {
    return await authenticator.principalOf(request.headers.authorization, door);
  } catch (error) {
    if (error instanceof Refusal && error.code !== "UNAVAILABLE") chargeAddress(limiter, request, reply);
    throw error;
  }
}

/** Charges a request to what `meter` counts; 429 with Retry-After when too little is left. */
export function chargeTo(meter: Meter | null, units: number, request: WithBody, reply: FastifyReply): void {
  if (meter === null) return;
  request.meter = meter;
  const waitSeconds = meter.take(units);
  void reply.headers(meter.headers(waitSeconds));
  if (waitSeconds === null) return;
  const advice = meter.policy === "cost"
    ? "Smaller pages and fewer fields cost less, and a batch of usage costs no more than one event."
    : "A valid token is counted apart from its address: send Authorization: Bearer <token>.";
  throw new HttpRefusal(429, "LIMIT_EXCEEDED", `Too much at once: ${meter.policy === "cost" ? "you have" : "your address has"} ${meter.quota.units} ${meter.policy === "cost" ? "units of cost" : "requests"} in ${meter.quota.seconds} s. Send the same request again in ${waitSeconds} s. ${advice}`, { "retry-after": String(waitSeconds) });
}

export function chargeAddress(limiter: RateLimiter, request: WithBody, reply: FastifyReply): void {
  chargeTo(limiter.ofAddress(request.ip), 1, request, reply);
}

const FAULTS: ReadonlySet<number> = new Set([400, 403, 404, 405, 413, 415]);

/** Charges requests that are refused for what is wrong with them what they cost at least, and says on every answer what is left. */
export function meterAnswers(app: FastifyInstance): void {
  app.addHook("onSend", async ({ meter }: WithBody, reply) => {
    if (meter === undefined || reply.statusCode === 429) return;
    if (meter.policy === "cost" && FAULTS.has(reply.statusCode)) meter.atLeast(CHARGES.fault);
    void reply.headers(meter.headers());
  });
}

/** Answers a refusal with its status and what belongs to it. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal, more: Readonly<Record<string, unknown>> = {}): FastifyReply {
  const status = statusOf(refusal);
  if (status === 503) void reply.header("retry-after", "1");
  if (refusal instanceof HttpRefusal) void reply.headers(refusal.headers);
  return sendError(reply.removeHeader("etag"), status, refusal.code, refusal.message, { ...(refusal.field ? { parameter: refusal.field.join(".") } : {}), ...more });
}

/** Answers an error as the route does: as GraphQL, or as a problem (RFC 9457) with what is known `more` of it. */
export function sendError(reply: FastifyReply, status: number, code: string, message: string, more: Readonly<Record<string, unknown>> = {}): FastifyReply {
  void reply.code(status).header("cache-control", "no-store, private");
  if (reply.request.routeOptions.url === GRAPHQL) return reply.type("application/json; charset=utf-8").send({ errors: [{ message, extensions: { code } }] });
  return reply.type("application/problem+json; charset=utf-8").send({ type: "about:blank", title: code, status, detail: message, code, ...more });
}

export const LINGER_MS = 2_000;

/**
 * Ends a connection whose body we will not read to its end, once the answer had time to arrive: a connection that is
 * closed on somebody who still sends takes the answer with it.
 */
export function endUnread(request: FastifyRequest): void {
  const { raw } = request;
  if (raw.complete || raw.destroyed) return;
  const timer = setTimeout(() => raw.destroy(), LINGER_MS);
  for (const event of ["end", "close"]) raw.once(event, () => clearTimeout(timer));
  // While somebody waits for "readable" nothing flows, and a body that came whole never ends; a stream takes note that
  // nobody does any more after this turn.
  raw.removeAllListeners("readable").on("error", () => undefined);
  setImmediate(() => raw.resume());
}

/**
 * Refuses with 408 a request whose body does not come within `ms`. Uploads at `except` see to that themselves: they may take
 * as long as they like while they move, which Node's own limit cannot tell apart.
 */
export function limitBodies(app: FastifyInstance, except: string, ms: number): void {
  app.addHook("onRequest", async (request, reply) => {
    const { raw, headers } = request;
    if (request.routeOptions.url === except || (headers["transfer-encoding"] === undefined && !(Number(headers["content-length"]) > 0))) return;
    const timer = setTimeout(() => {
      if (!reply.sent) void sendError(reply, 408, "TIMEOUT", "The body did not come in time. Send the request again.");
      endUnread(request);
    }, ms);
    for (const event of ["end", "close"]) raw.once(event, () => clearTimeout(timer));
    // Of a body that is not read to its end neither comes when the answer was the last of its connection, which ends by itself.
    reply.raw.once("close", () => {
      if (raw.socket.writableEnded) clearTimeout(timer);
    });
  });
}
