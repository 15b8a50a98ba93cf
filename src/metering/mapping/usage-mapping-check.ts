import { parseDecimal } from "../../kernel/decimal";
import { isDurationField, targetField, TargetField, toFieldValue } from "./usage-mapping-field";
import { ColumnRule, FromRule, INSTANT_READINGS, UsageMapping } from "./usage-mapping-rule";

type Scalar = string | number | boolean;

/** Something wrong in a mapping: where, and what to do. */
export interface MappingFault {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** What is wrong with the rule of `name` beyond its shape: rules that fight each other or can never fill their field. */
export function faultsOfRule(mapping: UsageMapping, name: string): MappingFault[] {
  const faults: MappingFault[] = [];
  const field = targetField(name)!;
  const rule = mapping.fields[name]!;
  const fault = (text: string, ...path: string[]): void => void faults.push({ path: ["fields", name, ...path], text });
  const group = name.split(".")[0]!;
  if (group !== name && Object.hasOwn(mapping.fields, group)) fault(`stands beside ${group}, which already is the whole object`);
  if ("column" in rule) checkColumn(mapping, field, rule, fault);
  else if ("from" in rule) checkFrom(mapping, field, rule, fault);
  else if ("join" in rule) {
    if (field.kind !== "text" && field.kind !== "code") fault("cannot be joined from columns: it is not text");
  } else checkConstant(field, rule.value, fault, "value");
  return faults;
}

type Fault = (text: string, ...path: string[]) => void;

function checkColumn(mapping: UsageMapping, field: TargetField, rule: ColumnRule, fault: Fault): void {
  const isFree = field.kind === "text" && field.definition === undefined;
  const ways = (["as", "multiply", "map", "slug"] as const).filter((way) => rule[way] !== undefined && rule[way] !== false);
  if (ways.length > 1) fault(`has ${ways.join(" and ")}; choose one`);
  if (rule.slug && field.kind !== "text" && field.kind !== "code") fault("cannot be a slug: it is not text", "slug");
  if (rule.multiply !== undefined && !parseDecimal(String(rule.multiply))) fault("is not a plain decimal number", "multiply");
  if (rule.multiply !== undefined && field.kind !== "whole" && !isFree) fault("is for fields that are whole numbers", "multiply");
  if (rule.as === "localDateTime" && mapping.timeZone === undefined) fault("needs timeZone in the mapping", "as");
  if (rule.as && INSTANT_READINGS.has(rule.as) && field.kind !== "instant" && field.name !== "revision" && !isFree) fault("gives an instant, which this field is not", "as");
  if (field.kind === "json" && rule.as !== "json") fault(`needs "as": "json"`);
  if (rule.as === "json" && field.kind !== "json" && !isFree) fault("gives an object, which this field is not", "as");
  if (rule.default !== undefined) checkConstant(field, rule.default, fault, "default");
  for (const [word, value] of Object.entries(rule.map ?? {})) checkConstant(field, value, fault, "map", word);
}

/** A constant that the field cannot hold would fail in every row: better said once, here. */
function checkConstant(field: TargetField, value: Scalar, fault: Fault, ...path: string[]): void {
  try {
    toFieldValue(field, value);
  } catch (error) {
    fault((error as Error).message.replace(/\.$/, ""), ...path);
  }
}

function checkFrom(mapping: UsageMapping, field: TargetField, rule: FromRule, fault: Fault): void {
  if (field.kind !== "instant") fault("cannot be reckoned from another field: it is not an instant");
  if (!Object.hasOwn(mapping.fields, rule.from) || targetField(rule.from)!.kind !== "instant") fault(`"${rule.from}" is not an instant that this mapping fills`, "from");
  if (typeof rule.plusMs === "string" && !(Object.hasOwn(mapping.fields, rule.plusMs) && isDurationField(rule.plusMs))) {
    fault(`"${rule.plusMs}" is not a duration in milliseconds that this mapping fills`, "plusMs");
  }
  const seen = new Set([field.name]);
  for (let next: string | undefined = rule.from; next !== undefined; ) {
    if (seen.has(next)) return fault("goes round in a circle", "from");
    seen.add(next);
    const rest: UsageMapping["fields"][string] | undefined = Object.hasOwn(mapping.fields, next) ? mapping.fields[next] : undefined;
    next = rest && "from" in rest ? rest.from : undefined;
  }
}
