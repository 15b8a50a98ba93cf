import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { toNodeId } from "../kernel/node-id";
import { monthsBetween } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { PeriodKeyScalar } from "../kernel/scalars";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { readEbitBridge } from "./ebit-bridge.query";
import { COST_SIDE, executiveRows } from "./executive-pnl";
import { NO_SOURCES, PnlDimension, pnlRows } from "./pnl";
import { PNL_LINES, PnlLeaf, PnlLine } from "./pnl-line";
import { AnsweredMonth, PnlScenario, answerMonths, requireRange } from "./programme-pnl.query";
import { EbitBridgeFromEnum } from "./programme-input.type";
import { EbitBridgeType, PnlDimensionEnum, PnlPeriodType, PnlRowType, PnlScenarioEnum, ProgrammePnlType, ProgrammeReconciliationType } from "./programme.type";
import { readBenefits } from "./read-benefits.query";
import { differenceOf } from "./reconcile";
import { reconciliationOf } from "./reconciliation.query";
import { seenMonths } from "./seen-months.query";
import { statementStore } from "./statement.store";

/** A range of months reads many ledgers. */
const SNAPSHOT = { isolation: "REPEATABLE READ", statementTimeoutMs: 20_000 } as const;

@Resolver()
export class ProgrammeResolver {
  @Allow("FINANCE", "EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "AUDITOR")
  @Query(() => ProgrammePnlType, {
    description: "The programme's profit and loss of at most 36 months. Finance and auditors see every line by unit and use case; a signed month answers its newest signed version unless `live`. "
      + "Executives and the steering group see lines of the programme and of groups of at least three units, of signed months alone, from an aggregate that is stored without units; figures that could be combined to fewer than three units are left out. Programme leads see its cost side. Executives see the column of a unit while it is granted to them.",
  })
  async programmePnl(
    @Ctx() context: RequestContext,
    @Arg("from", () => PeriodKeyScalar) from: string,
    @Arg("to", () => PeriodKeyScalar) to: string,
    @Arg("groupBy", () => [PnlDimensionEnum], { nullable: true, description: "Absent: one row." }) groupBy?: PnlDimension[] | null,
    @Arg("scenario", () => PnlScenarioEnum, { defaultValue: "ACTUAL", description: "BUDGET and OUTLOOK are for finance and auditors, by PERIOD alone." }) scenario: PnlScenario = "ACTUAL",
    @Arg("version", () => Int, { nullable: true, description: "Of the budget, or of the forecast of an outlook; absent: the newest approved one." }) version?: number | null,
    @Arg("live", () => Boolean, { defaultValue: false, description: "Finance and auditors: as the ledgers stand now, also of signed months." }) live: boolean = false,
  ): Promise<ProgrammePnlType> {
    const dimensions = [...new Set(groupBy ?? [])];
    requireRange(from, to);
    const asOf = new Date(context.clock.now());
    const { role } = context.principal;
    const byUnit = dimensions.includes("BUSINESS_UNIT") || dimensions.includes("USE_CASE");
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      const common = { from, to, scenario, currency: currency.code, asOf };
      const detailed = role === "FINANCE" || role === "AUDITOR";
      if (dimensions.includes("GROUP") && byUnit) throw new Refusal("BAD_USER_INPUT", "Groups stand for units together: group by GROUP, or by BUSINESS_UNIT and USE_CASE.", ["groupBy"]);
      if (!detailed && (scenario !== "ACTUAL" || live)) throw new Refusal("FORBIDDEN", "This role sees signed actuals: leave scenario and live out.");
      if (detailed && !dimensions.includes("GROUP")) {
        if (scenario !== "ACTUAL" && byUnit) throw new Refusal("BAD_USER_INPUT", "Plans are of the programme: group by PERIOD, or leave groupBy out.", ["groupBy"]);
        const months = await answerMonths(tx, { from, to, scenario, version: version ?? null, live }, readBenefits);
        return { ...common, periods: months.map(toPeriodView), ...unitRows(months, dimensions, currency) };
      }
      if (scenario !== "ACTUAL") throw new Refusal("BAD_USER_INPUT", "Plans are of the programme: group by PERIOD, or leave groupBy out.", ["groupBy"]);
      if (!byUnit) return { ...common, ...(await aggregated(tx, from, to, dimensions, role === "PROGRAMME_LEAD" ? COST_SIDE : null, currency)) };
      if (role !== "EXECUTIVE") throw new Refusal("FORBIDDEN", "This role sees the programme and groups of at least three units, not single units.");
      return { ...common, ...(await granted(tx, from, to, dimensions, currency)) };
    }, SNAPSHOT);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => EbitBridgeType, { description: "From one Programme EBIT to another, line by line in the order of the statement, exactly." })
  async ebitBridge(
    @Ctx() context: RequestContext,
    @Arg("from", () => PeriodKeyScalar) from: string,
    @Arg("to", () => PeriodKeyScalar) to: string,
    @Arg("kind", () => EbitBridgeFromEnum, { defaultValue: "PERIOD" }) kind: "PERIOD" | "PLAN" = "PERIOD",
    @Arg("version", () => Int, { nullable: true, description: "Of the budget; absent: the newest approved one." }) version?: number | null,
  ): Promise<EbitBridgeType> {
    if (kind === "PERIOD" && from === to) throw new Refusal("BAD_USER_INPUT", "A month leads nowhere from itself: name two, or ask for PLAN.", ["to"]);
    requireRange(from, to);
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      const { bridge, fromLabel, toLabel } = await readEbitBridge(tx, { from, to, kind, version: version ?? null }, readBenefits);
      let running = bridge.fromMinor ?? 0n;
      const money = (minor: bigint | null): MoneyAmount | null => minor === null ? null : toMoney(minor, currency);
      return {
        currency: currency.code, fromLabel, toLabel, from: money(bridge.fromMinor), to: money(bridge.toMinor), missing: [...bridge.missing], asOf: new Date(context.clock.now()),
        steps: bridge.steps.map(({ line, fromMinor, toMinor, changeMinor, volumeMinor, rateMinor }) => {
          running += changeMinor;
          return { line, from: toMoney(fromMinor, currency), to: toMoney(toMinor, currency), change: toMoney(changeMinor, currency), running: toMoney(running, currency), volume: money(volumeMinor), rate: money(rateMinor) };
        }),
      };
    }, SNAPSHOT);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => ProgrammeReconciliationType, { description: "Proves a month's statement in one snapshot: shared cost = unit charges + unallocated - over-recovery; recognised benefits = signed-off ladder rows - eliminations; what executives see = what finance sees = the sum of unit views. NOT_FOUND for a month that nothing fell into." })
  async programmeReconciliation(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) period: string): Promise<ProgrammeReconciliationType> {
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      const found = await reconciliationOf(tx, period, currency, readBenefits);
      if (!found) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["period"]);
      const checks = found.checks.map((check) => {
        const difference = differenceOf(check);
        return { name: check.name, left: toMoney(check.leftMinor, currency), terms: check.terms.map(({ name, amountMinor }) => ({ name, amount: toMoney(amountMinor, currency) })), difference: toMoney(difference, currency), holds: difference === 0n };
      });
      return { period, status: found.month.status, checks, holds: checks.every(({ holds }) => holds), changedSinceSigned: found.changedSinceSigned, missing: found.month.gaps.map(({ reason }) => reason), asOf: new Date(context.clock.now()) };
    }, SNAPSHOT);
  }
}

type Amounts = ReadonlyMap<PnlLine, bigint | null>;
type Answer = Pick<ProgrammePnlType, "periods" | "rows" | "missing">;

function toRow(place: Pick<PnlRowType, "period" | "businessUnit" | "useCase" | "group">, amounts: Amounts, missing: readonly string[], currency: Currency): PnlRowType {
  const money = (minor: bigint | null | undefined): MoneyAmount | null => (minor === null || minor === undefined ? null : toMoney(minor, currency));
  return { ...place, lines: PNL_LINES.filter((line) => amounts.has(line)).map((line) => ({ line, amount: money(amounts.get(line)) })), ebit: money(amounts.get("PROGRAMME_EBIT")), missing: [...missing] };
}

function unitRows(months: readonly AnsweredMonth[], dimensions: readonly PnlDimension[], currency: Currency): Pick<Answer, "rows" | "missing"> {
  const rows = pnlRows(months, dimensions).map(({ period, businessUnit, useCase, amounts, missing }) => toRow({ period, businessUnit, useCase, group: null }, amounts, missing, currency));
  return { rows, missing: [...new Set(rows.flatMap(({ missing }) => missing))] };
}

function toPeriodView({ period, status, source, hash, cutoff, sources, signed }: AnsweredMonth): PnlPeriodType {
  return {
    period, status, source, hash, cutoff, runId: sources.runId && toNodeId("AllocationRun", sources.runId), runHash: sources.resultHash, policyVersion: sources.policyVersion, ratingHash: sources.ratingHash, capitalisationPolicyVersion: sources.capitalisationPolicy,
    signedVersion: signed?.version ?? null, signedHash: signed?.hash ?? null, signedBy: signed?.signedBy ?? null, signedAt: signed?.signedAt ?? null,
  };
}

/** What executives see: the stored aggregates, and nothing that names a unit or a hash over units' figures. */
async function aggregated(tx: TenantTransaction, from: string, to: string, dimensions: readonly PnlDimension[], only: ReadonlySet<PnlLine> | null, currency: Currency): Promise<Answer> {
  const months = await seenMonths(tx, from, to);
  const rows = executiveRows(months, { period: dimensions.includes("PERIOD"), group: dimensions.includes("GROUP") }, only)
    .map(({ period, group, amounts, missing }) => toRow({ period, businessUnit: null, useCase: null, group }, amounts, missing, currency));
  return { periods: months.map(({ period, statement }) => seenPeriod(period, statement)), rows, missing: [...new Set(rows.flatMap(({ missing }) => missing))] };
}

function seenPeriod(period: string, seen: { readonly version: number; readonly signedAt: Date } | null): PnlPeriodType {
  return {
    period, status: seen ? "CLOSED" : null, source: "ACTUAL", hash: null, cutoff: null, runId: null, runHash: null, policyVersion: null, ratingHash: null, capitalisationPolicyVersion: null,
    signedVersion: seen?.version ?? null, signedHash: null, signedBy: null, signedAt: seen?.signedAt ?? null,
  };
}

/** Columns of the units that the caller was granted for every month of the range, of the version that executives see. */
async function granted(tx: TenantTransaction, from: string, to: string, dimensions: readonly PnlDimension[], currency: Currency): Promise<Answer> {
  return tx.readingAs("PROGRAMME", async () => {
    const store = statementStore(tx);
    const own = (await store.grants()).filter((grant) => grant.revokedAt === null && grant.subject === tx.scope.principal.subject && grant.from <= from && to <= grant.to);
    if (own.length === 0) throw new Refusal("FORBIDDEN", "This role sees the programme and groups of at least three units; no unit is granted to you for all of these months.");
    const units = new Set(own.map(({ businessUnit }) => businessUnit));
    const seen = new Map((await store.seenBetween(from, to)).map((each) => [each.period, each]));
    const months = [];
    for (const period of monthsBetween(from, to)) {
      const statement = seen.get(period);
      const cells = statement ? (await store.cellsOf(period, statement.version)).filter(({ businessUnit }) => businessUnit !== null && units.has(businessUnit)) : [];
      const gaps = statement ? [] : [{ lines: PNL_LINES as unknown as readonly PnlLeaf[], businessUnit: null, useCase: null, reason: `${period} is not signed.` }];
      months.push({ period, status: null, cells, gaps, sources: NO_SOURCES, source: "ACTUAL" });
    }
    const rows = pnlRows(months, [...new Set([...dimensions, "BUSINESS_UNIT" as const])]).filter(({ businessUnit }) => businessUnit !== null).map(({ period, businessUnit, useCase, amounts, missing }) => toRow({ period, businessUnit, useCase, group: null }, amounts, missing, currency));
    return { periods: months.map(({ period }) => seenPeriod(period, seen.get(period) ?? null)), rows, missing: [...new Set(rows.flatMap(({ missing }) => missing))] };
  });
}
