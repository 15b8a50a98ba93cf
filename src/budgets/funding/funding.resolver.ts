import { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Mutation, Query, Resolver } from "type-graphql";
import { toMoney } from "../../kernel/money";
import { Page, requirePageSize } from "../../kernel/paging";
import { Refusal } from "../../kernel/refusal";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { selects } from "../../kernel/selection";
import { payload } from "../../kernel/user-error.type";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { placesOf } from "../budget-view.type";
import { monthFacts } from "../month-facts.query";
import { ModelVersion, approveBudgetModel, missingComponents, proposeBudgetModel } from "./budget-model";
import { approveFunding, proposeFunding } from "./fund-use-case";
import { FundingArrangement } from "./funding";
import { fundingPorts, modelPorts } from "./funding-ports.store";
import { reportFunding, unownedInWords } from "./funding-report";
import { fundingStore } from "./funding.store";
import {
  ApproveBudgetModelInput, ApproveFundingInput, BudgetModelPayload, BudgetModelType, BudgetModelVersionType, FundingArrangementConnection, FundingArrangementType, FundingPayload, FundingReportType, FundingRowType,
  ProposeBudgetModelInput, ProposeFundingInput,
} from "./funding.type";

@Resolver()
export class FundingResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => FundingReportType, { description: "Who funds a month's cost: by use case and kind, by function, and what nobody funds. NOT_FOUND for a month that nothing fell into." })
  async fundingReport(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) period: string, @Info() info: GraphQLResolveInfo): Promise<FundingReportType> {
    const nowMs = context.clock.now();
    return context.withTenant(async (tx) => {
      const facts = await monthFacts(tx, period, nowMs, "RUN_RATE_BUSINESS_DAYS");
      if (facts.status === null) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["period"]);
      const store = fundingStore(tx);
      const report = reportFunding(period, facts.lines, (await store.arrangements()).filter(({ approvedBy }) => approvedBy !== null));
      const places = await placesOf(tx, report.rows);
      const { currency } = facts;
      return {
        period, periodStatus: facts.status, asOf: new Date(nowMs),
        rows: report.rows.map(({ amountMinor, businessUnit, useCase, ...row }) => ({ ...row, businessUnit: places.unit(businessUnit), useCase: places.useCase(useCase), amount: toMoney(amountMinor, currency) }) as FundingRowType),
        funders: report.funders.map(({ funder, amountMinor }) => ({ funder, amount: toMoney(amountMinor, currency) })),
        unowned: toMoney(report.unownedMinor, currency), unownedReason: unownedInWords(report, (minor) => toMoney(minor, currency).amount), total: toMoney(report.totalMinor, currency),
        platformSharedFrom: selects(info, ["platformSharedFrom"]) ? await store.platformSharedFrom() : null,
        missing: [...facts.remarks],
      };
    }, { statementTimeoutMs: 60_000, isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => FundingArrangementConnection, { description: "Versions of who funds what, oldest first." })
  async fundingArrangements(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<FundingArrangementType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => fundingStore(tx).list(page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toFundingView(node) })) };
  }

  @Allow("FINANCE", "STEERING", "AUDITOR")
  @Query(() => BudgetModelType, { description: "What is agreed of the budget model, and what is missing before a second use case is funded." })
  async budgetModel(@Ctx() context: RequestContext): Promise<BudgetModelType> {
    const versions = await context.withTenant((tx) => fundingStore(tx).models());
    const missing = missingComponents(versions);
    return { versions: versions.map(toModelView), missing, agreed: missing.length === 0 };
  }

  @Allow("FINANCE")
  @Mutation(() => FundingPayload, { description: "Proposes who funds a use case, or what no unit bears, from a month on. It takes effect when a second person approves it. The same again answers the newest version. PERIOD_CLOSED from a closed month on." })
  async proposeFunding(@Ctx() context: RequestContext, @Arg("input", () => ProposeFundingInput) input: ProposeFundingInput): Promise<FundingPayload> {
    return payload(async () => ({ funding: toFundingView(await context.withTenant((tx) => proposeFunding(fundingPorts(tx, context.record), input))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => FundingPayload, { description: "Approves an arrangement; SAME_PERSON for its proposer. For every use case after the first NOT_READY, with what is missing, until the budget model is agreed. Naturally idempotent." })
  async approveFunding(@Ctx() context: RequestContext, @Arg("input", () => ApproveFundingInput) input: ApproveFundingInput): Promise<FundingPayload> {
    return payload(async () => ({ funding: toFundingView(await context.withTenant((tx) => approveFunding(fundingPorts(tx, context.record), input.version))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => BudgetModelPayload, { description: "Proposes what is agreed of a component of the budget model; it holds when a second person approves it. The same words again answer the newest version." })
  async proposeBudgetModel(@Ctx() context: RequestContext, @Arg("input", () => ProposeBudgetModelInput) input: ProposeBudgetModelInput): Promise<BudgetModelPayload> {
    return payload(async () => ({ version: toModelView(await context.withTenant((tx) => proposeBudgetModel(modelPorts(tx, context.record), input))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => BudgetModelPayload, { description: "Approves a component of the budget model; SAME_PERSON for its proposer. Naturally idempotent." })
  async approveBudgetModel(@Ctx() context: RequestContext, @Arg("input", () => ApproveBudgetModelInput) input: ApproveBudgetModelInput): Promise<BudgetModelPayload> {
    return payload(async () => ({ version: toModelView(await context.withTenant((tx) => approveBudgetModel(modelPorts(tx, context.record), input.version))) }));
  }
}

const statusOf = ({ approvedBy }: { readonly approvedBy: string | null }): string => (approvedBy === null ? "PROPOSED" : "APPROVED");

function toFundingView(arrangement: FundingArrangement): FundingArrangementType {
  return { ...arrangement, status: statusOf(arrangement) } as unknown as FundingArrangementType;
}

function toModelView(version: ModelVersion): BudgetModelVersionType {
  return { ...version, status: statusOf(version) };
}
