import type { FastifyInstance } from "fastify";
import { Refusal } from "../kernel/refusal";
import { ProfileCode, profileOf, renderControl } from "../journals";
import { contentOf, findFile } from "../journals/journal.query";
import { Principal, programmeCurrency } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { ScopeResolver } from "../tenancy/scope-resolver.store";
import { DoorParts, WithBody, authenticate, sendRefusal } from "./http-manners";

export interface JournalRouteParts extends DoorParts {
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly permissionsOf: (role: Principal["role"]) => readonly string[];
}

/** Where the files of journals are fetched. */
export const JOURNAL_FILES = "/journals/:externalId/:file";

const OPERATION = "Query.journal";
const FILE = /^([A-Za-z0-9-]{1,40})(\.control)?\.csv$/;

/**
 * GET /journals/{externalId}/{profile}.csv, for whoever may ask for `journal`: the file as generateJournal wrote it, and with
 * .control.csv the trailer with its control totals. The bytes never change, so their hash is a strong ETag.
 */
export function addJournalRoute(app: FastifyInstance, parts: JournalRouteParts): void {
  app.get(JOURNAL_FILES, {
    preParsing: async (request: WithBody, reply) => authenticate(request, reply, parts),
    handler: async (request: WithBody, reply) => {
      try {
        const { externalId, file } = request.params as { externalId: string; file: string };
        const found = await read(parts, request.principal!, externalId, file);
        void reply.header("cache-control", "private, no-cache").header("vary", "authorization").header("etag", found.etag);
        if (isKnown(request.headers["if-none-match"], found.etag)) return await reply.code(304).send();
        return await reply.type("text/csv; charset=utf-8; header=present").header("content-disposition", `attachment; filename="${found.name}"`).header("x-content-type-options", "nosniff").send(found.content);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return sendRefusal(reply, error);
      }
    },
  });
}

interface Download { readonly etag: string; readonly name: string; readonly content: string }

async function read({ database, scopes, permissionsOf }: JournalRouteParts, principal: Principal, externalId: string, file: string): Promise<Download> {
  if (!permissionsOf(principal.role).includes(OPERATION)) throw new Refusal("FORBIDDEN", `The role ${principal.role} may not fetch journals.`);
  const scope = await scopes.resolve(principal);
  const { profile, isControl } = readName(file);
  return database.withTenant(scope, async (tx) => {
    const stored = profile === null ? null : await findFile(tx, externalId, profile);
    if (!stored) throw new Refusal("NOT_FOUND", "There is no such file. The files of a journal are listed by journal { files { path } }; generateJournal writes them.");
    const content = isControl ? renderControl(stored, stored, programmeCurrency(tx.scope.programme).exponent) : await contentOf(tx, stored);
    return { etag: `"${stored.contentHash}${isControl ? "-control" : ""}"`, name: `${stored.externalId}.${file}`, content };
  });
}

function readName(file: string): { readonly profile: ProfileCode | null; readonly isControl: boolean } {
  const match = FILE.exec(file);
  return { profile: match ? profileOf(match[1]!) : null, isControl: match?.[2] !== undefined };
}

/** True when the caller names the tag among those that it has. */
const isKnown = (header: string | undefined, etag: string): boolean => (header ?? "").split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);
