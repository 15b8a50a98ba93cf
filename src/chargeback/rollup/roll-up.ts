import { compareCodes } from "../../kernel/apportion";
import { Refusal, invariant } from "../../kernel/refusal";
import { STATEMENT_LINE_KINDS, Statement, StatementLineKind } from "../statement";

/** A unit and the one above it, by code. */
export interface ParentOf {
  readonly businessUnit: string;
  readonly parent: string;
}

/** A unit of a roll-up: the one at its head, or one below that. */
export interface Member {
  readonly businessUnit: string;
  /** The unit above it; null of the head, whatever stands above that. */
  readonly parent: string | null;
  /** 0 for the head. */
  readonly depth: number;
}

export interface KindTotal {
  readonly kind: StatementLineKind;
  readonly amountMinor: bigint;
}

/** What a unit is charged itself, and together with everything below it, by kind of line. */
export interface RolledUpUnit extends Member {
  /** Null: it has none for the month. */
  readonly statement: Statement | null;
  readonly own: readonly KindTotal[];
  readonly ownMinor: bigint;
  readonly kinds: readonly KindTotal[];
  readonly totalMinor: bigint;
}

/** A unit and everything below it, each once: the head first, then branch by branch, codes bytewise. */
export function membersBelow(head: string, parents: readonly ParentOf[]): Member[] {
  const below = new Map<string, string[]>();
  for (const { businessUnit, parent } of parents) below.set(parent, [...(below.get(parent) ?? []), businessUnit]);
  const members: Member[] = [];
  const seen = new Set<string>();
  const visit = (businessUnit: string, parent: string | null, depth: number): void => {
    invariant(!seen.has(businessUnit), "a unit stands twice in its hierarchy");
    seen.add(businessUnit);
    members.push({ businessUnit, parent, depth });
    for (const child of [...(below.get(businessUnit) ?? [])].sort(compareCodes)) visit(child, businessUnit, depth + 1);
  };
  visit(head, null, 0);
  return members;
}

/**
 * FORBIDDEN when the caller may not see every unit: part of a sum is no sum, and being the parent of a unit opens nothing. It
 * says how many are missing and nothing of them.
 */
export function requireAllVisible(head: string, members: readonly Member[], visible: ReadonlySet<string>): void {
  const hidden = members.filter(({ businessUnit }) => !visible.has(businessUnit)).length;
  if (hidden > 0) throw new Refusal("FORBIDDEN", `${hidden} of ${members.length} units of ${head} are not in your token. Use one that names them all, or ask finance for the sum.`, ["businessUnit"]);
}

/** Sums up from the bottom: each unit's own statement and, once each, those of everything below it. Members come as `membersBelow` orders them. */
export function rollUp(members: readonly Member[], statements: ReadonlyMap<string, Statement>, kindsOf: ReadonlyMap<string, readonly KindTotal[]>): RolledUpUnit[] {
  const sums = new Map(members.map(({ businessUnit }) => [businessUnit, new Map<StatementLineKind, bigint>()]));
  const add = (unit: string, { kind, amountMinor }: KindTotal): void => {
    const sum = sums.get(unit)!;
    sum.set(kind, (sum.get(kind) ?? 0n) + amountMinor);
  };
  const rolledUp: RolledUpUnit[] = [];
  for (const member of [...members].reverse()) {
    const statement = statements.get(member.businessUnit) ?? null;
    const own = inOrder(new Map((statement === null ? [] : (kindsOf.get(statement.id) ?? [])).map(({ kind, amountMinor }) => [kind, amountMinor])));
    const ownMinor = totalOf(own);
    invariant(ownMinor === (statement?.totalMinor ?? 0n), "lines by kind do not make the total of a statement");
    own.forEach((each) => add(member.businessUnit, each));
    const kinds = inOrder(sums.get(member.businessUnit)!);
    if (member.parent !== null) kinds.forEach((each) => add(member.parent!, each));
    rolledUp.push({ ...member, statement, own, ownMinor, kinds, totalMinor: totalOf(kinds) });
  }
  return rolledUp.reverse();
}

/** What the statements of one mode charge, in minor units. */
export const chargedAs = (mode: Statement["mode"], units: readonly RolledUpUnit[]): bigint => units.reduce((sum, { statement }) => (statement?.mode === mode ? sum + statement.totalMinor : sum), 0n);

const totalOf = (kinds: readonly KindTotal[]): bigint => kinds.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

/** In the order of a statement; a kind that nobody is charged is left out, one whose amounts cancel stays. */
const inOrder = (sums: ReadonlyMap<StatementLineKind, bigint>): KindTotal[] => STATEMENT_LINE_KINDS.flatMap((kind) => (sums.has(kind) ? [{ kind, amountMinor: sums.get(kind)! }] : []));
