import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Currency, toMoney } from "../kernel/money";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { Page, requirePageSize } from "../kernel/paging";
import { Refusal } from "../kernel/refusal";
import { payload } from "../kernel/user-error.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { tenancyStore } from "../tenancy/tenancy.store";
import { RateCard } from "./rate-card";
import { rateCardStore } from "./rate-card.store";
import { CardOfMonth } from "./rate-card-dates";
import { RatingRun, ratePeriod } from "./rate-period";
import { ratedCallsLoader } from "./rated-calls.loader";
import { LinesWhere, linesOfRun } from "./rating-lines.query";
import { ratePeriodPorts, setRatingRulesPorts } from "./rating-ports.store";
import { setRatingRules } from "./rating-rules";
import { ratingRulesStore } from "./rating-rules.store";
import { ratingRunStore } from "./rating-run.store";
import { toRulesView, toRunView } from "./rating-view.type";
import { RatePeriodInput, RatePeriodPayload, RatingRulesPayload, RatingRulesType, RatingRunConnection, RatingRunType, RatingRunWhere, SetRatingRulesInput, UsageCostDimensionEnum, UsageCostReport, UsageCostRow, UsageCostWhere } from "./rating.type";
import { UsageCostDimension, UsageCostGroup, groupUsageCost } from "./usage-cost";
import { UsageCostExplanation, UsageCostExplanationType, explainLine, majorText, quantityText } from "./usage-cost-explanation.type";

/** Rating scans a month of raw usage: longer than a read of the API may take. */
export const RATING_TIMEOUT_MS = 600_000;

@Resolver()
export class RatingResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => UsageCostReport, { nullable: true, description: "What the usage of a rated month costs, grouped any way: measured and billed quantities and money stand apart. Null where the month was never rated. A unit sees its own rows; nothing is rated when it is read." })
  async usageCost(@Ctx() context: RequestContext, @Arg("where", () => UsageCostWhere) where: UsageCostWhere, @Arg("groupBy", () => [UsageCostDimensionEnum]) groupBy: UsageCostDimension[]): Promise<UsageCostReport | null> {
    if (new Set(groupBy).size !== groupBy.length) throw new Refusal("BAD_USER_INPUT", "groupBy names a dimension twice.", ["groupBy"]);
    return context.withTenant(async (tx) => {
      await requireKnownNames(tx, where);
      const run = await runOf(tx, where);
      if (!run) return null;
      const currency = programmeCurrency(tx.scope.programme);
      const groups = groupUsageCost(await linesOfRun(tx, run.id, where), groupBy);
      const places = await placesOf(tx, groups);
      return {
        run: toRunView(run), rows: groups.map((group) => toRow(group, currency, places)), total: toMoney(groups.reduce((sum, { amountMinor }) => sum + amountMinor, 0n), currency), asOf: run.cutoff,
      };
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => [UsageCostExplanationType], { description: "How the usage cost of a rated month came about, line by line, down to the legs. NOT_FOUND for what is not yours and for a month that was never rated." })
  async explainUsageCost(@Ctx() context: RequestContext, @Arg("where", () => UsageCostWhere) where: UsageCostWhere): Promise<UsageCostExplanation[]> {
    return context.withTenant(async (tx) => {
      await requireKnownNames(tx, where);
      const run = await runOf(tx, where);
      if (!run) throw new Refusal("NOT_FOUND", `${where.period} was never rated. Finance rates it with ratePeriod.`, ["where", "period"]);
      const currency = programmeCurrency(tx.scope.programme);
      const lines = await linesOfRun(tx, run.id, where);
      const places = await placesOf(tx, lines);
      const cards = await cardsOf(tx, run);
      const behind = ratedCallsLoader(context);
      return lines.map((line) => explainLine(line, run, cards, currency, { unit: places.unit(line.businessUnit), useCase: places.useCase(line.useCase) }, behind));
    });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => RatingRunConnection, { description: "Stored ratings, oldest first. Their lines: usageCost and explainUsageCost with `run`." })
  async ratingRuns(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => RatingRunWhere, { nullable: true }) where?: RatingRunWhere,
  ): Promise<Page<RatingRunType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => ratingRunStore(tx).list(where?.period ?? null, page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toRunView(node) })) };
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => RatingRulesType, { description: "How the programme rates and what it tolerates of vendors." })
  async ratingRules(@Ctx() context: RequestContext): Promise<RatingRulesType> {
    return context.withTenant(async (tx) => toRulesView(await ratingRulesStore(tx).currentRules(), programmeCurrency(tx.scope.programme)));
  }

  @Allow("FINANCE")
  @Mutation(() => RatePeriodPayload, { description: "Rates a month's usage and posts its direct cost by use case, once: the same facts answer the run that is there, late usage posts the difference (into a closed month as late cost, no closed figure moves). NOT_READY where a cost has no pool, CURRENCY_MISMATCH where an exchange rate is missing." })
  async ratePeriod(@Ctx() context: RequestContext, @Arg("input", () => RatePeriodInput) input: RatePeriodInput): Promise<RatePeriodPayload> {
    const answer = await payload(() => context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      const { run, postings, alarms } = await ratePeriod(ratePeriodPorts(tx, context.record), input);
      return { run: toRunView(run), alarms: [...alarms], postings: postings.map((each) => ({ ...each, businessUnit: each.businessUnit || null, useCase: each.useCase || null, amount: toMoney(each.amountMinor, currency) })) };
    }, { statementTimeoutMs: RATING_TIMEOUT_MS }));
    return { ...answer, postings: answer.postings ?? [], alarms: answer.alarms ?? [] };
  }

  @Allow("FINANCE")
  @Mutation(() => RatingRulesPayload, { description: "Sets how the programme rates and what it tolerates of vendors, from now on. What is left out stays; the same again changes nothing." })
  async setRatingRules(@Ctx() context: RequestContext, @Arg("input", () => SetRatingRulesInput) input: SetRatingRulesInput): Promise<RatingRulesPayload> {
    return payload(() => context.withTenant(async (tx) => {
      const ports = setRatingRulesPorts(tx, context.record);
      return { rules: toRulesView(await setRatingRules(ports, input), ports.currency) };
    }));
  }
}

interface Places { unit(code: string): BusinessUnitType | null; useCase(code: string): UseCaseType | null }

/** The rating that is asked for: by id, or else the one in the month's figures, or (restated) the newest. */
async function runOf(tx: TenantTransaction, { period, run, restated }: UsageCostWhere): Promise<RatingRun | null> {
  if (!run) return ratingRunStore(tx).latestRun(period, !restated);
  const id = fromNodeId(run);
  const found = id?.type === "RatingRun" && isUuid(id.key) ? await ratingRunStore(tx).findRun(id.key) : null;
  if (!found || found.periodKey !== period) throw new Refusal("NOT_FOUND", `There is no such rating of ${period}.`, ["where", "run"]);
  return found;
}

/** NOT_FOUND for a code in the filter that the caller does not have. */
async function requireKnownNames(tx: TenantTransaction, where: LinesWhere): Promise<void> {
  const tenancy = tenancyStore(tx);
  for (const [field, codes, find, kind] of [["businessUnit", where.businessUnit, tenancy.findBusinessUnits, "business unit"], ["useCase", where.useCase, tenancy.findUseCases, "use case"]] as const) {
    if (!codes) continue;
    const known = new Set((await find(codes)).map(({ code }) => code));
    const unknown = codes.find((code) => !known.has(code));
    if (unknown !== undefined) throw new Refusal("NOT_FOUND", `There is no ${kind} ${unknown.slice(0, 64)}.`, ["where", field]);
  }
}

async function placesOf(tx: TenantTransaction, rows: ReadonlyArray<{ readonly businessUnit: string | null; readonly useCase: string | null }>): Promise<Places> {
  const tenancy = tenancyStore(tx);
  const codes = (pick: "businessUnit" | "useCase"): string[] => [...new Set(rows.flatMap((row) => row[pick] || []))];
  const units = new Map((await tenancy.findBusinessUnits(codes("businessUnit"))).map((unit) => [unit.code, unit as BusinessUnitType]));
  const useCases = new Map((await tenancy.findUseCases(codes("useCase"))).map((useCase) => [useCase.code, useCase as UseCaseType]));
  return { unit: (code) => units.get(code) ?? null, useCase: (code) => useCases.get(code) ?? null };
}

/** Cards that a run found. A charge must be explainable, so a unit sees the prices of what it used: of the others it is told nothing. */
async function cardsOf(tx: TenantTransaction, run: RatingRun): Promise<Array<CardOfMonth<RateCard>>> {
  await tx.setReach("programme");
  const cards = await rateCardStore(tx).cardsOfRun(run.cards, run.periodKey);
  await tx.setReach(tx.scope.reach);
  return cards;
}

function toRow(group: UsageCostGroup, currency: Currency, places: Places): UsageCostRow {
  return {
    businessUnit: group.businessUnit ? places.unit(group.businessUnit) : null, useCase: group.useCase ? places.useCase(group.useCase) : null, vendor: group.vendor, component: group.component, basis: group.basis, kind: group.kind,
    calls: group.calls, exemptCalls: group.exemptCalls, measuredMs: group.measuredMs, unit: group.unit, measuredQuantity: group.measured && quantityText(group.measured), billedQuantity: group.billed && quantityText(group.billed),
    exactAmount: majorText(group.amount, currency), amount: toMoney(group.amountMinor, currency), missing: [...group.missing],
  };
}
