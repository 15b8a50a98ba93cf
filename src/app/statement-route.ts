import type { FastifyInstance, FastifyReply } from "fastify";
import { requireStatement } from "../chargeback";
import { findStatement } from "../chargeback/statement.query";
import { PAPER_FORMATS, PAPER_SPECS, PaperFormat, isPaperFormat, tagOf } from "../exports/paper/render-paper";
import { PaperDocument } from "../exports/paper/paper";
import { statementPaper } from "../exports/paper/statement-paper";
import { PAPER, statementFacts } from "../exports/paper/statement-paper.query";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { Refusal } from "../kernel/refusal";
import { Principal } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { ScopeResolver } from "../tenancy/scope-resolver.store";
import { DoorParts, HttpRefusal, WithBody, authenticate, sendRefusal } from "./http-manners";
import { CHARGES } from "./rate-limits";
import { Turns } from "./turns";

export interface StatementRouteParts extends DoorParts {
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly permissionsOf: (role: Principal["role"]) => readonly string[];
}

/** Where statements are fetched on paper. */
export const STATEMENT_PAPERS = "/statement/:file";

const OPERATION = "Query.statement";

/** Papers that are worked out at the same time: each divides two months again and is written in one go. */
const MOST_PAPERS = 2;
const WAIT_FOR_TURN_MS = 5_000;

/**
 * GET /statement/{id}.{html,pdf,xlsx}, for whoever may ask for `statement`: one version on paper, by the id that the API gives it or
 * by `statement_id` of the dataset statement_line.
 * A unit reads its own; another's is NOT_FOUND, as is one that there is not. It writes nothing. The bytes hang on the statement
 * alone, so that the hash of what it says is a strong ETag.
 */
export function addStatementRoute(app: FastifyInstance, parts: StatementRouteParts): void {
  const turns = new Turns(MOST_PAPERS);
  app.get(STATEMENT_PAPERS, {
    preParsing: async (request: WithBody, reply) => authenticate(request, reply, parts, { charge: CHARGES.file }),
    handler: async (request: WithBody, reply) => {
      try {
        return await send(parts, turns, request, reply);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return sendRefusal(reply, error);
      }
    },
  });
}

async function send(parts: StatementRouteParts, turns: Turns, request: WithBody, reply: FastifyReply): Promise<FastifyReply> {
  const principal = request.principal!;
  if (!parts.permissionsOf(principal.role).includes(OPERATION)) throw new Refusal("FORBIDDEN", `The role ${principal.role} may not read statements.`);
  const { id, format } = readName((request.params as { file: string }).file);
  const giveBack = await turns.take(WAIT_FOR_TURN_MS);
  if (giveBack === null) throw new HttpRefusal(429, "LIMIT_EXCEEDED", `${MOST_PAPERS} statements are being printed. Ask again in a moment.`, { "retry-after": "5" });
  try {
    const paper = await read(parts, principal, id);
    const etag = tagOf(paper, format);
    void reply.header("cache-control", "private, no-cache").header("vary", "authorization").header("etag", etag);
    if (isKnown(request.headers["if-none-match"], etag)) return reply.code(304).send();
    const { contentType, disposition, headers, render } = PAPER_SPECS[format];
    const content = await render(paper);
    return reply.type(contentType).headers({ ...headers, "content-disposition": `${disposition}; filename="${paper.fileName}.${format}"`, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" })
      .send(typeof content === "string" ? content : Buffer.from(content));
  } finally {
    giveBack();
  }
}

async function read({ database, scopes }: StatementRouteParts, principal: Principal, id: string | null): Promise<PaperDocument> {
  const scope = await scopes.resolve(principal);
  const facts = await database.withTenant(scope, async (tx) => statementFacts(tx, requireStatement(id === null ? null : await findStatement(tx, id))), PAPER);
  return statementPaper(facts);
}

/** NOT_FOUND for a format that there is not; an id that is none is one that nobody has. */
function readName(file: string): { readonly id: string | null; readonly format: PaperFormat } {
  const dot = file.lastIndexOf(".");
  const format = dot < 0 ? "" : file.slice(dot + 1);
  if (!isPaperFormat(format)) throw new Refusal("NOT_FOUND", `A statement is printed as ${PAPER_FORMATS.join(", ")}: GET /statement/<id>.pdf.`);
  const name = file.slice(0, dot);
  const node = isUuid(name) ? { type: "Statement", key: name } : fromNodeId(name);
  return { id: node?.type === "Statement" && isUuid(node.key) ? node.key : null, format };
}

/** True when the caller names the tag among those that it has. */
const isKnown = (header: string | undefined, etag: string): boolean => (header ?? "").split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);
