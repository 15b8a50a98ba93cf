import { randomUUID } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { Logger } from "pino";
import { Refusal } from "../../kernel/refusal";
import { HttpRefusal, sendError, statusOf } from "../http-manners";
import { SenderGone } from "./body-reader";

export interface Trouble { readonly code: string; readonly message: string; readonly id?: string }

/** What a client sees of an error: a refusal as it is, anything else as INTERNAL and an id. */
export function troubleOf(error: unknown, logger: Logger): Trouble {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  if (error instanceof SenderGone) return { code: "UNAVAILABLE", message: error.message };
  const id = randomUUID();
  logger.error({ id, err: error }, "upload failed");
  return { code: "INTERNAL", message: `Something went wrong on our side. Quote ${id} when you report it.`, id };
}

/** Answers trouble, unless the answer has begun or nobody is left to be told. */
export async function sendTrouble(reply: FastifyReply, { code, message }: Trouble, error: unknown): Promise<void> {
  if (reply.sent || reply.raw.destroyed) return;
  // What the database did not store in time is to be sent again: to a sender of usage that is a 503, not a fault of its own.
  const status = !(error instanceof Refusal) ? 500 : error.code === "TIMEOUT" && !(error instanceof HttpRefusal) ? 503 : statusOf(error);
  if (error instanceof HttpRefusal) void reply.headers(error.headers);
  if (status === 503) void reply.header("retry-after", "1");
  await sendError(reply, status, code, message);
}
