import { Refusal } from "../kernel/refusal";
import { STATEMENT_LINE_KINDS } from "../chargeback";
import { DateFormat, ProfileCode } from "./layout";

/** What no unit bears: for want of somebody to charge, and because standard rates recover more or less than the cost. */
export const CARRIED_KINDS = ["UNALLOCATED", "VARIANCE"] as const;
export type CarriedKind = (typeof CARRIED_KINDS)[number];

/** What is posted: lines of statements, and what no unit bears. */
export const POSTED_KINDS = [...STATEMENT_LINE_KINDS, ...CARRIED_KINDS] as const;
export type PostedKind = (typeof POSTED_KINDS)[number];

/** Where an amount goes in the ledger. Placeholders like "{costCentre}" stand in segments until a line is drafted. */
export interface LedgerAccount {
  readonly account: string;
  /** Null on the side of a unit: that of the unit. */
  readonly costCentre: string | null;
  readonly segments: readonly string[];
}

export interface DebitAccount extends LedgerAccount {
  /** Company code, subsidiary or ledger entity of the unit; null: that of the programme. */
  readonly entity: string | null;
}

/** Which amounts go where. Null names everything; the rule that names most is the one that counts. */
export interface MappingRule {
  /** Codes. */
  readonly pool: string | null;
  readonly businessUnit: string | null;
  /** Null: every kind of statement line. What no unit bears is posted only where a rule names UNALLOCATED or VARIANCE. */
  readonly kind: PostedKind | null;
  readonly debit: DebitAccount;
  readonly credit: LedgerAccount;
}

/** What an installation of an ERP wants otherwise than the layout has it. */
export interface ProfileOptions {
  readonly profile: ProfileCode;
  readonly constants: ReadonlyArray<{ readonly column: string; readonly value: string }>;
  readonly headings: ReadonlyArray<{ readonly column: string; readonly heading: string }>;
  readonly dateFormat: DateFormat | null;
}

export interface MappingDocument {
  /** First month. It counts until a later version begins. */
  readonly effectiveFrom: string;
  readonly note: string | null;
  /** Company code, subsidiary or ledger entity of the programme, which sells. */
  readonly entity: string | null;
  readonly rules: readonly MappingRule[];
  readonly profiles: readonly ProfileOptions[];
}

/** A version, which takes effect when a second person approves it. */
export interface AccountMapping extends MappingDocument {
  readonly version: number;
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

export type RuleKey = Pick<MappingRule, "pool" | "businessUnit" | "kind">;

const DIMENSIONS = ["pool", "businessUnit", "kind"] as const;

/** How many of pool, unit and kind a rule names. */
const named = (rule: RuleKey): number => DIMENSIONS.filter((dimension) => rule[dimension] !== null).length;

/** Whether no unit bears it: it has to be named, because no rule for every kind covers it. */
export const isCarried = (kind: PostedKind | null): kind is CarriedKind => CARRIED_KINDS.some((each) => each === kind);

/** True when some amount falls under both. */
function overlap(a: RuleKey, b: RuleKey): boolean {
  return isCarried(a.kind) === isCarried(b.kind) && DIMENSIONS.every((dimension) => a[dimension] === null || b[dimension] === null || a[dimension] === b[dimension]);
}

/** True when everything under `b` falls under `a`, too. */
function covers(a: RuleKey, b: RuleKey): boolean {
  return isCarried(a.kind) === isCarried(b.kind) && DIMENSIONS.every((dimension) => a[dimension] === null || a[dimension] === b[dimension]);
}

const keyOf = (rule: RuleKey): string => JSON.stringify(DIMENSIONS.map((dimension) => rule[dimension]));

/** A rule in words: what it names. */
export function ruleInWords({ pool, businessUnit, kind }: RuleKey): string {
  const names = [pool === null ? null : `pool ${pool}`, businessUnit === null ? null : `unit ${businessUnit}`, kind].filter((each) => each !== null);
  return names.length === 0 ? "everything" : names.join(", ");
}

/**
 * CONFLICT where an amount would have two accounts: two rules that name the same, or two that overlap, neither of which says
 * more than the other, without a third one that says both.
 */
export function requireUnambiguous(rules: readonly RuleKey[]): void {
  const positions = new Map<string, number>();
  rules.forEach((rule, index) => {
    const before = positions.get(keyOf(rule));
    if (before !== undefined) throw new Refusal("CONFLICT", `Rules ${before + 1} and ${index + 1} both name ${ruleInWords(rule)}. Leave one of them out.`, ["rules", String(index)]);
    positions.set(keyOf(rule), index);
  });
  rules.forEach((rule, index) => {
    const rival = rules.findIndex((other, at) => at < index && overlap(rule, other) && !covers(rule, other) && !covers(other, rule) && !positions.has(keyOf(both(rule, other))));
    if (rival >= 0) {
      throw new Refusal(
        "CONFLICT",
        `Rule ${rival + 1} (${ruleInWords(rules[rival]!)}) and rule ${index + 1} (${ruleInWords(rule)}) overlap and neither says more. Add a rule that names ${ruleInWords(both(rule, rules[rival]!))}.`,
        ["rules", String(index)],
      );
    }
  });
}

const both = (a: RuleKey, b: RuleKey): RuleKey => ({ pool: a.pool ?? b.pool, businessUnit: a.businessUnit ?? b.businessUnit, kind: a.kind ?? b.kind });

/** The rule that names most of what an amount is; null when none names it. Of unambiguous rules there is one. */
export function ruleFor(rules: readonly MappingRule[], amount: { readonly pool: string | null; readonly businessUnit: string | null; readonly kind: PostedKind }): MappingRule | null {
  const fitting = rules.filter((rule) => covers(rule, amount));
  return fitting.reduce<MappingRule | null>((best, rule) => (best === null || named(rule) > named(best) ? rule : best), null);
}
