import { PassThrough } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Logger } from "pino";
import { Dataset, FORMATS, Format, UnknownName, encodePosition, readExportRequest, schemaOf } from "../exports";
import { DATASETS } from "../exports/dataset-list.query";
import { writeDataset } from "../exports/export-dataset.query";
import { FORMAT_SPECS, FORMAT_VERSION } from "../exports/formats/formats";
import { ExportPlan, planExport } from "../exports/read-dataset.query";
import { Clock } from "../kernel/clock";
import { Refusal } from "../kernel/refusal";
import { Principal } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { ScopeResolver } from "../tenancy/scope-resolver.store";
import { DoorParts, HttpRefusal, WithBody, authenticate, sendRefusal } from "./http-manners";
import { CHARGES } from "./rate-limits";
import { TurnsByName, Turns } from "./turns";

export interface ExportRouteParts extends DoorParts {
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where datasets are fetched. */
export const EXPORTS = "/export/:file";

/** Exports that are read at the same time, of all and of one subject: each holds a connection while somebody reads its answer. */
const MOST_EXPORTS = 4;
const MOST_OF_ONE = 2;
const WAIT_FOR_TURN_MS = 5_000;
/** Longest time that one round trip may take, and that a reader may take nothing, in milliseconds. */
const STATEMENT_TIMEOUT_MS = 120_000;
const STALL_MS = 30_000;

/** GET /export, /export/{dataset}.{format} and /export/{dataset}/schema, for people's tokens and for keys; what may be asked stands in src/exports/README.md. */
export function addExportRoutes(app: FastifyInstance, parts: ExportRouteParts): void {
  const turns: ExportTurns = { all: new Turns(MOST_EXPORTS), ofOne: new TurnsByName(MOST_OF_ONE) };
  const preParsing = async (request: WithBody, reply: FastifyReply): Promise<void> => authenticate(request, reply, parts, { door: "exports", charge: CHARGES.file });
  const answering = (work: (request: WithBody, reply: FastifyReply) => Promise<unknown>) => async (request: WithBody, reply: FastifyReply): Promise<unknown> => {
    try {
      return await work(request, reply);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return sendRefusal(reply, error, error instanceof UnknownName ? { known: error.known } : {});
    }
  };
  app.get("/export", { preParsing, handler: answering(async (request) => ({ datasets: readable(request.principal!).map(({ name, title, grain }) => ({ dataset: name, title, grain, schema: `/export/${name}/schema`, formats: FORMATS })) })) });
  app.get("/export/:dataset/schema", { preParsing, handler: answering(async (request) => schemaOf(datasetFor(request.principal!, (request.params as { dataset: string }).dataset))) });
  app.get(EXPORTS, { preParsing, handler: answering((request, reply) => send(parts, turns, request, reply)) });
}

interface ExportTurns { readonly all: Turns; readonly ofOne: TurnsByName }

async function send(parts: ExportRouteParts, turns: ExportTurns, request: WithBody, reply: FastifyReply): Promise<FastifyReply> {
  const principal = request.principal!;
  const [name, format] = splitName((request.params as { file: string }).file);
  const dataset = datasetFor(principal, name);
  if (!isFormat(format)) throw new UnknownName(`${dataset.name} is written as ${FORMATS.join(", ")}, not as ${format.slice(0, 20) || "nothing"}.`, FORMATS.map((each) => `${dataset.name}.${each}`), "format", "NOT_FOUND");
  const wanted = readExportRequest(dataset, format, request.query as Record<string, string | string[]>);
  const scope = await parts.scopes.resolve(principal);
  const giveBack = await takeTurn(turns, `${scope.programme.id}/${principal.subject}`);
  const answer = new Answer(reply, request.url);
  const work = parts.database.withTenant(scope, async (tx) => {
    // Once something was answered nothing can be begun anew.
    if (answer.hasBegun) throw new Refusal("UNAVAILABLE", "The database went away during the export. Ask again.");
    const plan = await planExport(tx, wanted, FORMAT_VERSION, parts.clock.now());
    await answer.write(tx, plan, request.headers["if-none-match"]);
  }, { statementTimeoutMs: STATEMENT_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  void work.then(() => answer.end(), (error: Error) => {
    if (answer.hasBegun && !answer.isGone) parts.logger.warn({ err: error, dataset: name }, "an export broke off");
    answer.fail(error);
  }).finally(giveBack);
  return answer.begun;
}

async function takeTurn({ all, ofOne }: ExportTurns, subject: string): Promise<() => void> {
  const own = await ofOne.take(subject, WAIT_FOR_TURN_MS);
  const common = own && (await all.take(WAIT_FOR_TURN_MS));
  if (common) return () => { common(); own(); };
  own?.();
  throw new HttpRefusal(429, "LIMIT_EXCEEDED", own === null ? `You have ${MOST_OF_ONE} exports under way. Ask again when one has ended.` : `${MOST_EXPORTS} exports are under way. Ask again in a moment.`, { "retry-after": "5" });
}

/** The answer to one export: a page with its length and where the next begins, or a stream that its reader paces. */
class Answer {
  private readonly out = new PassThrough({ highWaterMark: 256 * 1024 });
  private begin!: (reply: FastifyReply) => void;
  private refuse!: (error: Error) => void;
  /** Answered once the head is known; refused before that. */
  readonly begun = new Promise<FastifyReply>((resolve, reject) => { this.begin = resolve; this.refuse = reject; });
  hasBegun = false;
  isGone = false;
  private stall: NodeJS.Timeout | undefined;

  constructor(private readonly reply: FastifyReply, private readonly url: string) {
    this.out.on("close", () => { this.isGone = true; });
    this.out.on("error", () => undefined);
  }

  async write(tx: TenantTransaction, plan: ExportPlan, known: string | undefined): Promise<void> {
    const { dataset, format, limit } = plan.request;
    const { reply } = this;
    void reply.header("vary", "authorization").header("x-content-type-options", "nosniff");
    void reply.header("cache-control", plan.etag === null ? "no-store, private" : "private, no-cache");
    if (plan.etag !== null) void reply.header("etag", plan.etag);
    if (plan.etag !== null && isKnown(known, plan.etag)) return this.answer(reply.code(304).send());
    void reply.type(FORMAT_SPECS[format].contentType).header("content-disposition", `attachment; filename="${dataset.name}.${format}"`);
    if (limit === null) {
      this.answer(reply.send(this.out));
      await writeDataset(tx, plan, { write: (piece) => this.pour(piece) });
      return;
    }
    const pieces: Buffer[] = [];
    const last = await writeDataset(tx, plan, { write: async (piece) => void pieces.push(Buffer.from(piece as string)) });
    if (last !== null) void reply.header("link", `<${nextUrl(this.url, encodePosition(dataset, last))}>; rel="next"`);
    this.answer(reply.send(Buffer.concat(pieces)));
  }

  end(): void {
    this.out.end();
  }

  fail(error: Error): void {
    if (this.hasBegun) this.out.destroy(error);
    else this.refuse(error);
  }

  private answer(reply: FastifyReply): void {
    this.hasBegun = true;
    this.begin(reply);
  }

  /** Waits until the reader has taken what came before; whoever takes nothing for long holds a connection up and is left. */
  private async pour(piece: string | Uint8Array): Promise<void> {
    if (this.isGone) throw new Refusal("UNAVAILABLE", "The reader went away.");
    if (piece.length === 0 || this.out.write(piece)) return;
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error): void => {
        clearTimeout(this.stall);
        this.out.off("drain", done).off("close", gone);
        if (error) reject(error);
        else resolve();
      };
      const gone = (): void => done(new Refusal("UNAVAILABLE", "The reader went away."));
      this.stall = setTimeout(() => done(new Refusal("TIMEOUT", "The reader took nothing for too long.")), STALL_MS);
      this.out.once("drain", done).once("close", gone);
    });
  }
}

/** The datasets that somebody may export. */
function readable({ role, key }: Principal): Dataset[] {
  return DATASETS.filter(({ name, readers }) => readers.includes(role) && (key?.datasets?.includes(name) ?? true));
}

function datasetFor(principal: Principal, name: string): Dataset {
  const dataset = DATASETS.find((each) => each.name === name);
  const own = readable(principal);
  if (dataset === undefined) throw new UnknownName(`There is no dataset ${name.slice(0, 64)}.`, own.map((each) => each.name), "dataset", "NOT_FOUND");
  if (own.includes(dataset)) return dataset;
  throw new Refusal("FORBIDDEN", principal.key?.datasets ? `This key was not made for ${name}.` : `The role ${principal.role} may not export ${name}.`);
}

function splitName(file: string): [name: string, format: string] {
  const dot = file.lastIndexOf(".");
  return dot < 0 ? [file, ""] : [file.slice(0, dot), file.slice(dot + 1)];
}

const isFormat = (text: string): text is Format => (FORMATS as readonly string[]).includes(text);

/** The same question from another position on. */
function nextUrl(url: string, cursor: string): string {
  const [path, query] = url.split("?", 2) as [string, string | undefined];
  const parameters = new URLSearchParams(query);
  parameters.set("cursor", cursor);
  return `${path}?${parameters.toString()}`;
}

/** True when the caller names the tag among those that it has. */
const isKnown = (header: string | undefined, etag: string): boolean => (header ?? "").split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);

