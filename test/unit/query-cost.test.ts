import { GraphQLField, GraphQLInputType, GraphQLNamedType, GraphQLObjectType, buildSchema, executeSync, getNamedType, isCompositeType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, parse, validate } from "graphql";
import { costOf } from "../../src/app/query-cost";
import { buildPublicSchema, printPublicSchema } from "../../src/app/schema";

/** The public schema without resolvers: what it answers is made here. */
const schema = buildSchema(printPublicSchema(buildPublicSchema()));
const ROOT = schema.getQueryType()!;

/** Documents of all shapes that the schema allows, the same for the same seed: pages in pages, fragments, directives, variables. */
class Documents {
  private aliases = 0;
  private fragments: string[] = [];
  private definitions: string[] = [];
  private variables: Record<string, unknown> = {};

  constructor(private state: number) {}

  next(): { readonly text: string; readonly variables: Record<string, unknown> } {
    [this.fragments, this.definitions, this.variables] = [[], [], {}];
    const selection = this.selection(ROOT, 6);
    const head = this.definitions.length > 0 ? `query(${this.definitions.join(" ")})` : "query";
    return { text: [`${head} ${selection}`, ...this.fragments].join("\n"), variables: this.variables };
  }

  private below(count: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * count);
  }

  private selection(type: GraphQLNamedType, depth: number): string {
    if (!isObjectType(type)) {
      if (!isCompositeType(type)) return "";
      return `{ __typename ${schema.getPossibleTypes(type).map((each) => `... on ${each.name} ${this.selection(each, depth - 1)}`).join(" ")} }`;
    }
    const fields = Object.values(type.getFields()).filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)));
    const chosen = Array.from({ length: 1 + this.below(3) }, () => fields[this.below(fields.length)]).flatMap((field) => (field ? [this.field(field, depth)] : []));
    const text = `{ __typename ${chosen.join(" ")} }`;
    const shape = this.below(6);
    if (shape === 0) return `{ ... ${text} }`;
    if (shape > 1) return text;
    this.fragments.push(`fragment f${this.aliases += 1} on ${type.name} ${text}`);
    return `{ ...${this.fragments.at(-1)!.split(" ")[1]} }`;
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args.filter((argument) => isNonNullType(argument.type) || argument.name === "first").map((argument) => `${argument.name}: ${argument.name === "first" ? this.size() : literal(argument.type)}`);
    const directive = this.below(8) === 0 ? ` @${this.below(2) === 0 ? "include" : "skip"}(if: ${this.variable("Boolean!", this.below(2) === 0)})` : "";
    return `a${this.aliases += 1}: ${field.name}${given.length > 0 ? `(${given.join(", ")})` : ""}${directive} ${this.selection(getNamedType(field.type), depth - 1)}`;
  }

  /** How many rows of a page: written there, in a variable, or as the default of one. */
  private size(): string {
    const rows = 1 + this.below(4);
    const kind = this.below(3);
    if (kind === 0) return String(rows);
    return kind === 1 ? this.variable("Int!", rows) : this.variable(`Int! = ${rows}`, undefined);
  }

  private variable(type: string, value: unknown): string {
    const name = `v${this.aliases += 1}`;
    this.definitions.push(`$${name}: ${type}`);
    if (value !== undefined) this.variables[name] = value;
    return `$${name}`;
  }
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) return `{ ${Object.values(type.getFields()).filter((field) => isNonNullType(field.type) && field.defaultValue === undefined).map((field) => `${field.name}: ${literal(field.type)}`).join(", ")} }`;
  return type.name === "Boolean" ? "true" : ["Int", "Long"].includes(type.name) ? "1" : '"x"';
}

/** Runs a document over data in which every page is full, and counts the fields that were looked up. */
function fieldsOf(text: string, variables: Record<string, unknown>): { readonly fields: number; readonly errors: readonly unknown[] } {
  let fields = 0;
  const made = (type: GraphQLNamedType, first: number | undefined): unknown => {
    if (isCompositeType(type)) return { first };
    return isEnumType(type) ? type.getValues()[0]!.value : type.name === "Boolean" ? true : type.name === "Int" ? 1 : "x";
  };
  const answer = executeSync({
    schema, document: parse(text), variableValues: variables, rootValue: {},
    fieldResolver: (source: { first?: number }, args: { first?: number }, _context, info) => {
      fields += 1;
      const type = isNonNullType(info.returnType) ? info.returnType.ofType : info.returnType;
      if (!isListType(type)) return made(getNamedType(type), args.first);
      const rows = args.first ?? (info.fieldName === "edges" ? source.first! : 1);
      return Array.from({ length: rows }, () => (isListType(isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType) ? [made(getNamedType(type), undefined)] : made(getNamedType(type), undefined)));
    },
    typeResolver: (_value, _context, _info, type) => (schema.getPossibleTypes(type)[fields % schema.getPossibleTypes(type).length] as GraphQLObjectType).name,
  });
  return { fields, errors: answer.errors ?? [] };
}

describe("the cost of a query", () => {
  it("is known before, and never below what it takes: a thousand documents", () => {
    const documents = new Documents(20_251_115);
    const under: string[] = [];
    let [largest, pages] = [0, 0];
    for (let run = 0; run < 1_000; run += 1) {
      const { text, variables } = documents.next();
      const document = parse(text);
      const faults = run % 20 === 0 ? validate(schema, document) : [];
      const { fields, errors } = fieldsOf(text, variables);
      const cost = costOf(schema, document, variables, null);
      if (faults.length > 0 || errors.length > 0 || fields > cost) under.push(`${String(faults[0] ?? errors[0] ?? `${fields} > ${cost}`)}: ${text} ${JSON.stringify(variables)}`);
      if (text.includes("first:")) pages += 1;
      largest = Math.max(largest, fields);
    }
    expect(under.slice(0, 3)).toEqual([]);
    // The documents are not all small ones.
    expect([largest > 100, pages > 500]).toEqual([true, true]);
  });

  it.each<[string, string, Record<string, unknown>, number | string]>([
    ["fields",                            "{ viewer { role subject } }", {}, 3],
    ["a page by its size",                "{ periods(first: 10) { edges { node { key } } } }", {}, 31],
    ["a page in a page by both",          "{ statements(first: 10) { edges { node { id } } } periods(first: 2) { edges { cursor } } }", {}, 36],
    ["a size in a variable",              "query($n: Int!) { periods(first: $n) { edges { node { key } } } }", { n: 20 }, 61],
    ["another size of the same document", "query($n: Int!) { periods(first: $n) { edges { node { key } } } }", { n: 500 }, 1_501],
    ["its default",                       "query($n: Int! = 5) { periods(first: $n) { edges { node { key } } } }", {}, 16],
    ["an alias as a field",               "{ a: viewer { role } b: viewer { role } }", {}, 4],
    ["a fragment wherever it is spread",  "{ a: viewer { ...f } b: viewer { ...f } } fragment f on Viewer { role subject }", {}, 6],
    ["what is skipped not at all",        "query($all: Boolean!) { viewer { role } periods(first: 500) @include(if: $all) { edges { cursor } } }", { all: false }, 2],
    ["a size that is no number not at all: it is refused when it runs", "query($n: Int!) { periods(first: $n) { edges { cursor } } }", { n: "many" }, 0],
    ["no size where there must be one",   "query($n: Int = 1) { periods(first: $n) { edges { cursor } } }", { n: null }, "BAD_USER_INPUT"],
    ["too many fields to count",          `{ viewer { ...d0 } } ${Array.from({ length: 20 }, (_, index) => `fragment d${index} on Viewer { ${index < 19 ? `...d${index + 1} ...d${index + 1}` : "role"} }`).join(" ")}`, {}, "LIMIT_EXCEEDED"],
  ])("counts %s", (_, text, variables, expected) => {
    const cost = (): number => costOf(schema, parse(text), variables, null);
    if (typeof expected === "string") expect(cost).toThrow(expect.objectContaining({ code: expected }) as Error);
    else expect(cost()).toBe(expected);
  });
});
