import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Refusal, RefusalCode } from "../kernel/refusal";
import { Principal } from "../tenancy";
import { httpStatusOf } from "./refusals";
import { Authenticator } from "./authenticator";

/** A request with what we learn of it on the way. */
export type WithBody = FastifyRequest & { bodyBytes?: number; principal?: Principal };

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

/** Says who asks before a byte of the body is read: `api` is for whatever a role may do, `exports` for reading datasets. */
export async function authenticate(request: WithBody, reply: FastifyReply, authenticator: Authenticator, door: "api" | "exports" = "api"): Promise<void> {
  try {
    request.principal = await authenticator.principalOf(request.headers.authorization, door);
    void reply.header("cache-control", "no-store, private");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === "UNAUTHENTICATED") void reply.header("www-authenticate", door === "exports" ? 'Basic realm="apportion", charset="UTF-8", Bearer' : "Bearer");
    if (error.code === "UNAVAILABLE") void reply.header("retry-after", "1");
    await sendError(reply, httpStatusOf(error.code), error.code, error.message);
  }
}

/** Answers an error as all routes do. */
export function sendError(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).header("cache-control", "no-store, private").type("application/json; charset=utf-8").send({ errors: [{ message, extensions: { code } }] });
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
