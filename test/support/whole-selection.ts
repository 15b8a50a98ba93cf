import { GraphQLField, GraphQLNamedType, GraphQLSchema, getNamedType, isAbstractType, isCompositeType, isObjectType } from "graphql";
import { Role } from "../../src/tenancy";
import { EXPECTED_FIELDS } from "./expected-access";

/** Everything that a role may select of a type, as GraphQL text; types are not entered twice on the way down. */
export function wholeSelection(schema: GraphQLSchema, type: GraphQLNamedType, role: Role, above: readonly string[] = []): string {
  if (isAbstractType(type)) {
    return schema.getPossibleTypes(type).map((each) => `... on ${each.name} { ${prefixed(schema, each, role, [...above, type.name])} }`).join(" ");
  }
  return isObjectType(type) ? Object.values(type.getFields()).flatMap((field) => select(schema, type.name, field, role, above)).join(" ") : "";
}

/** Under an abstract type fields of one name may differ in nullability, so each is renamed after its type. */
function prefixed(schema: GraphQLSchema, type: GraphQLNamedType, role: Role, above: readonly string[]): string {
  if (!isObjectType(type)) return "";
  return Object.values(type.getFields()).flatMap((field) => select(schema, type.name, field, role, above).map((text) => `${type.name}_${field.name}: ${text}`)).join(" ");
}

function select(schema: GraphQLSchema, parent: string, field: GraphQLField<unknown, unknown>, role: Role, above: readonly string[]): string[] {
  if (EXPECTED_FIELDS.get(`${parent}.${field.name}`)?.includes(role) === false) return [];
  const inner = getNamedType(field.type);
  const page = field.args.some((argument) => argument.name === "first") ? "(first: 20)" : "";
  if (!isCompositeType(inner)) return [`${field.name}${page}`];
  if (above.includes(inner.name)) return [];
  const selection = wholeSelection(schema, inner, role, [...above, inner.name]);
  return selection === "" ? [] : [`${field.name}${page} { ${selection} }`];
}
