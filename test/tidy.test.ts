import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { GraphQLInputObjectType, getNamedType, isInputObjectType, isInterfaceType, isNonNullType, isObjectType, isScalarType } from "graphql";
import { operationsWithoutRule } from "../src/app/authorize";
import { HEAVY_INPUT, buildExecutionSchema, buildPublicSchema, printPublicSchema } from "../src/app/schema";
import { USAGE_EVENT_FIELDS } from "../src/metering";

const ROOT = join(__dirname, "..");
const ROOMS = ["kernel", "tenancy", "governance", "metering", "costs", "rating", "allocation", "chargeback", "corrections", "budgets", "benefits", "closing", "programme", "journals", "business-cases", "exports", "app", "cli"];
const LONGEST_FILE = 250;
const LONGEST_README = 60;

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

const sources = filesBelow(join(ROOT, "src")).filter((path) => path.endsWith(".ts"));
const schema = buildPublicSchema();

describe("the house is tidy", () => {
  it("has an access rule on every operation", () => {
    expect(operationsWithoutRule(schema)).toEqual([]);
  });

  it("commits the schema that it emits", () => {
    expect(readFileSync(join(ROOT, "schema", "schema.graphql"), "utf8")).toBe(printPublicSchema(schema));
  });

  it("has no floating-point number in the schema", () => {
    expect(printPublicSchema(schema)).not.toMatch(/: \[?Float\b/);
  });

  it("describes every field of a page of any list", () => {
    const ofPages = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && /^PageInfo$|Connection$|Edge$/.test(type.name));
    expect(ofPages.length).toBeGreaterThan(50);
    expect(ofPages.flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()).flatMap(({ name, description }) => (description ? [] : [`${type.name}.${name}`])) : []))).toEqual([]);
  });

  it("specifies every scalar of its own", () => {
    const own = Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !["String", "Int", "Boolean", "ID", "Float"].includes(type.name));
    expect(own.filter((type) => isScalarType(type) && !type.specifiedByURL).map((type) => type.name)).toEqual([]);
  });

  it("reads exactly the usage event that the schema promises", () => {
    const promised = leaves(schema.getType(HEAVY_INPUT) as GraphQLInputObjectType);
    const read = USAGE_EVENT_FIELDS.map((field) => `${field.name}${field.required ? "!" : ""}`);
    expect([...read].sort()).toEqual([...promised].sort());
    expect(isScalarType(buildExecutionSchema(schema).getType(HEAVY_INPUT))).toBe(true);
  });

  it("keeps money out of `number`", () => {
    const offending = sources.flatMap((path) => (/\b\w*Minor\??: number/.test(readFileSync(path, "utf8")) ? [path] : []));
    expect(offending).toEqual([]);
  });

  it("leads from no business case to the programme's P&L, nor back", () => {
    const [cases, statements] = [/^(BusinessCase|Case[A-Z])/, /^(ProgrammePnl|Pnl|EbitBridge|ProgrammeReconciliation|SignedProgrammePnl)/];
    expect([...reachedFrom(statements)].filter((name) => cases.test(name))).toEqual([]);
    expect([...reachedFrom(cases)].filter((name) => statements.test(name))).toEqual([]);
    expect(reachedFrom(statements).size).toBeGreaterThan(10);
  });

  it("keeps files short", () => {
    const long = sources.filter((path) => readFileSync(path, "utf8").split("\n").length > LONGEST_FILE);
    expect(long).toEqual([]);
  });

  it("explains every room on one screen", () => {
    for (const room of ROOMS) {
      const path = join(ROOT, "src", room, "README.md");
      expect([room, existsSync(path)]).toEqual([room, true]);
      expect(readFileSync(path, "utf8").split("\n").length).toBeLessThanOrEqual(LONGEST_README);
    }
  });

  it("leads from a business case to nothing but its own types, and to a business case only where one is asked for", () => {
    const own = ["BusinessCase", "CaseCommitment", "CaseEvidence", "CaseFigures", "CaseFlow", "CaseFunding", "CaseGate", "CaseMetric", "CaseMetrics", "CaseRealisation", "ContainmentCase", "Money", "TornadoBar", "UseCase"];
    expect([...reachable("BusinessCase")].sort()).toEqual(own);
    const leading = Object.values(schema.getTypeMap()).flatMap((type) => ((isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith("__") && type.name !== "BusinessCase" && reachable(type.name).has("BusinessCase") ? [type.name] : []));
    expect(leading.sort()).toEqual(["BusinessCasePayload", "Mutation", "Query"]);
  });

  it("imports along the map, and the map sees the house", () => {
    const report = JSON.parse(
      execFileSync(process.execPath, [join(ROOT, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs"), "--config", ".dependency-cruiser.cjs", "--output-type", "json", "src"], { cwd: ROOT, maxBuffer: 1 << 28, encoding: "utf8" }),
    ) as { summary: { violations: Array<{ rule: { name: string }; from: string; to: string }>; totalCruised: number } };
    expect(report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
    expect(report.summary.totalCruised).toBeGreaterThan(sources.length);
  });
});

/** Every object type that a query can come to from one, itself among them. */
function reachable(name: string, seen: Set<string> = new Set()): Set<string> {
  const type = schema.getType(name);
  if (seen.has(name) || !(isObjectType(type) || isInterfaceType(type))) return seen;
  seen.add(name);
  for (const field of Object.values(type.getFields())) reachable(getNamedType(field.type).name, seen);
  if (isInterfaceType(type)) for (const each of schema.getPossibleTypes(type)) reachable(each.name, seen);
  return seen;
}

/** Names of the types that a query can reach from those whose name matches. */
function reachedFrom(pattern: RegExp): Set<string> {
  const reached = new Set(Object.keys(schema.getTypeMap()).filter((name) => pattern.test(name) && isObjectType(schema.getType(name))));
  for (const name of reached) {
    const type = schema.getType(name);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    for (const field of fields) reached.add(getNamedType(field.type).name);
    if (isInterfaceType(type)) for (const possible of schema.getPossibleTypes(type)) reached.add(possible.name);
  }
  return reached;
}

/** The fields of an input type, objects inside it as "outer.inner"; "!" marks what must be sent. */
function leaves(type: GraphQLInputObjectType): string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const required = isNonNullType(field.type) && field.defaultValue === undefined;
    const inner = field.type;
    if (isInputObjectType(inner)) return Object.keys(inner.getFields()).map((name) => `${field.name}.${name}`);
    return [`${field.name}${required ? "!" : ""}`];
  });
}
