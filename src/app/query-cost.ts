import { DocumentNode, GraphQLError, GraphQLSchema, getOperationAST, getVariableValues } from "graphql";
import { getComplexity, simpleEstimator } from "graphql-query-complexity";
import { Refusal } from "../kernel/refusal";

/** Costs that were computed before: per document, and per value of the variables that a page size or a directive may take. */
const knownCosts = new WeakMap<DocumentNode, Map<string, number>>();
const MOST_KNOWN_COSTS = 1_000;
/** Fields and fragments that are looked at for a price. */
const MOST_NODES = 10_000;
const TOO_MANY_NODES = "Query exceeds the maximum allowed number of nodes.";

/** What an operation costs before it runs: its fields, those below a page as often as the page has rows. 0 for variables that cannot be read: the execution reports them, with their path. */
export function costOf(schema: GraphQLSchema, document: DocumentNode, variables: Record<string, unknown>, operationName: string | null): number {
  const known = knownCosts.get(document) ?? new Map<string, number>();
  knownCosts.set(document, known);
  const deciding = Object.entries(variables).filter(([, value]) => typeof value === "number" || typeof value === "boolean");
  const key = JSON.stringify([operationName, deciding]);
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const cost = computeCost(schema, document, variables, operationName);
  if (known.size < MOST_KNOWN_COSTS && cost > 0) known.set(key, cost);
  return cost;
}

function computeCost(schema: GraphQLSchema, document: DocumentNode, variables: Record<string, unknown>, operationName: string | null): number {
  const operation = getOperationAST(document, operationName);
  if (!operation || getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors) return 0;
  try {
    return getComplexity({
      schema, query: document, variables, operationName: operationName ?? undefined, maxQueryNodes: MOST_NODES,
      estimators: [
        ({ args, childComplexity }) => (typeof args.first === "number" ? 1 + Math.max(args.first, 1) * childComplexity : undefined),
        simpleEstimator({ defaultComplexity: 1 }),
      ],
    });
  } catch (error) {
    // What has no price is not run: not even the part of it that could be.
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message !== TOO_MANY_NODES) throw new Refusal("BAD_USER_INPUT", error.message);
    throw new Refusal("LIMIT_EXCEEDED", `A query has at most ${MOST_NODES} fields, those of a fragment counted wherever it is spread. Ask in parts.`);
  }
}
