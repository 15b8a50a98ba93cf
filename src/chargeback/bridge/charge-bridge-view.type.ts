import { Fraction, formatFraction, fraction, multiply } from "../../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../../kernel/money";
import { ShareBasis, basePerUnit, displayQuantity } from "../../allocation";
import { toRun } from "../../allocation/allocation-view.type";
import type { CostPool } from "../../costs";
import { costsStore } from "../../costs/costs.store";
import { asNode } from "../../governance/governance.resolver";
import { BusinessUnit } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { BusinessUnitType, UseCaseType } from "../../tenancy/tenancy.type";
import { toStatement } from "../statement-view.resolver";
import { BridgeNames, bridgeSentence, effectSentence, partSentence, quantityText } from "./bridge-words";
import { BridgedRow, CHARGE_EFFECTS, ChargeBridge, EffectPart } from "./charge-bridge";
import { ChargeBridgeRowType, ChargeBridgeSideType, ChargeBridgeType, ChargeEffectBasisType, ChargeEffectPartType } from "./charge-bridge.type";
import { UnitCharge } from "./unit-charge.query";
import { UsageBasis } from "./usage-cost-effects";

/** A bridge as it is answered. Names are looked up with what the caller may see. */
export async function toChargeBridge(tx: TenantTransaction, unit: BusinessUnit, from: UnitCharge, to: UnitCharge, bridge: ChargeBridge, currency: Currency): Promise<ChargeBridgeType> {
  const { pool, useCase } = await namesOf(tx, bridge);
  const money = (minor: bigint): MoneyAmount => toMoney(minor, currency);
  const planned = from.source === "PLAN";
  const words: BridgeNames = { unit: unit.code, from: planned ? "the plan" : from.period.key, to: to.period.key, before: planned ? "planned" : "before", useCase: (code) => useCase(code)?.code ?? "a use case of another unit", money: (minor) => `${money(minor).amount} ${currency.code}` };
  const toPart = (part: EffectPart): ChargeEffectPartType => ({
    pool: pool(part.pool), useCase: useCase(part.useCase), originPeriod: part.originPeriod, amount: money(part.amountMinor), sentence: partSentence(part, words),
    before: basesOf(part, "before", currency), after: basesOf(part, "after", currency),
  });
  const amounts = (effects: BridgedRow["effects"]): ChargeBridgeRowType["effects"] => effects.map(({ kind, amountMinor }) => ({ kind, amount: money(amountMinor) }));
  const toRow = ({ beforeMinor, afterMinor, effects }: BridgedRow, named: Pick<ChargeBridgeRowType, "pool" | "useCase">): ChargeBridgeRowType =>
    ({ ...named, from: money(beforeMinor), to: money(afterMinor), change: money(afterMinor - beforeMinor), effects: amounts(effects) });
  return {
    businessUnit: unit as BusinessUnitType, from: await toSide(tx, from, money(bridge.beforeMinor), currency), to: await toSide(tx, to, money(bridge.afterMinor), currency),
    change: money(bridge.afterMinor - bridge.beforeMinor), sentence: bridgeSentence(bridge, words), order: [...CHARGE_EFFECTS],
    effects: bridge.effects.map((effect) => ({ kind: effect.kind, amount: money(effect.amountMinor), sentence: effectSentence(effect, words), parts: effect.parts.map(toPart) })),
    byPool: bridge.byPool.map((row) => toRow(row, { pool: pool(row.code), useCase: null })), byUseCase: bridge.byUseCase.map((row) => toRow(row, { pool: null, useCase: useCase(row.code) })),
    missing: [from, to].flatMap(({ source, period: { key } }) => (source === "OPEN_PERIOD" ? [`${key} is not closed: adjustments for earlier months, disputes, and what was recorded after its run are not in it.`] : [])),
  };
}

async function toSide(tx: TenantTransaction, { period, source, statement, run }: UnitCharge, charge: MoneyAmount, currency: Currency): Promise<ChargeBridgeSideType> {
  return { period: asNode(period), source, charge, statement: statement && toStatement(statement, currency), run: run && (await toRun(tx, run)) };
}

interface Names { pool(code: string | null): CostPool | null; useCase(code: string | null): UseCaseType | null }

async function namesOf(tx: TenantTransaction, { byPool, byUseCase }: ChargeBridge): Promise<Names> {
  const codes = (rows: readonly BridgedRow[]): string[] => rows.flatMap(({ code }) => code ?? []);
  const pools = new Map((await costsStore(tx).findPools(codes(byPool))).map((each) => [each.code, each]));
  const useCases = new Map((await tenancyStore(tx).findUseCases(codes(byUseCase))).map((each) => [each.code, each as UseCaseType]));
  return { pool: (code) => (code === null ? null : (pools.get(code) ?? null)), useCase: (code) => (code === null ? null : (useCases.get(code) ?? null)) };
}

function basesOf({ shared, usage }: EffectPart, side: "before" | "after", currency: Currency): ChargeEffectBasisType[] {
  if (shared !== null) return shared[side].map((basis) => shareBasis(basis, currency));
  const basis = usage?.[side] ?? null;
  return basis === null ? [] : [usageBasis(basis, currency)];
}

const shareBasis = ({ driver, quantity, unitQuantity, total, poolMinor, rate }: ShareBasis, currency: Currency): ChargeEffectBasisType => ({
  driver, quantity: displayQuantity(driver, quantity), unitQuantity: displayQuantity(driver, unitQuantity), total: displayQuantity(driver, total), cost: toMoney(poolMinor, currency),
  rate: rateText(rate && multiply(rate, fraction(basePerUnit(driver))), currency),
});

const usageBasis = ({ unit, quantity, amountMinor, rate }: UsageBasis, currency: Currency): ChargeEffectBasisType =>
  ({ driver: unit, quantity: quantityText(quantity), unitQuantity: null, total: null, cost: toMoney(amountMinor, currency), rate: rateText(rate, currency) });

/** Exact major units from exact minor ones. */
const rateText = (minor: Fraction | null, currency: Currency): string | null => minor && formatFraction(multiply(minor, fraction(1n, 10n ** BigInt(currency.exponent))));
