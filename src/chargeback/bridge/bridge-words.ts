import { Fraction, roundForDisplay } from "../../kernel/fraction";
import { trimDecimal } from "../../kernel/decimal";
import { ShareBasis, SharedEffect, displayQuantity, othersOf, ruleText } from "../../allocation";
import { ChargeBridge, ChargeEffect, ChargeEffectKind, EffectPart } from "./charge-bridge";
import { UsageBasis, UsageEffect } from "./usage-cost-effects";

/** What sentences speak of: the unit, how the two sides are called, and how amounts are written. */
export interface BridgeNames {
  readonly unit: string;
  readonly from: string;
  readonly to: string;
  /** What stands in front of the old figure: "before", or "planned". */
  readonly before: string;
  /** The name of a use case, or what stands for one that the reader may not know of. */
  readonly useCase: (code: string) => string;
  readonly money: (minor: bigint) => string;
}

const CAUSE: Readonly<Record<ChargeEffectKind, string>> = {
  VOLUME: "own use", MIX: "the use of the others", RATE: "the cost of the pools", POLICY: "the way in which pools are divided", OWNERSHIP: "who owns which use case", USAGE_VOLUME: "usage that is paid for directly",
  USAGE_RATE: "the price of usage", DIRECT: "other direct cost", ADJUSTMENT: "adjustments for earlier months", RESTATEMENT: "restatements of the months themselves", TRUE_UP: "true-ups of standard rates", RESOLUTION: "resolved disputes",
};

/** The whole bridge in one sentence. */
export function bridgeSentence({ beforeMinor, afterMinor, effects }: ChargeBridge, { unit, from, to, money }: BridgeNames): string {
  const change = afterMinor - beforeMinor;
  const how = change === 0n ? `as much as in ${from}` : `${money(change < 0n ? -change : change)} ${change > 0n ? "more" : "less"} than in ${from}`;
  const why = effects.map(({ kind, amountMinor }) => `${CAUSE[kind]} ${signed(amountMinor, money)}`).join(", ");
  return `${unit} is charged ${money(afterMinor)} in ${to}, ${how}${why === "" ? "" : `: ${why}`}.`;
}

/** An effect in one sentence, with its largest part. */
export function effectSentence({ kind, amountMinor, parts }: ChargeEffect, names: BridgeNames): string {
  const { money } = names;
  const size = (part: EffectPart): bigint => (part.amountMinor < 0n ? -part.amountMinor : part.amountMinor);
  const largest = parts.reduce((most, part) => (size(part) > size(most) ? part : most));
  const most = parts.length === 1 ? "" : `, most of it in ${placeOf(largest, names)} (${signed(largest.amountMinor, money)})`;
  return `${CAUSE[kind][0]!.toUpperCase()}${CAUSE[kind].slice(1)}: ${signed(amountMinor, money)}${parts.length === 1 ? ` in ${placeOf(largest, names)}` : most}.`;
}

/** What one part stands on, in one sentence. */
export function partSentence(part: EffectPart, names: BridgeNames): string {
  if (part.shared !== null) return sharedSentence(part.shared, names);
  if (part.usage !== null) return usageSentence(part.usage, names);
  const { kind, originPeriod, booked } = part;
  const { from, to, before, money } = names;
  if (kind === "DIRECT") return booked === null ? `Direct cost of ${placeOf(part, names)} that no quantity is known of: ${signed(part.amountMinor, money)}.` : `Direct cost of ${placeOf(part, names)}: ${money(booked.afterMinor)}, ${before} ${money(booked.beforeMinor)}.`;
  const what = kind === "RESOLUTION" ? "by a resolved dispute" : kind === "TRUE_UP" ? `by a true-up of standard rates up to ${originPeriod}` : `${kind === "ADJUSTMENT" ? "for" : "by a restatement with"} what came late for ${originPeriod}`;
  const sides = [booked!.afterMinor === 0n ? [] : [`${to} charges ${money(booked!.afterMinor)} ${what}`], booked!.beforeMinor === 0n ? [] : [`${money(booked!.beforeMinor)} ${what} in ${from} does not come again`]].flat();
  return `${placeOf(part, names)}: ${sides.join("; ")}.`;
}

const placeOf = ({ pool, useCase }: EffectPart, names: BridgeNames): string => [pool ?? "no pool", useCase === null ? "no use case" : names.useCase(useCase)].join(" / ");

const signed = (minor: bigint, money: BridgeNames["money"]): string => `${minor > 0n ? "+" : ""}${money(minor)}`;

function sharedSentence(effect: SharedEffect, names: BridgeNames): string {
  const { money, before: earlier } = names;
  const useCase = names.useCase(effect.useCase);
  const { step, pool, before, after, poolBefore, poolAfter } = effect;
  if (step === "VOLUME") return `${useCase} used ${compared(before, after, ({ quantity }) => quantity, earlier)} of ${pool}.`;
  if (step === "MIX") return `The others who bear ${pool} used ${compared(before, after, othersOf, earlier)}.`;
  if (step === "OWNERSHIP") return `${useCase} counts here with ${compared(before, after, ({ quantity }) => quantity, earlier)} of ${pool}, by who owned which use case.`;
  if (step === "RATE") {
    if (poolBefore === null) return `${pool} is new: ${money(poolAfter!.amountMinor)}.`;
    return poolAfter === null ? `${pool} is not charged, ${earlier} ${money(poolBefore.amountMinor)}.` : `${pool} cost ${money(poolAfter.amountMinor)}, ${earlier} ${money(poolBefore.amountMinor)}.`;
  }
  const [rule, old] = [poolAfter?.rule ?? null, poolBefore?.rule ?? null];
  return `${pool} is divided ${rule === null ? "by no rule" : `by ${ruleText(rule, "counted")}`}, ${earlier} ${old === null ? "by no rule" : `by ${ruleText(old, "counted")}`}.`;
}

/** Quantities by driver on both sides: "871 calls (before 617)". */
function compared(before: readonly ShareBasis[], after: readonly ShareBasis[], pick: (basis: ShareBasis) => Fraction, earlier: string): string {
  const text = (basis: ShareBasis | undefined): string => (basis === undefined ? "0" : displayQuantity(basis.driver, pick(basis)));
  const drivers = [...new Set([...after, ...before].map(({ driver }) => driver))];
  const told = drivers.map((driver) => {
    const [old, now] = [before, after].map((side) => text(side.find((basis) => basis.driver === driver))) as [string, string];
    return `${now} ${words(driver)} (${old === now ? `as ${earlier}` : `${earlier} ${old}`})`;
  });
  return told.length === 0 ? "nothing that is measured" : told.join(" and ");
}

function usageSentence({ kind, useCase, vendor, component, rateLine, before, after }: UsageEffect, { money, before: earlier, useCase: named }: BridgeNames): string {
  const what = `${vendor} ${component}${rateLine === "" ? "" : ` ${rateLine}`} of ${named(useCase)}`;
  const of = ({ quantity, unit }: UsageBasis): string => `${quantityText(quantity)} ${words(unit)}`;
  if (before === null) return `${what} is new: ${of(after!)} for ${money(after!.amountMinor)}.`;
  if (after === null) return `${what} is not charged, ${earlier} ${of(before)} for ${money(before.amountMinor)}.`;
  if (kind === "USAGE_VOLUME") return `${what}: ${of(after)}, ${earlier} ${quantityText(before.quantity)}, at the price ${earlier}.`;
  return `${what}: ${money(after.amountMinor)} for ${of(after)}, ${earlier} ${money(before.amountMinor)} for ${quantityText(before.quantity)}.`;
}

/** A quantity of rated usage as decimal text: at most twelve decimals. */
export const quantityText = (quantity: Fraction): string => trimDecimal(roundForDisplay(quantity, 12));

/** "CONNECTED_SECONDS" as "connected seconds", "MINUTE" as "minutes". */
const words = (counted: string): string => (counted === "TOKEN_1M" ? "million tokens" : counted.toLowerCase().replaceAll("_", " ").replace(/[^s]$/, "$&s"));
