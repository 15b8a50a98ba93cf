/*
 * The FOCUS export of the demo's closed months, held against the static rules of the published model of FOCUS 1.3: every rule that
 * is no MAY, for what this export supports. What the model finds must be what is pinned below, each with its reason; anything
 * else, and anything pinned that is not found any more, ends with 1.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "csv-parse/sync";

const [url, log, modelFile] = process.argv.slice(2);

/** Rules of the model that the export does not keep, and why: there are none. What it does not do at all stands under UNSUPPORTED. */
const EXPECTED = new Map([]);

/** What the export does not do, so that the rules for it do not apply. */
const UNSUPPORTED = new Map([
  ["AVAILABILITY_ZONE_SUPPORTED", "cost pools have no place"], ["REGION_SUPPORTED", "cost pools have no place"],
  ["CAPACITY_RESERVATION_SUPPORTED", "no capacity is reserved"], ["COMMITMENT_DISCOUNT_SUPPORTED", "commitments are priced in the pools"], ["CONTRACT_COMMITMENTS_SUPPORTED", "contracts are no charges of this chargeback"],
  ["MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED", "business units are of one kind"], ["MULTIPLE_BILLING_ACCOUNT_TYPES_SUPPORTED", "programmes are of one kind"],
  ["USAGE_MEASUREMENT_SUPPORTED", "a pool that several drivers divide has no one consumed quantity; usage_daily has them"],
  ["PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED", "a programme is kept in one currency"], ["VIRTUAL_CURRENCY_SUPPORTED", "a programme is kept in one currency"],
]);

/** Faults that the checks must find when one row has them: a runner that finds nothing proves nothing. */
const FAULTS = [
  ["CAU-ContractedCost-C-011-C", (row) => ({ ContractedCost: `${row.ContractedCost}1` })],
  ["CAU-AllocatedResourceName-C-005-C", () => ({ AllocatedResourceName: null })],
  ["CAU-AllocatedMethodDetailsObject-O-012-M", () => ({ AllocatedMethodDetails: '{"Elements":[{}]}' })],
  ["CAU-AllocatedTags-C-001-M", () => ({ AllocatedTags: '{"nested":{}}' })],
  ["CAU-BillingCurrency-C-006-M", () => ({ BillingCurrency: "XXQ" })],
  ["CAU-BilledCost-C-002-M", () => ({ BilledCost: "+1.00" })],
  ["CAU-SkuPriceId-C-005-C", () => ({ SkuPriceId: null })],
  ["CAU-ServiceName-C-005-C", () => ({ ServiceCategory: "Analytics" })],
  ["CAU-ChargePeriodEnd-C-002-M", () => ({ ChargePeriodEnd: "2025-10-01" })],
];

const NUMERIC = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const DATE_TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
/** "Units", "Units per Unit", "Unit/Unit", "10 Units", as the unit format has them. */
const UNIT = /^(\d+ )?[A-Za-z][A-Za-z0-9-]*( [A-Za-z][A-Za-z0-9-]*)*([-/](\d+ )?[A-Za-z][A-Za-z0-9-]*)?$/;

/** A column that is not there is null to a condition. */
const ABSENT = new Proxy({}, { get: () => null });

const model = JSON.parse(readFileSync(modelFile, "utf8"));
const currencies = new Set(parse(readFileSync(join(dirname(modelFile), "currency_codes.csv"), "utf8"), { columns: true }).map((row) => row.currency_codes));
const token = /^FINANCE \(demo-finance[^)]*\): (\S+)$/m.exec(readFileSync(log, "utf8"))[1];
const answer = await fetch(`${url}/export/focus_cost_and_usage.csv`, { headers: { authorization: `Bearer ${token}` } });
if (answer.status !== 200) throw new Error(`the export answered ${answer.status}: ${await answer.text()}`);
const exported = parse(await answer.text(), { columns: true }).map((row) => Object.assign(Object.create(ABSENT), Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === "" ? null : value]))));
if (exported.length === 0) throw new Error("the export is empty: nothing would be checked");
const columns = new Set(Object.keys(exported[0]));

/** A decimal as whole units over a power of ten, exactly. */
function exact(text) {
  const [, mantissa, power = "0"] = /^([^eE]+)(?:[eE](.+))?$/.exec(String(text));
  const [whole, rest = ""] = mantissa.split(".");
  const scale = rest.length - Number(power);
  return scale >= 0 ? [BigInt(whole + rest), scale] : [BigInt(whole + rest) * 10n ** BigInt(-scale), 0];
}
const compare = (a, b) => { const [[x, m], [y, n]] = [exact(a), exact(b)]; const left = x * 10n ** BigInt(n), right = y * 10n ** BigInt(m); return left < right ? -1 : left > right ? 1 : 0; };
const times = (a, b) => { const [[x, m], [y, n]] = [exact(a), exact(b)]; return [x * y, m + n]; };
const isNumeric = (value) => NUMERIC.test(String(value));
const isSame = (value, wanted) => value === null || wanted === null ? value === wanted : typeof wanted === "number" ? isNumeric(value) && compare(value, wanted) === 0 : value === String(wanted);

const readJson = (text) => { try { return JSON.parse(text); } catch { return undefined; } };
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isFlat = (value) => isObject(value) && Object.values(value).every((each) => each === null || ["string", "number", "boolean"].includes(typeof each));
/** What stands at a path: names, and [*] for every element. Undefined where a name is not there. */
function at(text, path) {
  let found = [readJson(text)];
  for (const [, name, every] of path.slice(1).matchAll(/\.([A-Za-z_]+)|(\[\*\])/g)) found = every ? found.flatMap((each) => (Array.isArray(each) ? each : [])) : found.map((each) => (isObject(each) ? each[name] : undefined));
  return found;
}
const given = (text, path) => at(text, path).filter((each) => each !== undefined);
/** A check of JSON says nothing of a row without it. */
const ofJson = (test) => (check, row) => row[check.ColumnName ?? check.ColumnAName] === null || test(check, row, row[check.ColumnName ?? check.ColumnAName]);
const orNull = (test) => (check, row) => row[check.ColumnName] === null || test(row[check.ColumnName]);
const typeName = (value) => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);

/** The rows that are looked at. */
let rows = exported;

/** How many different values of one column stand beside each value of another. */
const partners = new Map();
function partnersOf(a, b, value) {
  const key = `${a}/${b}`;
  if (!partners.has(key)) {
    const sets = new Map();
    for (const row of rows) sets.set(row[a], (sets.get(row[a]) ?? new Set()).add(row[b]));
    partners.set(key, sets);
  }
  return partners.get(key).get(value).size;
}

/** Every function of the model: whether a row keeps it. */
const CHECKS = {
  AND: ({ Items }, row) => Items.every((each) => keeps(each, row)),
  OR: ({ Items }, row) => Items.some((each) => keeps(each, row)),
  CheckModelRule: ({ ModelRuleId }, row) => { const { Condition, Requirement } = model.ModelRules[ModelRuleId].ValidationCriteria; return !keeps(Condition, row) || keeps(Requirement, row); },
  ColumnPresent: ({ ColumnName }) => columns.has(ColumnName),
  CheckDistinctCount: ({ ColumnAName, ColumnBName, ExpectedCount }, row) => row[ColumnAName] === null || partnersOf(ColumnAName, ColumnBName, row[ColumnAName]) === ExpectedCount,
  CheckNoDuplicates: ({ ColumnName }, row) => rows.filter((each) => each[ColumnName] === row[ColumnName]).length === 1,
  CheckValue: ({ ColumnName, Value }, row) => isSame(row[ColumnName], Value),
  CheckNotValue: ({ ColumnName, Value }, row) => !isSame(row[ColumnName], Value),
  CheckSameValue: ({ ColumnAName, ColumnBName }, row) => row[ColumnAName] === row[ColumnBName],
  CheckDecimalValue: orNull(isNumeric),
  CheckGreaterOrEqualThanValue: ({ ColumnName, Value }, row) => row[ColumnName] === null || (isNumeric(row[ColumnName]) && compare(row[ColumnName], Value) >= 0),
  CheckNationalCurrency: orNull((value) => currencies.has(value)),
  ColumnByColumnEqualsColumnValue: ({ ColumnAName, ColumnBName, ResultColumnName }, row) => {
    const factors = [row[ColumnAName], row[ColumnBName], row[ResultColumnName]];
    if (factors.some((each) => each === null)) return true;
    const [product, scale] = times(factors[0], factors[1]), [result, places] = exact(factors[2]);
    return product * 10n ** BigInt(places) === result * 10n ** BigInt(scale);
  },
  TypeDecimal: orNull(isNumeric), FormatNumeric: orNull(isNumeric),
  // A reader that guesses types takes a column of figures for numbers.
  TypeString: ({ ColumnName }) => !rows.some((row) => row[ColumnName] !== null) || !rows.every((row) => row[ColumnName] === null || isNumeric(row[ColumnName])),
  TypeDateTime: orNull((value) => DATE_TIME.test(value)), FormatDateTime: orNull((value) => DATE_TIME.test(value)),
  FormatString: orNull((value) => /^[\x20-\x7e\u00a0-\uffff]*$/.test(value)), FormatUnit: orNull((value) => UNIT.test(value)), FormatCurrency: orNull((value) => /^[A-Z]{3}$/.test(value)),
  FormatKeyValue: orNull((value) => isFlat(readJson(value))), FormatJSON: ofJson((check, row, text) => isObject(readJson(text))),
  JSONCheckPathType: ofJson(({ Path, ExpectedType }, row, text) => given(text, Path).every((each) => typeName(each) === (ExpectedType === "Decimal" ? "number" : ExpectedType.toLowerCase()))),
  JSONCheckPathKeyValueFormat: ofJson(({ Path }, row, text) => given(text, Path).every(isFlat)),
  JSONCheckPathKeyStartsWith: ofJson(({ Path, Prefix, IgnoreKeys }, row, text) => given(text, Path).every((each) => Object.keys(each).every((key) => IgnoreKeys.includes(key) || key.startsWith(Prefix)))),
  JSONCheckPathKeyExists: ofJson(({ Path }, row, text) => at(text, Path).length > 0 && at(text, Path).every((each) => each !== undefined)),
  JSONCheckPathValue: ofJson(({ Path, Value }, row, text) => at(text, Path).every((each) => (each ?? null) === Value)),
  JSONCheckPathNotValue: ofJson(({ Path, Value }, row, text) => at(text, Path).every((each) => (each ?? null) !== Value)),
  JSONCheckPathSameValue: ofJson(({ PathA, ColumnBName, PathB }, row, text) => at(text, PathA).every((each) => (PathB === null ? [row[ColumnBName]] : at(row[ColumnBName], PathB)).includes(each ?? null))),
  JSONCheckPathDistinctParent: ofJson(({ ParentPath, ChildPath, ExpectedCount }, row, text) => { const parents = at(text, ParentPath); return at(text, ChildPath).every((child, index, all) => new Set(parents.filter((_, other) => all[other] === child)).size === ExpectedCount); }),
  JSONCheckPathNumericFormat: ofJson(({ Path }, row, text) => given(text, Path).every((each) => each === null || isNumeric(each))), JSONFormatNumeric: ofJson(({ Path }, row, text) => given(text, Path).every((each) => each === null || isNumeric(each))),
  JSONCheckPathUnitFormat: ofJson(({ Path }, row, text) => given(text, Path).every((each) => each === null || UNIT.test(each))), JSONFormatUnit: ofJson(({ Path }, row, text) => given(text, Path).every((each) => each === null || UNIT.test(each))),
  JSONFormatString: ofJson(({ Path }, row, text) => given(text, Path).every((each) => each === null || typeof each === "string")),
};
for (const name of Object.keys(model.CheckFunctions)) if (!CHECKS[name]) throw new Error(`the model has a function ${name} that this runner does not know`);

/** Nothing is kept by every row; some conditions of the model miss their AND and are read as one. */
function keeps(check, row) {
  if (!check || Object.keys(check).length === 0) return true;
  if (check.CheckFunction) return CHECKS[check.CheckFunction](check, row);
  if (check.AND) return [check.AND].flat().every((each) => keeps(each, row));
  throw new Error(`a check without a function: ${JSON.stringify(check).slice(0, 200)}`);
}

function columnsOf(check) {
  if (!check || typeof check !== "object") return [];
  return Object.entries(check).flatMap(([name, value]) => (/^(ColumnName|ColumnAName|ColumnBName|ResultColumnName)$/.test(name) ? [value] : name === "ModelRuleId" ? columnsOf(model.ModelRules[value].ValidationCriteria) : columnsOf(value)));
}

/** The rules that a composite holds: its condition holds for each of them, and alternatives are no rules of their own. */
const parents = new Map();
for (const [id, { Function: kind, ValidationCriteria: { Requirement } }] of Object.entries(model.ModelRules)) {
  if (kind === "Composite") for (const item of Requirement.Items ?? []) if (item.ModelRuleId) parents.set(item.ModelRuleId, [...(parents.get(item.ModelRuleId) ?? []), [id, Requirement.CheckFunction]]);
}
const isAlternative = (id) => (parents.get(id) ?? []).some(([parent, how]) => how === "OR" || isAlternative(parent));
const applies = (id, row) => keeps(model.ModelRules[id].ValidationCriteria.Condition, row) && ((parents.get(id) ?? []).length === 0 || parents.get(id).some(([parent]) => applies(parent, row)));

/** The static rules of cost and usage that some row breaks, with how many do; and how many rules there are of each sort. */
function examine(these) {
  rows = these;
  partners.clear();
  const found = new Map();
  const counts = { kept: 0, unsupported: 0, absent: 0 };
  for (const [id, rule] of Object.entries(model.ModelRules)) {
    const { ValidationCriteria: { Keyword, Requirement }, Function: kind, Type, Status, ApplicabilityCriteria } = rule;
    const isChoice = kind === "Composite" && Requirement.CheckFunction === "OR";
    if (!id.startsWith("CAU-") || Type !== "Static" || Status !== "Active" || Keyword === "MAY" || Object.keys(Requirement).length === 0 || (kind === "Composite" && !isChoice) || isAlternative(id)) continue;
    const ofColumn = Requirement.CheckFunction === "ColumnPresent";
    if (ApplicabilityCriteria.some((each) => UNSUPPORTED.has(each))) counts.unsupported += 1;
    else if (!ofColumn && columnsOf(Requirement).some((name) => !columns.has(name))) counts.absent += 1;
    else {
      const broken = rows.filter((row) => (ofColumn || applies(id, row)) && !keeps(Requirement, row)).length;
      if (broken === 0) counts.kept += 1;
      else found.set(id, broken);
    }
  }
  return { found, counts };
}

let wrong = 0;
const victim = exported.findIndex(({ AllocatedResourceId }) => AllocatedResourceId !== null);
for (const [id, fault] of FAULTS) {
  const { found } = examine(exported.map((row, index) => (index === victim ? Object.assign(Object.create(ABSENT), row, fault(row)) : row)));
  if (!found.has(id)) { wrong += 1; console.log(`NOT FOUND: a row that breaks ${id}`); }
}
const { found, counts } = examine(exported);
for (const [id, count] of found) {
  const { MustSatisfy, Keyword } = model.ModelRules[id].ValidationCriteria;
  console.log(`${EXPECTED.has(id) ? "expected" : "NOT EXPECTED"}: ${id} (${Keyword}) by ${count} of ${exported.length} rows: ${MustSatisfy}${EXPECTED.has(id) ? ` Because ${EXPECTED.get(id)}` : ""}`);
  if (!EXPECTED.has(id)) wrong += 1;
}
for (const id of EXPECTED.keys()) if (!found.has(id)) { wrong += 1; console.log(`EXPECTED, BUT KEPT NOW: ${id}`); }
console.log(`FOCUS ${model.Details.FOCUSVersion}: ${exported.length} rows; ${counts.kept} rules kept, ${found.size} not, ${counts.unsupported} for what is not done, ${counts.absent} about columns that are not there; ${FAULTS.length} faults tried; ${wrong} surprises`);
process.exit(wrong === 0 ? 0 : 1);
