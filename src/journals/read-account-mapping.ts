import { isCleanText, requireCode, requireText } from "../kernel/code";
import { withoutFormula } from "../kernel/csv";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { DebitAccount, LedgerAccount, MappingDocument, MappingRule, PostedKind, ProfileOptions, isCarried, requireUnambiguous } from "./account-mapping";
import { DateFormat, FIGURES, LAYOUTS, ProfileCode, columnsOf } from "./layout";

export const MOST_RULES = 1_000;
const MOST_SEGMENTS = 30;
const LONGEST_NAME = 100;

/** What stands in a segment for something of the line; it is filled in when a journal is drafted. */
export const PLACEHOLDERS = ["account", "costCentre", "entity", "businessUnit", "useCase", "pool"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

export interface AccountInput {
  readonly account: string;
  readonly costCentre?: string | null;
  readonly segments?: readonly string[] | null;
}

export interface DebitAccountInput extends AccountInput {
  readonly entity?: string | null;
}

export interface MappingRuleInput {
  readonly pool?: string | null;
  readonly businessUnit?: string | null;
  readonly kind?: PostedKind | null;
  readonly debit: DebitAccountInput;
  /** Left out: the recovery account of the mapping. */
  readonly credit?: AccountInput | null;
}

export interface ProfileOptionsInput {
  readonly profile: ProfileCode;
  readonly constants?: ReadonlyArray<{ readonly column: string; readonly value: string }> | null;
  readonly headings?: ReadonlyArray<{ readonly column: string; readonly heading: string }> | null;
  readonly dateFormat?: DateFormat | null;
}

export interface MappingInput {
  readonly effectiveFrom: string;
  readonly note?: string | null;
  readonly entity?: string | null;
  readonly recovery?: AccountInput | null;
  readonly rules: readonly MappingRuleInput[];
  readonly profiles?: readonly ProfileOptionsInput[] | null;
}

/** The document of an input, or a refusal that names the place. Whether the codes exist is another question. */
export function readMapping(input: MappingInput): MappingDocument {
  const effectiveFrom = requirePeriodKey(input.effectiveFrom, ["effectiveFrom"]);
  if (input.rules.length === 0 || input.rules.length > MOST_RULES) throw new Refusal("BAD_USER_INPUT", `A mapping has 1 to ${MOST_RULES} rules; this one has ${input.rules.length}.`, ["rules"]);
  const recovery = input.recovery ? readAccount(input.recovery, ["recovery"]) : null;
  const rules = input.rules.map((rule, index) => readRule(rule, recovery, ["rules", String(index)]));
  requireUnambiguous(rules);
  return {
    effectiveFrom, note: input.note ? requireText(input.note, ["note"], 1_000) : null, entity: name(input.entity, ["entity"]), rules, profiles: readProfiles(input.profiles ?? []),
  };
}

function readRule(input: MappingRuleInput, recovery: LedgerAccount | null, field: readonly string[]): MappingRule {
  const kind = input.kind ?? null;
  const rule = { pool: code(input.pool, [...field, "pool"]), businessUnit: code(input.businessUnit, [...field, "businessUnit"]), kind };
  if (isCarried(kind) && rule.businessUnit !== null) throw new Refusal("BAD_USER_INPUT", `What no unit bears belongs to none. Leave businessUnit out of a rule for ${kind}.`, [...field, "businessUnit"]);
  const credit = input.credit ? readAccount(input.credit, [...field, "credit"]) : recovery;
  if (!credit) throw new Refusal("BAD_USER_INPUT", "This rule has no account to credit. Give it one, or give the mapping a recovery account.", [...field, "credit"]);
  return { ...rule, debit: { ...readAccount(input.debit, [...field, "debit"]), entity: name(input.debit.entity, [...field, "debit", "entity"]) } satisfies DebitAccount, credit };
}

function readAccount(input: AccountInput, field: readonly string[]): LedgerAccount {
  const segments = (input.segments ?? []).map((segment, index) => readSegment(segment, [...field, "segments", String(index)]));
  if (segments.length > MOST_SEGMENTS) throw new Refusal("BAD_USER_INPUT", `An account has ${MOST_SEGMENTS} segments at most; this one has ${segments.length}.`, [...field, "segments"]);
  return { account: name(input.account, [...field, "account"])!, costCentre: name(input.costCentre, [...field, "costCentre"]), segments };
}

function readSegment(segment: string, field: readonly string[]): string {
  const text = name(segment, field)!;
  const unknown = [...text.matchAll(/\{([^}]*)\}/g)].find(([, inner]) => !PLACEHOLDERS.includes(inner as Placeholder));
  if (unknown) throw new Refusal("BAD_USER_INPUT", `There is no placeholder ${unknown[0].slice(0, 40)}. Known are ${PLACEHOLDERS.map((each) => `{${each}}`).join(", ")}.`, field);
  return text;
}

const code = (text: string | null | undefined, field: readonly string[]): string | null => (text === null || text === undefined ? null : requireCode(text, field));

/** A name of the ERP's, to be written as it is: it may not look like a formula, which would be written otherwise. */
function name(text: string | null | undefined, field: readonly string[]): string | null {
  if (text === null || text === undefined) return null;
  const read = requireText(text, field, LONGEST_NAME);
  if (withoutFormula(read) !== read) throw new Refusal("BAD_USER_INPUT", `"${read.slice(0, 40)}" begins like a formula of a spreadsheet. Begin it with a letter or a digit.`, field);
  return read;
}

function readProfiles(inputs: readonly ProfileOptionsInput[]): ProfileOptions[] {
  return inputs.map((input, index) => {
    const field = ["profiles", String(index)];
    if (inputs.findIndex(({ profile }) => profile === input.profile) < index) throw new Refusal("BAD_USER_INPUT", `${input.profile} is given twice.`, [...field, "profile"]);
    const constants = (input.constants ?? []).map(({ column, value }, at) => ({ column: columnOf(input.profile, column, true, [...field, "constants", String(at), "column"]), value: plain(value, [...field, "constants", String(at), "value"]) }));
    const headings = (input.headings ?? []).map(({ column, heading }, at) => ({ column: columnOf(input.profile, column, false, [...field, "headings", String(at), "column"]), heading: requireText(heading, [...field, "headings", String(at), "heading"], LONGEST_NAME) }));
    requireOnce(constants, [...field, "constants"]);
    requireOnce(headings, [...field, "headings"]);
    return { profile: input.profile, constants, headings, dateFormat: input.dateFormat ?? null };
  });
}

/** NOT_FOUND for a column that the layout has not; UNBALANCED for a constant in one that the journal balances by. */
function columnOf(profile: ProfileCode, column: string, isConstant: boolean, field: readonly string[]): string {
  const layout = LAYOUTS[profile];
  const found = columnsOf(layout).find((each) => each.name === column);
  if (!found) throw new Refusal("NOT_FOUND", `${layout.title} has no column ${column.slice(0, 60)}. It has ${columnsOf(layout).map((each) => each.name).join(", ")}.`, field);
  if (isConstant && found.from !== null && FIGURES.has(found.from)) throw new Refusal("UNBALANCED", `${column} says what is posted, line by line: with a constant in it the journal would not balance or not be found again.`, field);
  return column;
}

function requireOnce(each: ReadonlyArray<{ readonly column: string }>, field: readonly string[]): void {
  const twice = each.find(({ column }, index) => each.findIndex((other) => other.column === column) < index);
  if (twice) throw new Refusal("BAD_USER_INPUT", `${twice.column} is given twice.`, [...field]);
}

/** Text of a constant; it may be empty. */
function plain(text: string, field: readonly string[]): string {
  if (text.length > LONGEST_NAME || !isCleanText(text)) throw new Refusal("BAD_USER_INPUT", `A constant is ${LONGEST_NAME} characters of text without control characters at most.`, field);
  return text.normalize("NFC").trim();
}
