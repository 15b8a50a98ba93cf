import { Currency, toMoney } from "../kernel/money";
import { invariant } from "../kernel/refusal";
import { BusinessUnit, UseCase, programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { Correction, openRevertRequest, statusOf } from "./correction";
import { CorrectionRules } from "./correction-rules";
import { CorrectionEffectType, CorrectionMonthEffect, CorrectionRulesType, CorrectionType, CorrectionUnitMoney, LongChange, MoneyChange } from "./correction.type";
import { CorrectionEffect, MinorPair, MoneyEffect, MonthEffect, Pair } from "./effect";

/** A correction as it is answered; its effect is read where somebody asks for it. */
export type CorrectionView = CorrectionType & { readonly document: Correction };

export function toCorrectionView(document: Correction): CorrectionView {
  const { id, kind, reason, evidence, patch, backfill, legs, needsSecondPerson, rulesVersion, planHash, proposedBy, proposedAt, steps } = document;
  return {
    id, kind, reason, evidence, patch: patch as Record<string, unknown> | null, backfill, legCount: legs, needsSecondPerson, rulesVersion, planHash, proposedBy, proposedAt, document,
    status: statusOf(steps), steps: [...steps], revertRequestedBy: openRevertRequest(steps)?.subject ?? null,
  };
}

export function toRules({ version, mostLegs, mostMinor }: CorrectionRules, currency: Currency): CorrectionRulesType {
  return { version, legs: mostLegs, amount: toMoney(mostMinor, currency) };
}

const change = ([before, after]: Pair): LongChange => ({ before, after, difference: after - before });

/** An effect with the units and use cases that it names. */
export async function toEffect(tx: TenantTransaction, effect: CorrectionEffect): Promise<CorrectionEffectType> {
  const currency = programmeCurrency(tx.scope.programme);
  const named = effect.months.flatMap(({ usage, money }) => [...usage, ...money]);
  const codes = (pick: "businessUnit" | "useCase"): string[] => [...new Set(named.flatMap((each) => each[pick] ?? []))];
  const byCode = <T extends { readonly code: string }>(items: readonly T[]): ReadonlyMap<string, T> => new Map(items.map((item) => [item.code, item]));
  const names = { units: byCode(await tenancyStore(tx).findBusinessUnits(codes("businessUnit"))), useCases: byCode(await tenancyStore(tx).findUseCases(codes("useCase"))) };
  return { months: effect.months.map((month) => toMonth(month, names, currency)), moved: effect.movedMinor === null ? null : toMoney(effect.movedMinor, currency) };
}

interface Names {
  readonly units: ReadonlyMap<string, BusinessUnit>;
  readonly useCases: ReadonlyMap<string, UseCase>;
}

function toMonth({ period, closed, usage, money, totalMinor, unallocatedMinor, missing }: MonthEffect, { units, useCases }: Names, currency: Currency): CorrectionMonthEffect {
  return {
    period, closed, missing: [...missing],
    usage: usage.map((each) => ({
      businessUnit: each.businessUnit === null ? null : known(units, each.businessUnit), useCase: each.useCase === null ? null : known(useCases, each.useCase),
      legs: change(each.legs), calls: change(each.calls), connectedMs: change(each.connectedMs), contacts: change(each.contacts),
    })),
    money: byUnit(money).map(([unit, rows]): CorrectionUnitMoney => ({
      businessUnit: known(units, unit), amount: moneyChange(sumOf(rows), currency),
      useCases: rows.map(({ useCase, minor }) => ({ useCase: known(useCases, useCase), amount: moneyChange(minor, currency) })),
    })),
    total: totalMinor && moneyChange(totalMinor, currency), unallocated: unallocatedMinor && moneyChange(unallocatedMinor, currency),
  };
}

function known<T>(names: ReadonlyMap<string, T>, code: string): T {
  const found = names.get(code);
  invariant(found, "an effect names what does not exist");
  return found;
}

const moneyChange = ([before, after]: MinorPair, currency: Currency): MoneyChange =>
  ({ before: toMoney(before, currency), after: toMoney(after, currency), difference: toMoney(BigInt(after) - BigInt(before), currency) });

function byUnit(money: readonly MoneyEffect[]): Array<[string, MoneyEffect[]]> {
  const units = new Map<string, MoneyEffect[]>();
  for (const each of money) units.set(each.businessUnit, [...(units.get(each.businessUnit) ?? []), each]);
  return [...units];
}

const sumOf = (rows: readonly MoneyEffect[]): MinorPair => [0, 1].map((side) => String(rows.reduce((sum, { minor }) => sum + BigInt(minor[side]!), 0n))) as unknown as MinorPair;
