import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { auditStore } from "../governance/audit.store";
import { Role } from "../tenancy";
import { RecordAudit } from "../tenancy/request-context";
import { createAuthenticator } from "./authenticator";
import { operationsOf } from "./authorize";
import { createGraphQLServer } from "./graphql-server";
import { createHttpServer } from "./http-server";
import { Installation } from "./installation";
import { buildExecutionSchema, buildPublicSchema, printPublicSchema } from "./schema";
import { DEFAULT_RATE_LIMITS, RateLimiter, RateLimits } from "./rate-limits";
import { createTokenVerifier } from "./token";

/** The audit trail, as every verb records in it. */
export const recordAudit: RecordAudit = (tx, note) => auditStore(tx).record(note);

export interface RunningServer {
  readonly http: FastifyInstance;
  /** Ready to answer; false again as soon as shutdown begins. */
  setReady(ready: boolean): void;
  close(): Promise<void>;
}

export interface ServerLimits {
  readonly rateLimits: RateLimits;
  /** Longest time that a query may take in all, in milliseconds. */
  readonly wallMs: number;
}

const DEFAULT_LIMITS: ServerLimits = { rateLimits: DEFAULT_RATE_LIMITS, wallMs: 10_000 };

/** Builds the server over an installation; it does not listen yet. */
export async function buildServer(installation: Installation, logger: Logger, limits: Partial<ServerLimits> = {}): Promise<RunningServer> {
  const { rateLimits, wallMs } = { ...DEFAULT_LIMITS, ...limits };
  const publicSchema = buildPublicSchema();
  const apollo = createGraphQLServer(publicSchema, buildExecutionSchema(publicSchema), logger);
  await apollo.start();
  const permissions = new Map<Role, readonly string[]>();
  let ready = false;
  let sdl: string | undefined;
  const http = await createHttpServer({
    apollo,
    database: installation.database,
    scopes: installation.scopes,
    authenticator: createAuthenticator({ verifier: createTokenVerifier(installation.token, installation.clock, { logger }), database: installation.database, scopes: installation.scopes, clock: installation.clock }),
    limiter: new RateLimiter(rateLimits, installation.clock),
    wallMs,
    clock: installation.clock,
    vault: installation.vault,
    logger,
    record: recordAudit,
    sdl: () => (sdl ??= printPublicSchema(publicSchema)),
    permissionsOf: (role) => {
      const known = permissions.get(role) ?? operationsOf(publicSchema, role);
      permissions.set(role, known);
      return known;
    },
    isReady: () => ready,
  });
  return {
    http,
    setReady: (value) => {
      ready = value;
    },
    close: async () => {
      ready = false;
      await http.close();
      await apollo.stop();
    },
  };
}
