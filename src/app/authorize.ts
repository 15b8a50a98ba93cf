import { DocumentNode, GraphQLSchema, OperationDefinitionNode, TypeInfo, isObjectType, visit, visitWithTypeInfo } from "graphql";
import { Refusal } from "../kernel/refusal";
import { Role } from "../tenancy";
import { ACCESS_RULE } from "../tenancy/access";

type Ruled = { readonly extensions?: Readonly<Record<string, unknown>> | null; readonly name: string };

function ruleOf(item: Ruled): readonly Role[] | null {
  const rule = item.extensions?.[ACCESS_RULE];
  return Array.isArray(rule) ? (rule as Role[]) : null;
}

const ROOTS = ["Query", "Mutation", "Subscription"];

/** Names every operation of the schema without an access rule: there must be none. */
export function operationsWithoutRule(schema: GraphQLSchema): string[] {
  return ROOTS.flatMap((root) => {
    const type = schema.getType(root);
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => (ruleOf(field) ? [] : [`${root}.${field.name}`]));
  });
}

/** Operations that a role may use, as schema coordinates in alphabetical order. */
export function operationsOf(schema: GraphQLSchema, role: Role): string[] {
  return ROOTS.flatMap((root) => {
    const type = schema.getType(root);
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => (ruleOf(field)?.includes(role) ? [`${root}.${field.name}`] : []));
  }).sort();
}

/**
 * Decides from the document alone whether a role may ask this: every coordinate that it selects is looked up before
 * anything runs, so that nothing has to be checked per row. Answers are kept per document.
 */
export class Authorizer {
  private readonly answers = new WeakMap<DocumentNode, Map<string, string | null>>();

  constructor(private readonly schema: GraphQLSchema) {
    const bare = operationsWithoutRule(schema);
    if (bare.length > 0) throw new Error(`No access rule for ${bare.join(", ")}: add @Allow(...).`);
  }

  /** FORBIDDEN names the first coordinate that the role may not select. */
  require(document: DocumentNode, operation: OperationDefinitionNode, role: Role): void {
    const known = this.answers.get(document) ?? new Map<string, string | null>();
    this.answers.set(document, known);
    const key = `${operation.name?.value ?? ""}/${role}`;
    let forbidden = known.get(key);
    if (forbidden === undefined) {
      forbidden = this.firstForbidden(document, role);
      known.set(key, forbidden);
    }
    if (forbidden !== null) throw new Refusal("FORBIDDEN", `The role ${role} may not use ${forbidden}.`);
  }

  /** Looks at the whole document: an operation that is not run may not hide a fragment that is. */
  private firstForbidden(document: DocumentNode, role: Role): string | null {
    const typeInfo = new TypeInfo(this.schema);
    let forbidden: string | null = null;
    visit(document, visitWithTypeInfo(typeInfo, {
      Field: () => {
        const parent = typeInfo.getParentType();
        const field = typeInfo.getFieldDef();
        if (forbidden !== null || !parent || !field || field.name.startsWith("__")) return;
        for (const item of [field as Ruled, parent as Ruled]) {
          const rule = ruleOf(item);
          if (rule && !rule.includes(role)) forbidden = `${parent.name}.${field.name}`;
        }
        if (ROOTS.includes(parent.name) && !ruleOf(field)) forbidden = `${parent.name}.${field.name}`;
      },
    }));
    return forbidden;
  }
}
