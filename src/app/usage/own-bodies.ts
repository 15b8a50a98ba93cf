import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { HttpRefusal, endUnread, sendError } from "../http-manners";
import { BodyReader, Patience } from "./body-reader";
import { sendTrouble, troubleOf } from "./trouble";

const SHUTTING_DOWN = new HttpRefusal(503, "UNAVAILABLE", "The server is shutting down. Send the same request again in a moment: what was stored before is not stored twice.");
const OTHER_METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE"];

/** Answers a request, whose body `work` reads; what `work` throws is told to whoever sent it. */
type Answering = (request: FastifyRequest, reply: FastifyReply, work: (body: BodyReader) => Promise<void>) => Promise<FastifyReply>;

/**
 * Makes the bodies that are sent to `url` ours to read: they stay where they are, as the bytes that came, until somebody
 * reads them; a shutdown interrupts whoever does, and what is left unread ends after its answer. Another method than POST is
 * refused with `advice`.
 */
export function ownBodies(usage: FastifyInstance, url: string, advice: string, parts: { readonly logger: Logger; readonly patience?: Patience }): Answering {
  const open = new Set<BodyReader>();
  usage.removeAllContentTypeParsers();
  usage.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  usage.addHook("preClose", async () => {
    for (const body of open) body.interrupt(SHUTTING_DOWN);
  });
  usage.addHook("onResponse", async (request) => endUnread(request));
  usage.route({ method: OTHER_METHODS, url, handler: (_request, reply) => sendError(reply.header("allow", "POST"), 405, "BAD_USER_INPUT", advice) });
  return async (request, reply, work) => {
    const body = new BodyReader(request.raw, parts.patience);
    open.add(body);
    try {
      await work(body);
    } catch (error) {
      await sendTrouble(reply, troubleOf(error, parts.logger), error);
    } finally {
      open.delete(body);
    }
    return reply;
  };
}
