import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { Refusal } from "../kernel/refusal";
import { PeriodKeyScalar } from "../kernel/scalars";
import { payload } from "../kernel/user-error.type";
import { MINIMUM_GROUP } from "../metering";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { acknowledgeAlert } from "./acknowledge-alert";
import { alertStore } from "./alert.store";
import { BudgetLevel, BudgetPlace } from "./budget";
import { BudgetRow, MonthFacts, budgetRows } from "./budget-report";
import { AcknowledgeBudgetAlertInput, BudgetAlertPayload, BudgetAlertWhere, BudgetPayload, BudgetReportWhere, BudgetWhere, EvaluateBudgetsInput, EvaluateBudgetsPayload, SetBudgetInput } from "./budget-input.type";
import { acknowledgeAlertPorts, evaluateBudgetsPorts, setBudgetPorts } from "./budget-ports.store";
import { placesOf, toAlertView, toBudgetView, toReportRow, toUnitCostRow } from "./budget-view.type";
import { budgetStore } from "./budget.store";
import { BudgetAlertConnection, BudgetAlertType, BudgetConnection, BudgetLevelEnum, BudgetReport, BudgetType, ForecastMethodEnum, UnitCostReport } from "./budget.type";
import { evaluateBudgets } from "./evaluate-budgets";
import { ForecastMethod } from "./forecast";
import { asWhole, monthFacts } from "./month-facts.query";
import { setBudget } from "./set-budget";
import { totalOf, unitCostOf } from "./unit-cost";

/** Dividing an open month may scan its raw usage: longer than a read of the API may take. */
const MONTH_TIMEOUT_MS = 60_000;
const SNAPSHOT = { statementTimeoutMs: MONTH_TIMEOUT_MS, isolation: "REPEATABLE READ" } as const;

@Resolver()
export class BudgetResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => BudgetConnection, { description: "Every version of budgets by month, unit, use case and version; a unit sees its own." })
  async budgets(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string, @Arg("where", () => BudgetWhere, { nullable: true }) where?: BudgetWhere | null): Promise<Page<BudgetType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => {
      await requireKnown(tx, where ?? {});
      const found = await budgetStore(tx).list({ period: where?.period ?? null, businessUnit: where?.businessUnit ?? null }, page);
      return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toBudgetView(node, programmeCurrency(tx.scope.programme)) })) };
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "STEERING", "AUDITOR")
  @Query(() => BudgetReport, { description: "Budget, actual, variance by volume and rate, and forecast of a month. A unit sees its own rows; executives and the steering group the level PROGRAMME. NOT_FOUND for a month without cost, usage or budget." })
  async budgetReport(
    @Ctx() context: RequestContext,
    @Arg("period", () => PeriodKeyScalar) period: string,
    @Arg("level", () => BudgetLevelEnum, { defaultValue: "BUSINESS_UNIT" }) level: BudgetLevel,
    @Arg("method", () => ForecastMethodEnum, { defaultValue: "RUN_RATE_BUSINESS_DAYS" }) method: ForecastMethod,
    @Arg("where", () => BudgetReportWhere, { nullable: true }) where?: BudgetReportWhere | null,
  ): Promise<BudgetReport> {
    const onlyTotals = ["EXECUTIVE", "STEERING"].includes(context.principal.role);
    if (onlyTotals && (level !== "PROGRAMME" || where)) throw new Refusal("FORBIDDEN", "This role sees the programme's budget: ask for the level PROGRAMME and leave where out.");
    const nowMs = context.clock.now();
    return context.withTenant(async (tx) => {
      await requireKnown(tx, where ?? {});
      if (where?.useCase && level !== "USE_CASE") throw new Refusal("BAD_USER_INPUT", "Rows of this level stand for no single use case: ask for the level USE_CASE, or leave where.useCase out.", ["where", "useCase"]);
      const { facts, budgets } = await asWhole(tx, async () => ({ facts: await monthFacts(tx, period, nowMs, method), budgets: await budgetStore(tx).budgetsOf(period) }));
      const rows = await seenBy(tx, budgetRows(level, facts, budgets, method), where ?? {});
      if (facts.status === null && (tx.scope.reach === "programme" ? budgets : rows).length === 0) throw nothingIn(period);
      if (onlyTotals) requireGroup(facts);
      const shown = onlyTotals ? rows.map(withoutFewBudgets) : rows;
      const places = await placesOf(tx, shown);
      return {
        period, periodStatus: facts.status, level, forecastMethod: method, elapsedDays: facts.progress.elapsedDays, rows: shown.map((row) => toReportRow(row, facts.currency, places)), remarks: [...facts.remarks], asOf: new Date(nowMs),
      };
    }, SNAPSHOT);
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => UnitCostReport, { description: "Cost per connected call and per measured minute of a month by use case, all in and of the use case itself. A unit sees its own rows. NOT_FOUND for a month that nothing fell into." })
  async unitCosts(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) period: string, @Arg("where", () => BudgetReportWhere, { nullable: true }) where?: BudgetReportWhere | null): Promise<UnitCostReport> {
    const nowMs = context.clock.now();
    return context.withTenant(async (tx) => {
      await requireKnown(tx, where ?? {});
      const facts = await asWhole(tx, () => monthFacts(tx, period, nowMs, "RUN_RATE_BUSINESS_DAYS"));
      if (facts.status === null) throw nothingIn(period);
      const rows = await seenBy(tx, budgetRows("USE_CASE", facts, [], "RUN_RATE_BUSINESS_DAYS"), where ?? {});
      const costs = rows.map((row) => unitCostOf(row, facts.lines));
      const places = await placesOf(tx, rows);
      return { period, periodStatus: facts.status, rows: costs.map((cost) => toUnitCostRow(cost, facts.currency, places)), total: toUnitCostRow(totalOf(costs), facts.currency, places), remarks: [...facts.remarks], asOf: new Date(nowMs) };
    }, SNAPSHOT);
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => BudgetAlertConnection, { description: "Alerts, oldest first; a unit sees its own." })
  async budgetAlerts(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string, @Arg("where", () => BudgetAlertWhere, { nullable: true }) where?: BudgetAlertWhere | null): Promise<Page<BudgetAlertType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => {
      await requireKnown(tx, where ?? {});
      const found = await alertStore(tx).list({ period: where?.period ?? null, businessUnit: where?.businessUnit ?? null, acknowledged: where?.acknowledged ?? null }, page);
      return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toAlertView(node, programmeCurrency(tx.scope.programme)) })) };
    });
  }

  @Allow("FINANCE")
  @Mutation(() => BudgetPayload, { description: "Sets what a month may cost the programme, a unit or a use case; a revision names the version that it answers and says why. The same again answers what is set. CURRENCY_MISMATCH for another currency than the programme's, PERIOD_CLOSED for a closed month, CONFLICT where somebody else revised it." })
  async setBudget(@Ctx() context: RequestContext, @Arg("input", () => SetBudgetInput) input: SetBudgetInput): Promise<BudgetPayload> {
    return payload(() => context.withTenant(async (tx) => ({ budget: toBudgetView(await setBudget(setBudgetPorts(tx, context.record), input), programmeCurrency(tx.scope.programme)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => EvaluateBudgetsPayload, { description: "Holds a month's cost and forecast against its budgets and raises an alert per threshold that is reached for the first time. Again, it raises nothing: a corrected month tells no threshold twice." })
  async evaluateBudgets(@Ctx() context: RequestContext, @Arg("input", () => EvaluateBudgetsInput) input: EvaluateBudgetsInput): Promise<EvaluateBudgetsPayload> {
    const answer = await payload(() => context.withTenant(async (tx) => {
      const raised = await evaluateBudgets(evaluateBudgetsPorts(tx, context.record, context.clock, input.method), input);
      return { alerts: raised.map((alert) => toAlertView(alert, programmeCurrency(tx.scope.programme))) };
    }, { statementTimeoutMs: MONTH_TIMEOUT_MS }));
    return { ...answer, alerts: answer.alerts ?? [] };
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BudgetAlertPayload, { description: "Takes note of an alert; a unit of its own. Naturally idempotent: the first note stands." })
  async acknowledgeBudgetAlert(@Ctx() context: RequestContext, @Arg("input", () => AcknowledgeBudgetAlertInput) input: AcknowledgeBudgetAlertInput): Promise<BudgetAlertPayload> {
    return payload(() => context.withTenant(async (tx) => ({ alert: toAlertView(await acknowledgeAlert(acknowledgeAlertPorts(tx, context.record), input), programmeCurrency(tx.scope.programme)) })));
  }
}

const nothingIn = (period: string): Refusal => new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage, no cost and no budget.`, ["period"]);

/** A total must stand for so many units that none can be told from it. */
function requireGroup({ lines }: MonthFacts): void {
  const units = new Set(lines.flatMap(({ businessUnit }) => businessUnit ?? []));
  if (units.size < MINIMUM_GROUP) throw new Refusal("FORBIDDEN", `A figure for this role stands for at least ${MINIMUM_GROUP} business units; here there are fewer.`);
}

/** The sum of so few units' budgets would tell a single one. */
function withoutFewBudgets(row: BudgetRow): BudgetRow {
  if (row.innerBudgets === 0 || row.innerBudgets >= MINIMUM_GROUP) return row;
  return { ...row, innerBudgetsMinor: null, missing: [...row.missing, `innerBudgets, notHandedOn: a figure for this role stands for at least ${MINIMUM_GROUP} business units.`] };
}

/** Rows that the caller may see and asked for: a unit its own, by the codes that row-level security lets through. */
async function seenBy<T extends BudgetPlace>(tx: TenantTransaction, rows: readonly T[], where: BudgetReportWhere): Promise<T[]> {
  const own = tx.scope.reach === "programme" ? null : new Set((await tenancyStore(tx).listBusinessUnits()).map(({ code }) => code));
  return rows.filter(({ businessUnit, useCase }) =>
    (own === null || (businessUnit !== null && own.has(businessUnit))) && (!where.businessUnit || (businessUnit !== null && where.businessUnit.includes(businessUnit))) && (!where.useCase || (useCase !== null && where.useCase.includes(useCase))));
}

/** NOT_FOUND for a code in the filter that the caller does not have. */
async function requireKnown(tx: TenantTransaction, where: BudgetReportWhere): Promise<void> {
  const tenancy = tenancyStore(tx);
  for (const [field, codes, find, kind] of [["businessUnit", where.businessUnit, tenancy.findBusinessUnits, "business unit"], ["useCase", where.useCase, tenancy.findUseCases, "use case"]] as const) {
    if (!codes) continue;
    const known = new Set((await find(codes)).map(({ code }) => code));
    const unknown = codes.find((code) => !known.has(code));
    if (unknown !== undefined) throw new Refusal("NOT_FOUND", `There is no ${kind} ${unknown.slice(0, 64)}.`, ["where", field]);
  }
}

