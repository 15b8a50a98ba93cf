import { compareCodes } from "../../kernel/apportion";
import { invariant } from "../../kernel/refusal";
import { BridgedShares, SHARED_STEPS, SharedCharge, SharedEffect } from "../../allocation";
import { StatementLine } from "../statement";
import { UsageCost, UsageEffect, usageCostEffects } from "./usage-cost-effects";

/** Why a charge changes, in the order in which it is worked out. */
export const CHARGE_EFFECTS = [...SHARED_STEPS, "USAGE_VOLUME", "USAGE_RATE", "DIRECT", "ADJUSTMENT", "RESTATEMENT", "TRUE_UP", "RESOLUTION"] as const;
export type ChargeEffectKind = (typeof CHARGE_EFFECTS)[number];

/** A line of what a unit is charged for a month. */
export type ChargedAmount = Pick<StatementLine, "kind" | "useCase" | "pool" | "originPeriod" | "amountMinor">;

/** What a unit is charged for a month and the rated usage behind its direct cost. */
export interface ChargeSide {
  readonly lines: readonly ChargedAmount[];
  readonly usage: readonly UsageCost[];
}

/** What both sides charge under one name. */
export interface Amounts {
  readonly beforeMinor: bigint;
  readonly afterMinor: bigint;
}

/** An effect on one use case and pool, with what it stands on. Null names stand only in resolutions. */
export interface EffectPart {
  readonly kind: ChargeEffectKind;
  readonly pool: string | null;
  readonly useCase: string | null;
  /** The month that an adjustment, a restatement, a true-up or a resolution is about. */
  readonly originPeriod: string | null;
  readonly amountMinor: bigint;
  readonly shared: SharedEffect | null;
  readonly usage: UsageEffect | null;
  /** Both sides of cost that was booked, of adjustments, restatements, true-ups and resolutions. */
  readonly booked: Amounts | null;
}

export interface ChargeEffect {
  readonly kind: ChargeEffectKind;
  readonly amountMinor: bigint;
  readonly parts: readonly EffectPart[];
}

/** The change of one name: before + effects = after. */
export interface BridgedRow extends Amounts {
  readonly code: string | null;
  readonly effects: ReadonlyArray<{ readonly kind: ChargeEffectKind; readonly amountMinor: bigint }>;
}

export interface ChargeBridge extends Amounts {
  /** Effects that change anything, in their order. */
  readonly effects: readonly ChargeEffect[];
  readonly byPool: readonly BridgedRow[];
  readonly byUseCase: readonly BridgedRow[];
}

/**
 * Splits the change of a unit's charge between two months into effects that add up to it exactly: the steps of its shared
 * cost, volume and rate of its usage cost, what else was booked directly, adjustments, restatements, true-ups and resolutions.
 */
export function bridgeCharge(from: ChargeSide, to: ChargeSide, shares: BridgedShares): ChargeBridge {
  requireSame(from.lines, shares.from);
  requireSame(to.lines, shares.to);
  const usage = usageCostEffects(chargedUsage(from), chargedUsage(to));
  const parts = [
    ...shares.effects.map((effect): EffectPart => ({ ...NOTHING, kind: effect.step, pool: effect.pool, useCase: effect.useCase, amountMinor: effect.amountMinor, shared: effect })),
    ...usage.map((effect): EffectPart => ({ ...NOTHING, kind: effect.kind, pool: effect.pool, useCase: effect.useCase, amountMinor: effect.amountMinor, usage: effect })),
    ...directParts(from, to, usage),
    ...lineParts("ADJUSTMENT", from, to),
    ...lineParts("RESTATEMENT", from, to),
    ...lineParts("TRUE_UP", from, to),
    ...lineParts("RESOLUTION", from, to),
  ];
  const [beforeMinor, afterMinor] = [total(from.lines), total(to.lines)];
  invariant(beforeMinor + total(parts) === afterMinor, "the effects do not make up the change of the charge");
  const effects = CHARGE_EFFECTS.map((kind) => ({ kind, parts: parts.filter((part) => part.kind === kind) })).filter((effect) => effect.parts.length > 0);
  return {
    beforeMinor, afterMinor, effects: effects.map((effect) => ({ ...effect, amountMinor: total(effect.parts) })),
    byPool: rowsBy("pool", from, to, parts), byUseCase: rowsBy("useCase", from, to, parts),
  };
}

const NOTHING = { originPeriod: null, shared: null, usage: null, booked: null } as const;

const total = (items: ReadonlyArray<{ readonly amountMinor: bigint }>): bigint => items.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

/** Stops when what the run gives when it is divided again is not what is charged. */
function requireSame(lines: readonly ChargedAmount[], shares: readonly SharedCharge[]): void {
  const rest = new Map<string, bigint>();
  const add = (pool: string | null, useCase: string | null, minor: bigint): void => void rest.set(`${pool}/${useCase}`, (rest.get(`${pool}/${useCase}`) ?? 0n) + minor);
  for (const line of lines) if (line.kind === "ALLOCATION") add(line.pool, line.useCase, line.amountMinor);
  for (const share of shares) add(share.pool, share.useCase, -share.amountMinor);
  invariant([...rest.values()].every((minor) => minor === 0n), "a run divided again does not make what it charges");
}

/** Rated usage that this unit is charged for: of a use case that moved within the month somebody else may bear the direct cost. */
function chargedUsage({ lines, usage }: ChargeSide): UsageCost[] {
  const charged = new Set(lines.flatMap(({ kind, pool, useCase }) => (kind === "DIRECT" ? [`${pool}/${useCase}`] : [])));
  return usage.filter(({ pool, useCase }) => charged.has(`${pool}/${useCase}`));
}

/** Direct cost beyond what volume and rate of rated usage explain. */
function directParts(from: ChargeSide, to: ChargeSide, usage: readonly UsageEffect[]): EffectPart[] {
  const rated = [...from.usage, ...to.usage];
  return bookedLines("DIRECT", from, to).flatMap((part) => {
    const here = (each: { readonly pool: string; readonly useCase: string }): boolean => each.pool === part.pool && each.useCase === part.useCase;
    const amountMinor = part.amountMinor - total(usage.filter(here));
    return amountMinor === 0n ? [] : [{ ...part, originPeriod: null, amountMinor, booked: rated.some(here) ? null : part.booked }];
  });
}

type LineKind = Extract<ChargeEffectKind, StatementLine["kind"]>;

const lineParts = (kind: LineKind, from: ChargeSide, to: ChargeSide): EffectPart[] => bookedLines(kind, from, to).filter(({ amountMinor }) => amountMinor !== 0n);

/** Lines of one kind by month of origin (of direct cost in any), pool and use case: new less old. */
function bookedLines(kind: LineKind, from: ChargeSide, to: ChargeSide): EffectPart[] {
  const found = new Map<string, { readonly line: ChargedAmount; beforeMinor: bigint; afterMinor: bigint }>();
  for (const [side, { lines }] of [["beforeMinor", from], ["afterMinor", to]] as const) {
    for (const line of lines) {
      if (line.kind !== kind) continue;
      const key = JSON.stringify([kind === "DIRECT" ? null : line.originPeriod, line.pool, line.useCase]);
      const cell = found.get(key) ?? { line, beforeMinor: 0n, afterMinor: 0n };
      found.set(key, cell);
      cell[side] += line.amountMinor;
    }
  }
  return [...found].sort(([a], [b]) => compareCodes(a, b)).map(([, { line, beforeMinor, afterMinor }]) =>
    ({ ...NOTHING, kind, pool: line.pool, useCase: line.useCase, originPeriod: line.originPeriod, amountMinor: afterMinor - beforeMinor, booked: { beforeMinor, afterMinor } }));
}

function rowsBy(name: "pool" | "useCase", from: ChargeSide, to: ChargeSide, parts: readonly EffectPart[]): BridgedRow[] {
  const codes = [...new Set([...from.lines, ...to.lines, ...parts].map((each) => each[name]))].sort((a, b) => (a === null ? 1 : b === null ? -1 : compareCodes(a, b)));
  return codes.map((code) => {
    const own = parts.filter((part) => part[name] === code);
    const of = (lines: readonly ChargedAmount[]): bigint => total(lines.filter((line) => line[name] === code));
    const effects = CHARGE_EFFECTS.map((kind) => ({ kind, amountMinor: total(own.filter((part) => part.kind === kind)) })).filter(({ amountMinor }) => amountMinor !== 0n);
    return { code, beforeMinor: of(from.lines), afterMinor: of(to.lines), effects };
  });
}
