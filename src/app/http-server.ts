import { fastifyApolloHandler } from "@as-integrations/fastify";
import { ApolloServer } from "@apollo/server";
import Fastify, { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { Registry, collectDefaultMetrics, Histogram } from "prom-client";
import { datasetsOf } from "../exports/dataset-list.query";
import { Clock } from "../kernel/clock";
import { Refusal } from "../kernel/refusal";
import { textOf } from "../kernel/utf8";
import { Vault } from "../kernel/vault";
import { Principal } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { RecordAudit, RequestContext } from "../tenancy/request-context";
import { ScopeResolver } from "../tenancy/scope-resolver.store";
import { Wall } from "../tenancy/wall";
import { addExplorer } from "./explorer";
import { EXPORTS, addExportRoutes } from "./export-route";
import { GraphQLContext, LARGEST_INGEST_BYTES, LARGEST_QUERY_BYTES } from "./graphql-server";
import { GRAPHQL, WithBody, authenticate, chargeAddress, chargeTo, limitBodies, meterAnswers, sendError, sendRefusal } from "./http-manners";
import { JOURNAL_FILES, addJournalRoute } from "./journal-route";
import { CHARGES, RateLimiter } from "./rate-limits";
import { httpStatusOf } from "./refusals";
import { Authenticator } from "./authenticator";
import { STATEMENT_PAPERS, addStatementRoute } from "./statement-route";
import { PROVIDER_UPLOADS, addProviderRoute } from "./usage/provider-route";
import { addUsageRoute } from "./usage/usage-route";
import { welcomePage } from "./welcome-page";

export interface HttpServerParts {
  readonly apollo: ApolloServer<GraphQLContext>;
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter;
  /** Longest time that a query may take in all, in milliseconds. */
  readonly wallMs: number;
  readonly clock: Clock;
  readonly vault: Vault | null;
  readonly logger: Logger;
  readonly record: RecordAudit;
  /** The public schema as text, printed when somebody asks for it. */
  readonly sdl: () => string;
  readonly permissionsOf: (role: Principal["role"]) => readonly string[];
  /** True once migrated and seeded, until shutdown begins. */
  readonly isReady: () => boolean;
}

/** Longest time for the headers of a request, and for the body of one that is no upload, in milliseconds. */
const HEADERS_MS = 15_000;
export const BODY_MS = 60_000;
const UPLOADS = "/usage";

/** The routes. /graphql, /journals, /statement, /export and /usage need a token, providers sign instead; health, metrics, SDL and the welcome page do not. */
export async function createHttpServer(parts: HttpServerParts): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: LARGEST_INGEST_BYTES, requestTimeout: 0, connectionTimeout: 0, http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 5_000 }, forceCloseConnections: "idle", return503OnClosing: false, logger: false, trustProxy: false });
  // JSON is read by us: the size of the body decides what it may ask, and no field of it is ever merged into another object.
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request: WithBody, body, done) => {
    request.bodyBytes = (body as Buffer).length;
    let parsed: unknown;
    try {
      parsed = JSON.parse(textOf(body as Buffer));
    } catch {
      done(Object.assign(new Error("The body is not JSON."), { statusCode: 400 }), undefined);
      return;
    }
    // Only the variables of an ingest may be large. The text of a query is held to its limit before it is parsed: a parser
    // makes a token of every comment.
    const query = (parsed as { query?: unknown } | null)?.query;
    if (typeof query === "string" && Buffer.byteLength(query, "utf8") > LARGEST_QUERY_BYTES) {
      done(Object.assign(new Error(`The text of a query is at most ${LARGEST_QUERY_BYTES} bytes.`), { statusCode: 413 }), undefined);
      return;
    }
    done(null, parsed);
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode && error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) parts.logger.error({ err: error }, "request failed");
    const code = status === 500 ? "INTERNAL" : status === 413 ? "LIMIT_EXCEEDED" : "BAD_USER_INPUT";
    void sendError(reply, status, code, status === 500 ? "Something went wrong on our side." : error.message);
  });
  app.setNotFoundHandler((_request, reply) => sendError(reply, 404, "NOT_FOUND", "There is nothing here. GET / says where things are."));

  drainOnClose(app);
  limitBodies(app, UPLOADS, BODY_MS);
  meterAnswers(app);
  chargePages(app, parts.limiter);
  addUsageRoute(app, parts);
  addProviderRoute(app, parts);
  addJournalRoute(app, parts);
  addStatementRoute(app, parts);
  addExportRoutes(app, parts);
  addExplorer(app);
  addOperations(app, parts);
  app.route({
    method: ["GET", "POST"],
    url: GRAPHQL,
    preParsing: async (request: WithBody, reply) => authenticate(request, reply, parts),
    handler: fastifyApolloHandler(parts.apollo, {
      context: async (request, reply) => {
        const { principal, bodyBytes, meter } = request as WithBody;
        const context = new RequestContext(principal!, parts.database, parts.clock, parts.scopes, parts.record, parts.permissionsOf(principal!.role), parts.vault, datasetsOf, new Wall(parts.wallMs));
        return { request: context, bodyBytes: bodyBytes ?? 0, mostCost: parts.limiter.mostCost, charge: (cost) => chargeTo(meter ?? null, Math.max(0, cost - CHARGES.request), request, reply) };
      },
    }) as never,
  });
  return app;
}

/**
 * From the moment of a shutdown what is under way is finished, whoever comes on a connection that is still open is told to
 * come again, and every connection ends with its next answer.
 */
function drainOnClose(app: FastifyInstance): void {
  let isClosing = false;
  let sweep: NodeJS.Timeout | undefined;
  app.addHook("preClose", async () => {
    isClosing = true;
    // Node ends the connections that are idle at that moment; one that falls idle later would keep the server for a minute.
    sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  });
  app.addHook("onClose", async () => clearInterval(sweep));
  app.addHook("onRequest", async (request, reply) => {
    if (!isClosing || ![GRAPHQL, UPLOADS, PROVIDER_UPLOADS, JOURNAL_FILES, STATEMENT_PAPERS, EXPORTS].includes(request.routeOptions.url ?? "")) return;
    return sendError(reply.header("retry-after", "1"), httpStatusOf("UNAVAILABLE"), "UNAVAILABLE", "The server is shutting down. Send the same request again in a moment: what was stored before is not stored twice.");
  });
  app.addHook("onSend", async (_request, reply) => {
    if (isClosing) void reply.header("connection", "close");
  });
}

const PAGES = ["/", "/schema.graphql", "/explorer", "/explorer/*"];

/** Pages that need no token are charged by address; health and metrics are always answered. */
function chargePages(app: FastifyInstance, limiter: RateLimiter): void {
  app.addHook("onRequest", async (request: WithBody, reply) => {
    if (!PAGES.includes(request.routeOptions.url ?? "")) return;
    try {
      chargeAddress(limiter, request, reply);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return sendRefusal(reply, error);
    }
  });
}

function addOperations(app: FastifyInstance, parts: HttpServerParts): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({ name: "apportion_http_request_seconds", help: "Time from request to response.", labelNames: ["method", "route", "status"], registers: [registry], buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
  app.addHook("onResponse", async (request, reply) => {
    duration.observe({ method: request.method, route: request.routeOptions.url ?? "none", status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
  app.get("/livez", async () => ({ status: "live" }));
  app.get("/readyz", async (_request, reply) => {
    const ready = parts.isReady() && (await parts.database.isReachable());
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready" });
  });
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  app.get("/schema.graphql", async (_request, reply) => reply.type("text/plain; charset=utf-8").send(parts.sdl()));
  app.get("/", async (_request, reply) => reply.type("text/html; charset=utf-8").header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'").send(welcomePage()));
}
