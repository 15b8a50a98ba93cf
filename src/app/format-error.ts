import { randomUUID } from "node:crypto";
import { GraphQLError, GraphQLFormattedError } from "graphql";
import { Refusal, RefusalCode } from "../kernel/refusal";

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

/** What is told of a long message of GraphQL's own, in characters: it repeats what was sent in its middle. */
const [HEAD_CHARS, TAIL_CHARS] = [120, 180];

/** What a client sees of an error: a refusal as it is, a faulty request with its reason, anything else as INTERNAL and an id. */
export function formatError(formatted: GraphQLFormattedError, error: unknown, report: (id: string, error: unknown) => void): GraphQLFormattedError {
  const cause = rootCause(error);
  const place = { ...(formatted.locations ? { locations: formatted.locations } : {}), ...(formatted.path ? { path: formatted.path } : {}) };
  if (cause instanceof Refusal) {
    return { message: cause.message, ...place, extensions: { code: cause.code, ...(cause.field ? { field: cause.field } : {}) } };
  }
  const given = String(formatted.extensions?.code ?? "");
  const code = CLIENT_FAULTS[given] ?? (cause === null && given === "INTERNAL_SERVER_ERROR" && isCoercionFault(error) ? "BAD_USER_INPUT" : null);
  if (code) return { message: inShort(formatted.message), ...place, extensions: { code } };
  const id = randomUUID();
  report(id, error);
  return { message: `Something went wrong on our side. Quote ${id} when you report it.`, ...place, extensions: { code: "INTERNAL", id } };
}

function inShort(message: string): string {
  return message.length <= HEAD_CHARS + TAIL_CHARS ? message : `${message.slice(0, HEAD_CHARS)} [...] ${message.slice(-TAIL_CHARS)}`;
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
