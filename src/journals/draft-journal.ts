import { compareCodes } from "../kernel/apportion";
import { invariant } from "../kernel/refusal";
import { AccountMapping, CarriedKind, LedgerAccount, MappingRule, PostedKind, ruleFor } from "./account-mapping";
import { JournalLine, LineSource, creditOf, debitOf } from "./journal";
import { Placeholder } from "./read-account-mapping";

/** A line of a unit's newest statement. */
export interface PostableCharge {
  readonly statementId: string;
  readonly lineId: string;
  readonly businessUnit: string;
  /** The unit's own. */
  readonly costCentre: string | null;
  readonly kind: Exclude<PostedKind, CarriedKind>;
  readonly useCase: string | null;
  readonly pool: string | null;
  readonly originPeriod: string;
  readonly runId: string | null;
  readonly amountMinor: bigint;
  readonly description: string | null;
}

/** What no unit bears of a pool, caused in a month; of a variance of standard rates what they did not recover, and below zero what they recovered too much. */
export interface UnallocatedAmount {
  readonly kind: CarriedKind;
  readonly pool: string;
  readonly originPeriod: string;
  readonly runId: string | null;
  readonly amountMinor: bigint;
}

/** Amounts that cannot be posted for want of an account, together. */
export interface UnmappedAmount {
  readonly kind: PostedKind;
  readonly pool: string | null;
  readonly businessUnit: string;
  /** What is missing: "account" when no rule names it, "costCentre" when neither the rule nor the unit has one. */
  readonly missing: "account" | "costCentre";
  readonly lines: number;
  readonly amountMinor: bigint;
}

type Rules = Pick<AccountMapping, "rules" | "entity">;

/**
 * Charges that no rule names an account for. A cost centre may be missing only where a rule is for one unit alone: otherwise
 * the debits of several could not be told apart.
 */
export function unmappedOf(mapping: Pick<Rules, "rules"> | null, charges: readonly PostableCharge[]): UnmappedAmount[] {
  const found = new Map<string, UnmappedAmount>();
  for (const charge of charges) {
    const missing = whatIsMissing(mapping, charge);
    if (missing === null) continue;
    const { kind, pool, businessUnit, amountMinor } = charge;
    const key = JSON.stringify([businessUnit, pool, kind, missing]);
    const before = found.get(key) ?? { kind, pool, businessUnit, missing, lines: 0, amountMinor: 0n };
    found.set(key, { ...before, lines: before.lines + 1, amountMinor: before.amountMinor + amountMinor });
  }
  return [...found.values()].sort((a, b) => compareCodes(a.businessUnit, b.businessUnit) || compareCodes(a.pool ?? "", b.pool ?? "") || compareCodes(a.kind, b.kind));
}

function whatIsMissing(mapping: Pick<Rules, "rules"> | null, charge: PostableCharge): UnmappedAmount["missing"] | null {
  const rule = ruleFor(mapping?.rules ?? [], charge);
  if (!rule) return "account";
  return rule.businessUnit === null && rule.debit.costCentre === null && charge.costCentre === null ? "costCentre" : null;
}

/**
 * The lines of a month: each charge on the account of its unit, in the order of the statements; then, for each account of the
 * programme, what it recovers and what it gives back. Everything is mapped; what no unit bears is posted where a rule says so.
 */
export function draftLines(mapping: Rules, charges: readonly PostableCharge[], unallocated: readonly UnallocatedAmount[]): JournalLine[] {
  const borne = charges.map((charge) => {
    const rule = ruleFor(mapping.rules, charge);
    invariant(rule, "a charge without an account is drafted");
    return entry(mapping, rule, charge, charge.costCentre, [{ statementId: charge.statementId, lineId: charge.lineId, amountMinor: charge.amountMinor }]);
  });
  const carried = unallocated.flatMap((amount) => {
    const charge = { ...amount, businessUnit: null, useCase: null, description: null };
    const rule = ruleFor(mapping.rules, charge);
    return rule ? [entry(mapping, rule, charge, null, [])] : [];
  });
  const entries = [...borne, ...carried];
  const lines = [...entries.map(({ line }) => line), ...recoveries(entries)].map((line, index) => ({ ...line, lineNo: index + 1 }));
  invariant(debitOf(lines) === creditOf(lines), "a journal that does not balance");
  return lines;
}

type Unnumbered = Omit<JournalLine, "lineNo">;
interface Entry { readonly line: Unnumbered; readonly recovery: Unnumbered }

interface Amount {
  readonly kind: PostedKind; readonly businessUnit: string | null; readonly useCase: string | null; readonly pool: string | null;
  readonly originPeriod: string; readonly runId: string | null; readonly amountMinor: bigint; readonly description: string | null;
}

/** A charge on its unit's account, and the other side of it. A negative amount changes sides. */
function entry(mapping: Rules, rule: MappingRule, amount: Amount, unitCostCentre: string | null, sources: readonly LineSource[]): Entry {
  const entity = rule.debit.entity ?? mapping.entity;
  const between = entity !== mapping.entity;
  const { kind, businessUnit, useCase, pool, originPeriod, runId, amountMinor } = amount;
  const description = amount.description ?? [kind, pool, useCase, originPeriod].filter((each) => each !== null).join(" ");
  const debit = { ...rule.debit, costCentre: rule.debit.costCentre ?? unitCostCentre };
  return {
    line: { businessUnit, useCase, pool, kind, originPeriod, runId, ...placed(debit, { ...amount, entity }), entity, intercompanyEntity: between ? mapping.entity : null, ...sides(amountMinor), description, sources },
    recovery: {
      businessUnit: null, useCase: null, pool: null, kind: null, originPeriod: null, runId: null, ...placed(rule.credit, { ...amount, entity: mapping.entity }), entity: mapping.entity,
      intercompanyEntity: between ? entity : null, ...sides(-amountMinor), description: amountMinor > 0n ? "Recovery of voice-AI cost" : "Given back of voice-AI cost", sources,
    },
  };
}

const sides = (amountMinor: bigint): Pick<JournalLine, "debitMinor" | "creditMinor"> => (amountMinor > 0n ? { debitMinor: amountMinor, creditMinor: 0n } : { debitMinor: 0n, creditMinor: -amountMinor });

/** The account with what stands in its segments filled in. */
function placed({ account, costCentre, segments }: LedgerAccount, of: { readonly businessUnit: string | null; readonly useCase: string | null; readonly pool: string | null; readonly entity: string | null }): Pick<JournalLine, "account" | "costCentre" | "segments"> {
  const values: Readonly<Record<Placeholder, string | null>> = { account, costCentre, entity: of.entity, businessUnit: of.businessUnit, useCase: of.useCase, pool: of.pool };
  return { account, costCentre, segments: segments.map((segment) => segment.replace(/\{(\w+)\}/g, (_, name: string) => values[name as Placeholder] ?? "")) };
}

/** The programme's side, one line for each account and direction, so that charges and credits are both seen whole. */
function recoveries(entries: readonly Entry[]): Unnumbered[] {
  const lines = new Map<string, { line: Unnumbered; debitMinor: bigint; creditMinor: bigint; sources: LineSource[] }>();
  for (const { recovery } of entries) {
    const { account, costCentre, segments, intercompanyEntity, debitMinor, creditMinor, sources } = recovery;
    const key = JSON.stringify([account, costCentre ?? "", segments, intercompanyEntity ?? "", debitMinor > 0n ? "debit" : "credit"]);
    const line = lines.get(key) ?? { line: recovery, debitMinor: 0n, creditMinor: 0n, sources: [] };
    line.debitMinor += debitMinor;
    line.creditMinor += creditMinor;
    line.sources.push(...sources);
    lines.set(key, line);
  }
  return [...lines].sort(([a], [b]) => compareCodes(a, b)).map(([, { line, debitMinor, creditMinor, sources }]) => ({ ...line, debitMinor, creditMinor, sources }));
}
