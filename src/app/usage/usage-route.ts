import { setTimeout as pause } from "node:timers/promises";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Logger } from "pino";
import { Clock } from "../../kernel/clock";
import { Refusal } from "../../kernel/refusal";
import { BulkBatch, LONGEST_LINE_BYTES, LineResult, pourUsage } from "../../metering";
import { storeBulk } from "../../metering/bulk/store-bulk.store";
import { Principal, Scope } from "../../tenancy";
import { Database } from "../../tenancy/database.store";
import { ScopeResolver } from "../../tenancy/scope-resolver.store";
import { LARGEST_INGEST_BYTES } from "../graphql-server";
import { DoorParts, HttpRefusal, WithBody, authenticate } from "../http-manners";
import { Turns } from "../turns";
import { BodyReader, Patience, SenderGone, readWhole } from "./body-reader";
import { BombLimit, inflated } from "./inflate";
import { LineAnswer } from "./line-answer";
import { ownBodies } from "./own-bodies";
import { takeBatch, takeSingle } from "./take-events";
import { troubleOf } from "./trouble";
import { UsageForm, readForm } from "./usage-form";

export interface UsageRouteParts extends DoorParts {
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly permissionsOf: (role: Principal["role"]) => readonly string[];
  /** How long a sender is waited for; that of uploads unless told. */
  readonly patience?: Patience;
  /** Lines of a commit at most; 10,000 unless told. */
  readonly commitLines?: number;
}

/** Uploads that are read at the same time, and commits of them: each of the latter takes a connection to the database. */
const MOST_UPLOADS = 16;
const MOST_COMMITS = 4;
const WAIT_FOR_TURN_MS = 15_000;
/** Longest time that one statement of a commit may take, in milliseconds. */
const COMMIT_TIMEOUT_MS = 60_000;
const STREAM_BOMB: BombLimit = { ratio: 200, floorBytes: 16 * 1024 * 1024 };
const WHOLE_BOMB: BombLimit = { ratio: 200, floorBytes: 1024 * 1024 };
const OPERATION = "Mutation.reportUsage";

/**
 * POST /usage: bulk ingest for whoever may use reportUsage. One CloudEvent, a list of them, or NDJSON of any size; the
 * formats and answers stand in src/metering/bulk/README.md.
 */
export function addUsageRoute(app: FastifyInstance, parts: UsageRouteParts): void {
  const turns = { uploads: new Turns(MOST_UPLOADS), commits: new Turns(MOST_COMMITS) };
  void app.register(async (usage) => {
    const answering = ownBodies(usage, "/usage", "Usage is sent here with POST; ask for it at /graphql.", parts);
    usage.post("/usage", {
      preParsing: async (request: WithBody, reply) => authenticate(request, reply, parts),
      handler: (request: WithBody, reply) => answering(request, reply, (body) => takeUsage({ parts, turns, body, reply }, request)),
    });
  });
}

const BUSY = new HttpRefusal(503, "UNAVAILABLE", `${MOST_UPLOADS} uploads are under way. Send the same request again in a moment.`);

interface Taking {
  readonly parts: UsageRouteParts;
  readonly turns: { readonly uploads: Turns; readonly commits: Turns };
  readonly body: BodyReader;
  readonly reply: FastifyReply;
}

/** Everything that can be said from the headers is said before the body is read. */
async function takeUsage(taking: Taking, request: WithBody): Promise<void> {
  const { parts, body, reply } = taking;
  const principal = request.principal!;
  if (!parts.permissionsOf(principal.role).includes(OPERATION)) throw new Refusal("FORBIDDEN", `The role ${principal.role} may not use POST /usage.`);
  const form = readForm(request.headers, request.query as Record<string, unknown>);
  const scope: Scope = { ...(await parts.scopes.resolve(principal)), reach: "ingest" };
  const store = (batch: BulkBatch): Promise<LineResult[]> => storeBulk(parts.database, scope, batch, { statementTimeoutMs: COMMIT_TIMEOUT_MS });
  if (form.kind === "stream") return takeStream(taking, form, store);
  const most = form.kind === "single" ? LONGEST_LINE_BYTES : LARGEST_INGEST_BYTES;
  const whole = await readWhole(form.isGzip ? inflated(body, WHOLE_BOMB) : body, most);
  const answer = await (form.kind === "single" ? takeSingle(whole, form, parts.clock.now(), store) : takeBatch(whole, parts.clock.now(), store));
  await reply.code(answer.status).type("application/json; charset=utf-8").send(answer.body);
}

async function takeStream({ parts, turns, body, reply }: Taking, form: UsageForm, store: (batch: BulkBatch) => Promise<LineResult[]>): Promise<void> {
  const giveBack = await turns.uploads.take(WAIT_FOR_TURN_MS);
  if (giveBack === null) throw BUSY;
  const answer = new LineAnswer(reply);
  try {
    const lines = await pourUsage(form.isGzip ? inflated(body, STREAM_BOMB) : body, {
      nowMs: () => parts.clock.now(),
      store: (batch) => patiently(() => inTurn(turns.commits, () => store(batch))).catch((error: Error) => {
        // Whoever still sends is told at once, not when the next batch is full.
        body.interrupt(error);
        throw error;
      }),
      answer: (results) => answer.write(results),
    }, { source: form.source, parallel: 1, commitLines: parts.commitLines });
    if (lines === 0) throw new Refusal("BAD_USER_INPUT", "The body holds no event.");
    await answer.end(null);
  } catch (error) {
    if (!answer.hasBegun) throw error;
    if (!(error instanceof SenderGone)) await answer.end(troubleOf(error, parts.logger)).catch(() => undefined);
  } finally {
    giveBack();
  }
}

/** A connection that is lost, or slow to come, does not end an upload of hours; a database that stays away does. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const ms of [250, 1_000]) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "UNAVAILABLE")) throw error;
      await pause(ms);
    }
  }
  return work();
}

async function inTurn<T>(turns: Turns, work: () => Promise<T>): Promise<T> {
  const giveBack = await turns.take(COMMIT_TIMEOUT_MS);
  if (giveBack === null) throw BUSY;
  try {
    return await work();
  } finally {
    giveBack();
  }
}
