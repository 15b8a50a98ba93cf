import { ApolloServer, ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginUsageReportingDisabled } from "@apollo/server/plugin/disabled";
import { DocumentNode, ExecutionResult, GraphQLSchema, Kind, OperationDefinitionNode, OperationTypeNode } from "graphql";
import type { Logger } from "pino";
import { Refusal } from "../kernel/refusal";
import { Principal } from "../tenancy";
import { RequestContext } from "../tenancy/request-context";
import { Authorizer } from "./authorize";
import { CompiledExecutor } from "./execute";
import { formatError } from "./format-error";
import { HttpRefusal } from "./http-manners";
import { costOf } from "./query-cost";
import { httpStatusOf } from "./refusals";

export const LARGEST_QUERY_BYTES = 256 * 1024;
export const LARGEST_INGEST_BYTES = 24 * 1024 * 1024;
const MOST_TOKENS = 1_000;
const DEEPEST = 15;
const MOST_ROOT_FIELDS = 20;
/** Fields times page sizes. A page of 500 usage events with every field stays below it. */
const MOST_COST = 100_000;

/** Faults of a document that are told at once: who sends hundreds reads no more of them. */
const MOST_FAULTS = 3;

/** What Apollo hands to plugins and executor. Apollo copies this object per operation, so the request stands inside it. */
export interface GraphQLContext {
  readonly request: RequestContext;
  readonly bodyBytes: number;
  /** What the asker may spend at most; null without a limit. */
  readonly mostCost: number | null;
  /** Charges the asker; throws the refusal when too little is left. */
  readonly charge: (cost: number) => void;
  cost?: number;
  /** Why it was not run, where that has a status of its own. */
  refused?: HttpRefusal;
}

/** Apollo with our rules around it: who may ask what, how much, and what an error may say. */
export function createGraphQLServer(publicSchema: GraphQLSchema, executionSchema: GraphQLSchema, logger: Logger): ApolloServer<GraphQLContext> {
  const authorizer = new Authorizer(publicSchema);
  const executor = new CompiledExecutor(executionSchema);
  return new ApolloServer<GraphQLContext>({
    gateway: {
      load: async () => ({
        executor: (asked) => {
          const { request } = asked.context as GraphQLContext;
          const run = (): Promise<ExecutionResult> => executor.run(asked.document, asked.operation, asked.request.operationName, (asked.request.variables ?? {}) as Record<string, unknown>, request);
          // What writes is not left in the middle: it has the times of its statements.
          return (asked.operation?.operation === OperationTypeNode.QUERY ? request.wall.within(run) : run()) as never;
        },
      }),
      onSchemaLoadOrUpdate: (callback) => {
        callback({ apiSchema: publicSchema, coreSupergraphSdl: "" });
        return () => undefined;
      },
      stop: async () => undefined,
    },
    parseOptions: { maxTokens: MOST_TOKENS },
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    logger,
    formatError: (formatted, error) => formatError(formatted, error, (id, fault) => logger.error({ id, err: fault }, "request failed")),
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginUsageReportingDisabled(), rules(authorizer, executionSchema)],
  });
}

function rules(authorizer: Authorizer, schema: GraphQLSchema): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, operation, operationName, request, contextValue }) => {
        if (!operation) return;
        authorizer.require(document, operation, contextValue.request.principal.role);
        requirePerson(operation, contextValue.request.principal);
        requireSize(document, operation, contextValue.bodyBytes);
        requireDepth(document);
        contextValue.cost = costOf(schema, document, request.variables ?? {}, operationName);
        const limit = limitOf(contextValue);
        if (contextValue.cost > limit) throw new Refusal("LIMIT_EXCEEDED", `This query costs ${contextValue.cost}; the limit is ${limit}. Ask for smaller pages or fewer fields.`);
        try {
          contextValue.charge(contextValue.cost);
        } catch (error) {
          if (error instanceof HttpRefusal) contextValue.refused = error;
          throw error;
        }
      },
      willSendResponse: async (context) => finish(context),
    }),
  };
}

/** The most that one request may cost: of what is dearer than a whole bucket it would never be full enough. */
const limitOf = ({ mostCost }: GraphQLContext): number => Math.min(MOST_COST, mostCost ?? MOST_COST);

/** A key reads, and writes usage: decisions are people's, and two keys of one person must not pass for two persons. */
function requirePerson(operation: OperationDefinitionNode, { key, role }: Principal): void {
  if (key && operation.operation === OperationTypeNode.MUTATION && role !== "INTEGRATION") throw new Refusal("FORBIDDEN", "A key of a service account decides nothing: it reads, and writes usage as INTEGRATION. Use a person's token.");
}

/** What may be larger than a query: it carries events, or names legs one by one. */
const LARGE = ["reportUsage", "addToBackfill", "attributeUsage", "previewCorrection", "proposeCorrection"];

/** Only an operation that is made for many events may be larger than a query. */
function requireSize(document: DocumentNode, operation: OperationDefinitionNode, bytes: number): void {
  const fields = operation.selectionSet.selections;
  if (fields.length > MOST_ROOT_FIELDS) throw new Refusal("LIMIT_EXCEEDED", `An operation asks for at most ${MOST_ROOT_FIELDS} things at once.`);
  if (bytes <= LARGEST_QUERY_BYTES) return;
  const large = document.definitions.length === 1 && fields.length === 1 && fields[0]!.kind === Kind.FIELD && LARGE.includes(fields[0]!.name.value);
  if (!large) throw new Refusal("LIMIT_EXCEEDED", `A request is at most ${LARGEST_QUERY_BYTES} bytes; only ${LARGE.join(", ")} may be larger.`);
}

const shallow = new WeakSet<DocumentNode>();

function requireDepth(document: DocumentNode): void {
  if (shallow.has(document)) return;
  const fragments = new Map(document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])));
  const depths = new Map<string, number>();
  type Selections = OperationDefinitionNode["selectionSet"];
  const depthOf = (set: Selections | undefined): number => {
    let deepest = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) deepest = Math.max(deepest, selection.name.value.startsWith("__") ? 0 : 1 + depthOf(selection.selectionSet));
      else if (selection.kind === Kind.INLINE_FRAGMENT) deepest = Math.max(deepest, depthOf(selection.selectionSet));
      else {
        const name = selection.name.value;
        if (!depths.has(name)) depths.set(name, depthOf(fragments.get(name)?.selectionSet));
        deepest = Math.max(deepest, depths.get(name)!);
      }
    }
    return deepest;
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && depthOf(definition.selectionSet) > DEEPEST) throw new Refusal("LIMIT_EXCEEDED", `A query is at most ${DEEPEST} levels deep.`);
  }
  shallow.add(document);
}

/** Reports the cost and gives a failed request the status that its first error stands for. */
function finish({ response, contextValue }: GraphQLRequestContextWillSendResponse<GraphQLContext>): void {
  if (response.body.kind !== "single") return;
  const { singleResult } = response.body;
  if (contextValue?.cost !== undefined) singleResult.extensions = { ...singleResult.extensions, cost: { requested: contextValue.cost, limit: limitOf(contextValue) } };
  if (singleResult.data === undefined && singleResult.errors) singleResult.errors = singleResult.errors.slice(0, MOST_FAULTS);
  const first = singleResult.errors?.[0];
  if (first && (singleResult.data === undefined || singleResult.data === null || Object.values(singleResult.data).every((value) => value === null))) {
    // A mutation by GET keeps the status that says so.
    if (response.http.status !== 405) response.http.status = httpStatusOf(String(first.extensions?.code ?? "INTERNAL"));
    if (response.http.status === 503) response.http.headers.set("retry-after", "1");
    if (contextValue?.refused) {
      response.http.status = contextValue.refused.status;
      for (const [name, value] of Object.entries(contextValue.refused.headers)) response.http.headers.set(name, value);
    }
  }
}
