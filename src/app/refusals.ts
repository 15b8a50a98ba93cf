import { randomUUID } from "node:crypto";
import { GraphQLError, GraphQLFormattedError } from "graphql";
import { Refusal, RefusalCode } from "../kernel/refusal";

/** One table for every "no": the HTTP status when nothing else was answered, and the exit status of the command line. */
const TABLE: Readonly<Record<RefusalCode | "INTERNAL", { http: number; exit: number }>> = {
  UNAUTHENTICATED: { http: 401, exit: 1 },
  FORBIDDEN: { http: 403, exit: 1 },
  BAD_USER_INPUT: { http: 400, exit: 3 },
  NOT_FOUND: { http: 404, exit: 3 },
  CONFLICT: { http: 409, exit: 4 },
  PERIOD_CLOSED: { http: 409, exit: 4 },
  PERIOD_OPEN: { http: 409, exit: 4 },
  NOT_READY: { http: 409, exit: 4 },
  SAME_PERSON: { http: 409, exit: 4 },
  UNBALANCED: { http: 400, exit: 3 },
  CURRENCY_MISMATCH: { http: 400, exit: 3 },
  LIMIT_EXCEEDED: { http: 413, exit: 3 },
  TIMEOUT: { http: 503, exit: 5 },
  UNAVAILABLE: { http: 503, exit: 5 },
  INTERNAL: { http: 500, exit: 1 },
};

export function httpStatusOf(code: string): number {
  return TABLE[code as RefusalCode]?.http ?? 400;
}

export function exitStatusOf(error: unknown): number {
  return error instanceof Refusal ? TABLE[error.code].exit : TABLE.INTERNAL.exit;
}

/** GraphQL's own words for a faulty request, in ours. */
const CLIENT_FAULTS: Readonly<Record<string, RefusalCode>> = {
  GRAPHQL_PARSE_FAILED: "BAD_USER_INPUT",
  GRAPHQL_VALIDATION_FAILED: "BAD_USER_INPUT",
  BAD_USER_INPUT: "BAD_USER_INPUT",
  BAD_REQUEST: "BAD_USER_INPUT",
  OPERATION_RESOLUTION_FAILURE: "BAD_USER_INPUT",
  PERSISTED_QUERY_NOT_SUPPORTED: "BAD_USER_INPUT",
  PERSISTED_QUERY_NOT_FOUND: "BAD_USER_INPUT",
};

/** What a client sees of an error: a refusal as it is, a faulty request with its reason, anything else as INTERNAL and an id. */
export function formatError(formatted: GraphQLFormattedError, error: unknown, report: (id: string, error: unknown) => void): GraphQLFormattedError {
  const cause = rootCause(error);
  const place = { ...(formatted.locations ? { locations: formatted.locations } : {}), ...(formatted.path ? { path: formatted.path } : {}) };
  if (cause instanceof Refusal) {
    return { message: cause.message, ...place, extensions: { code: cause.code, ...(cause.field ? { field: cause.field } : {}) } };
  }
  const given = String(formatted.extensions?.code ?? "");
  const code = CLIENT_FAULTS[given] ?? (cause === null && given === "INTERNAL_SERVER_ERROR" && isCoercionFault(error) ? "BAD_USER_INPUT" : null);
  if (code) return { message: formatted.message, ...place, extensions: { code } };
  const id = randomUUID();
  report(id, error);
  return { message: `Something went wrong on our side. Quote ${id} when you report it.`, ...place, extensions: { code: "INTERNAL", id } };
}

/** The error that was thrown in a resolver; null when GraphQL itself found the fault. */
function rootCause(error: unknown): unknown {
  let cause: unknown = error;
  while (cause instanceof Error && (cause as GraphQLError).originalError) cause = (cause as GraphQLError).originalError;
  return cause === error ? (error instanceof Refusal ? error : null) : cause;
}

/** An error without path and cause comes from reading variables: nothing was executed. */
function isCoercionFault(error: unknown): boolean {
  return error instanceof GraphQLError && error.path === undefined && !error.originalError;
}
