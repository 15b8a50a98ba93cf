import type { FastifyInstance, FastifyReply } from "fastify";
import { Refusal } from "../../kernel/refusal";
import { BulkBatch, PROVIDERS, Provider, countInto, emptyTally, isProvider, parseExactJson, placed, readProvider } from "../../metering";
import { storeBulk } from "../../metering/bulk/store-bulk.store";
import { LARGEST_BATCH } from "../../metering/usage-event";
import { LARGEST_INGEST_BYTES } from "../graphql-server";
import { HttpRefusal, WithBody, authenticate, chargeAddress, chargeTo, sendError } from "../http-manners";
import { CHARGES } from "../rate-limits";
import { httpStatusOf } from "../refusals";
import { Turns, TurnsByName } from "../turns";
import { BodyReader, readWhole } from "./body-reader";
import { BombLimit, inflated } from "./inflate";
import { ownBodies } from "./own-bodies";
import { ProviderAccessParts, Sender, senderByConnection, senderByToken } from "./provider-access";
import { WholeAnswer } from "./take-events";
import { UsageRouteParts } from "./usage-route";

/** Where providers send to. */
export const PROVIDER_UPLOADS = "/usage/:provider";

type Parts = UsageRouteParts & ProviderAccessParts;

/** Deliveries that are read and stored at the same time, in all and of one sender: who sends slowly holds up nobody else. */
const MOST_AT_ONCE = 32;
const MOST_OF_ONE = 8;
const WAIT_FOR_TURN_MS = 5_000;
const COMMIT_TIMEOUT_MS = 30_000;
const BOMB: BombLimit = { ratio: 200, floorBytes: 1024 * 1024 };
const BUSY = new HttpRefusal(503, "UNAVAILABLE", `${MOST_OF_ONE} deliveries of this sender, or ${MOST_AT_ONCE} in all, are under way. Send the same request again in a moment.`);

/**
 * POST /usage/{provider}: what a voice provider sends by itself, signed, in the name of a connection (`?connection=`), or
 * what somebody with a token fetched from it (`?source=`). The body is the provider's own; src/metering/providers reads it.
 */
export function addProviderRoute(app: FastifyInstance, parts: Parts): void {
  const turns = new Turns(MOST_AT_ONCE);
  const ofOne = new TurnsByName(MOST_OF_ONE);
  void app.register(async (usage) => {
    const answering = ownBodies(usage, PROVIDER_UPLOADS, "Usage is sent here with POST.", parts);
    usage.post(PROVIDER_UPLOADS, {
      preParsing: async (request: WithBody, reply) => {
        if (!isProvider((request.params as { provider: string }).provider)) return void (await sendError(reply, 404, "NOT_FOUND", `There is no such provider. Known are ${PROVIDERS.join(", ")}.`));
        if (connectionOf(request) === null) return authenticate(request, reply, parts);
      },
      handler: (request: WithBody, reply) => answering(request, reply, async (body) => {
        const own = await ofOne.take(connectionOf(request) ?? `token ${request.principal?.subject}`, WAIT_FOR_TURN_MS);
        const giveBack = own === null ? null : await turns.take(WAIT_FOR_TURN_MS);
        try {
          if (giveBack === null) throw BUSY;
          const answer = await take(parts, request, reply, body);
          await reply.code(answer.status).header("cache-control", "no-store, private").type("application/json; charset=utf-8").send(answer.body);
        } finally {
          giveBack?.();
          own?.();
        }
      }),
    });
  });
}

function connectionOf(request: WithBody): string | null {
  const { connection } = request.query as Record<string, unknown>;
  return typeof connection === "string" ? connection : null;
}

/** Who sends is known before the body is read; what they send is looked at once it is known to be theirs. */
async function take(parts: Parts, request: WithBody, reply: FastifyReply, body: BodyReader): Promise<WholeAnswer> {
  const { provider } = request.params as { provider: Provider };
  const orByAddress = <T>(sent: Promise<T>): Promise<T> => sent.catch((error: unknown) => {
    if (error instanceof Refusal && error.code === "UNAUTHENTICATED") chargeAddress(parts.limiter, request, reply);
    throw error;
  });
  const ref = connectionOf(request);
  const sender = await (ref === null ? senderByToken(parts, provider, request, request.principal) : orByAddress(senderByConnection(parts, provider, ref)));
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (!["identity", "gzip", "x-gzip", ""].includes(encoding)) throw new HttpRefusal(415, "BAD_USER_INPUT", "Bodies are read as they are, or compressed with gzip.", { "accept-encoding": "gzip" });
  const whole = await readWhole(encoding.endsWith("gzip") ? inflated(body, BOMB) : body, LARGEST_INGEST_BYTES);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
  const form = isForm ? new URLSearchParams(whole.toString("utf8")) : null;
  await orByAddress(sender.requireSignature({ headers: request.headers, url: request.raw.url ?? "", body: whole, form }));
  // Not before: whoever knows the address of a connection must not use up what its owner may send.
  if (ref !== null) chargeTo(parts.limiter.ofPrincipal(sender.scope.principal), CHARGES.request, request, reply);
  return store(parts, provider, sender, form === null ? parse(whole) : Object.fromEntries(form), isForm);
}

const STRICT = new TextDecoder("utf-8", { fatal: true });

function parse(body: Buffer): unknown {
  if (body.length === 0) throw new Refusal("BAD_USER_INPUT", "The body is empty.");
  try {
    return parseExactJson(STRICT.decode(body));
  } catch {
    throw new Refusal("BAD_USER_INPUT", "The body is neither JSON as UTF-8 nor a form.");
  }
}

/** One result for each event. The status makes the provider send again what we could not take, and nothing else. */
async function store(parts: Parts, provider: Provider, { scope, source, placing }: Sender, payload: unknown, isText: boolean): Promise<WholeAnswer> {
  const batch = new BulkBatch(parts.clock.now());
  const items = readProvider(provider, payload, isText);
  const ignored = items.flatMap((item) => (item.kind === "ignored" ? [item.why] : []));
  if (items.length - ignored.length > LARGEST_BATCH) throw new Refusal("LIMIT_EXCEEDED", `The body holds ${items.length} events, ${LARGEST_BATCH} are the most. Send it in parts.`);
  for (const item of items) {
    if (item.kind === "leg") batch.add(batch.size + 1, source, placed(item, placing));
    else if (item.kind === "fault") batch.refuseOf(batch.size + 1, source, item.eventId, item.message, item.about);
  }
  const results = batch.size === 0 ? [] : await storeBulk(parts.database, scope, batch, { statementTimeoutMs: COMMIT_TIMEOUT_MS });
  const tally = emptyTally();
  countInto(tally, results);
  const refused = results.filter(({ outcome }) => outcome === "REJECTED" || outcome === "CONFLICT");
  const status = results.length > 0 && refused.length === results.length ? httpStatusOf(refused[0]!.code ?? "BAD_USER_INPUT") : 200;
  return { status, body: { ...echoOf(payload), results, complete: true, lines: results.length, ...tally, ignored: ignored.length, ...(ignored.length > 0 ? { ignoredBecause: [...new Set(ignored)].slice(0, 10) } : {}) } };
}

/** Firehose takes a delivery for done only when its answer names it. */
function echoOf(payload: unknown): Record<string, unknown> {
  const { requestId, timestamp } = (payload ?? {}) as Record<string, unknown>;
  return typeof requestId === "string" && typeof timestamp === "number" ? { requestId, timestamp } : {};
}
