import { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, execute, getVariableValues } from "graphql";
import { CompiledQuery, compileQuery, isCompiledQuery } from "graphql-jit";

/**
 * Runs operations on a schema through code compiled once per document: a plain executor spends more time on a thousand
 * rows than the database does. A document that cannot be compiled runs on the plain executor.
 */
export class CompiledExecutor {
  private readonly compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery | null>>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** Without an `operation` (several and none chosen, or an unknown name) nothing runs: the answer says which is missing. */
  async run(document: DocumentNode, operation: OperationDefinitionNode | undefined, requestedName: string | null | undefined, variables: Record<string, unknown>, contextValue: unknown): Promise<ExecutionResult> {
    if (!operation) return execute({ schema: this.schema, document, operationName: requestedName, variableValues: variables, contextValue });
    const operationName = operation.name?.value;
    const query = this.compile(document, operationName ?? "");
    if (query) {
      // The compiler leaves the defaults of nested inputs out, so variables are read by GraphQL itself first.
      const read = getVariableValues(this.schema, operation.variableDefinitions ?? [], variables);
      if (read.errors) return { errors: read.errors };
      return withPlainErrors(await query.query({}, contextValue, read.coerced));
    }
    return execute({ schema: this.schema, document, operationName, variableValues: variables, contextValue, rootValue: {} });
  }

  private compile(document: DocumentNode, operationName: string): CompiledQuery | null {
    const known = this.compiled.get(document) ?? new Map<string, CompiledQuery | null>();
    this.compiled.set(document, known);
    const existing = known.get(operationName);
    if (existing !== undefined) return existing;
    const made = compileQuery(this.schema, document, operationName);
    const query = isCompiledQuery(made) ? made : null;
    known.set(operationName, query);
    return query;
  }
}

/** The compiler's errors lack what GraphQL promises of one (`extensions`); everybody after us relies on it. */
function withPlainErrors(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  return {
    ...result,
    errors: result.errors.map(({ message, path, locations, originalError, extensions }) => {
      const error = new GraphQLError(message, { path, originalError, extensions });
      if (locations) Object.defineProperty(error, "locations", { value: locations, enumerable: true });
      return error;
    }),
  };
}
