import { z } from "zod";
import { parseDecimal } from "../../kernel/decimal";
import { isTimeZone } from "../../kernel/local-time";
import { Refusal } from "../../kernel/refusal";
import { faultsOfRule, MappingFault } from "./usage-mapping-check";
import { targetField } from "./usage-mapping-field";
import { mappingShape, RULES, UsageMapping, UsageMappingRule } from "./usage-mapping-rule";

const LISTED_FAULTS = 5;

/**
 * A mapping file that has been read as JSON, checked as a whole: unknown keys, unknown fields and rules that can never
 * give their field a value are BAD_USER_INPUT. The message names the path of each fault (the first five).
 */
export function parseUsageMapping(json: unknown): UsageMapping {
  const shape = mappingShape.safeParse(json);
  if (!shape.success) throw refusalOf(faultsOf(shape.error, []));
  const { source, timeZone, filter } = shape.data;
  const faults: MappingFault[] = [];
  const fields: Record<string, UsageMappingRule> = {};
  for (const [name, raw] of Object.entries(shape.data.fields)) {
    const rule = readRule(raw, ["fields", name], faults);
    if (targetField(name) === null) faults.push({ path: ["fields", name], text: "is not a field of a usage event" });
    else if (rule) fields[name] = rule;
  }
  if (!Object.hasOwn(shape.data.fields, "eventId")) faults.push({ path: ["fields", "eventId"], text: "is missing: without it a second import could not tell old rows from new ones" });
  if (timeZone !== undefined && !isTimeZone(timeZone)) faults.push({ path: ["timeZone"], text: "is not an IANA time zone such as America/New_York" });
  filter.forEach((entry, index) => {
    if (entry.greaterThan !== undefined && !parseDecimal(String(entry.greaterThan))) faults.push({ path: ["filter", index, "greaterThan"], text: "is not a plain decimal number" });
  });
  const mapping: UsageMapping = { ...(source === undefined ? {} : { source }), ...(timeZone === undefined ? {} : { timeZone }), filter, fields };
  if (faults.length === 0) for (const name of Object.keys(fields)) faults.push(...faultsOfRule(mapping, name));
  if (faults.length > 0) throw refusalOf(faults);
  return mapping;
}

/** A rule by the one key that says which kind it is; what is wrong goes to `faults`. */
function readRule(raw: unknown, path: readonly string[], faults: MappingFault[]): UsageMappingRule | null {
  const kinds = (Object.keys(RULES) as (keyof typeof RULES)[]).filter((kind) => typeof raw === "object" && raw !== null && Object.hasOwn(raw, kind));
  if (kinds.length !== 1) {
    faults.push({ path, text: "must be an object with exactly one of column, join, from and value" });
    return null;
  }
  const rule = RULES[kinds[0]!].safeParse(raw);
  if (rule.success) return rule.data;
  faults.push(...faultsOf(rule.error, path));
  return null;
}

function faultsOf(error: z.ZodError, prefix: readonly string[]): MappingFault[] {
  return error.issues.flatMap((issue): MappingFault[] => {
    const path = [...prefix, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], text: "is not a key of a mapping" }));
    return [{ path, text: issue.message }];
  });
}

function refusalOf(faults: readonly MappingFault[]): Refusal {
  const listed = faults.slice(0, LISTED_FAULTS).map(({ path, text }) => `${pathText(path)} ${text}`);
  if (faults.length > LISTED_FAULTS) listed.push(`and ${faults.length - LISTED_FAULTS} more`);
  return new Refusal("BAD_USER_INPUT", `The mapping cannot be used: ${listed.join("; ")}.`, faults[0]!.path.map(String));
}

function pathText(path: readonly (string | number)[]): string {
  return path.length === 0 ? "the mapping" : path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${part.slice(0, 80)}`)).join("");
}
