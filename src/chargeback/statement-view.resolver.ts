import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { invariant } from "../kernel/refusal";
import { AllocationRunType } from "../allocation/allocation.type";
import { AllocationExplanation } from "../allocation/explain.query";
import { AllocationExplanationType } from "../allocation/explanation.type";
import { CostPool } from "../costs";
import { loadCostPool } from "../costs/costs.loader";
import { CostPoolType } from "../costs/costs.type";
import { asNode } from "../governance/governance.resolver";
import { PeriodType } from "../governance/governance.type";
import { BusinessUnit, UseCase, programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../tenancy/tenancy.loader";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { explanationKey, loadDisputes, loadExplanations, loadHistory, loadLine, loadLineDisputes, loadLines, loadPeriod, loadProgrammeLines, loadRun, loadVersions } from "./chargeback.loader";
import { Dispute, Resolution, disputeAsOf, threadOf } from "./dispute";
import { Statement, StatementEvent } from "./statement";
import { StoredLine, findStatement } from "./statement.query";
import { DisputeResolutionType, ProgrammeLineType, StatementDisputeType, StatementEventType, StatementLineType, StatementType } from "./statement.type";

const currencyOf = async (context: RequestContext): Promise<Currency> => programmeCurrency((await context.scope()).programme);

/** A version as it is answered. */
export const toStatement = (statement: Statement, currency: Currency): StatementType & Statement => ({ ...statement, total: toMoney(statement.totalMinor, currency) });

type LineView = StatementLineType & { readonly line: StoredLine; readonly asOf: Date | null };

const toLine = (line: StoredLine, currency: Currency, asOf: Date | null): LineView =>
  ({ id: line.lineId, kind: line.kind, amount: toMoney(line.amountMinor, currency), description: line.description, line, asOf });

type DisputeView = StatementDisputeType & { readonly lineId: string };

const toDispute = (dispute: Dispute, currency: Currency): DisputeView => ({
  reason: dispute.reason, evidence: [...dispute.evidence], thread: threadOf(dispute).map((message) => ({ ...message, evidence: [...message.evidence] })), answerBy: dispute.answerBy, isOverdue: dispute.isOverdue, expected: dispute.expectedMinor === null ? null : toMoney(dispute.expectedMinor, currency),
  raisedBy: dispute.raisedBy, raisedAt: dispute.raisedAt, outcome: dispute.resolution?.outcome ?? "OPEN", resolution: dispute.resolution, lineId: dispute.lineId,
});

/** For `node`: a version of a statement. */
export async function findStatementNode(context: RequestContext, id: string): Promise<StatementType | null> {
  const found = await context.withTenant((tx) => findStatement(tx, id));
  return found && toStatement(found, await currencyOf(context));
}

/** For `node`: a line, as it stands in the newest version. */
export async function findLineNode(context: RequestContext, id: string): Promise<StatementLineType | null> {
  const found = await loadLine(context, id);
  return found && toLine(found, await currencyOf(context), null);
}

async function periodOf(context: RequestContext, key: string): Promise<PeriodType> {
  const period = await loadPeriod(context, key);
  invariant(period, "a statement of a period that is not there");
  return asNode(period);
}

@Resolver(() => StatementType)
export class StatementFieldResolver {
  @FieldResolver(() => BusinessUnitType, { description: "Whom it charges." })
  async businessUnit(@Root() statement: Statement, @Ctx() context: RequestContext): Promise<BusinessUnit> {
    const unit = await loadBusinessUnit(context, statement.businessUnitId);
    invariant(unit, "a statement without its unit");
    return unit;
  }

  @FieldResolver(() => PeriodType, { description: "The closed month that it charges." })
  period(@Root() statement: Statement, @Ctx() context: RequestContext): Promise<PeriodType> {
    return periodOf(context, statement.periodKey);
  }

  @FieldResolver(() => [StatementLineType], { description: "By kind, month of origin, pool and use case; resolutions last. Amounts of zero are left out." })
  async lines(@Root() statement: Statement, @Ctx() context: RequestContext): Promise<StatementLineType[]> {
    const currency = await currencyOf(context);
    return ((await loadLines(context, statement.id)) ?? []).map((line) => toLine(line, currency, statement.asOf));
  }

  @FieldResolver(() => [StatementEventType], { description: "What happened to this version, oldest first." })
  async history(@Root() statement: Statement, @Ctx() context: RequestContext): Promise<StatementEvent[]> {
    return ((await loadHistory(context, statement.id)) ?? []).filter(({ at }) => statement.asOf === null || at < statement.asOf);
  }

  @FieldResolver(() => [StatementDisputeType], { description: "What was disputed in this version or an earlier one, oldest first." })
  async disputes(@Root() statement: Statement, @Ctx() context: RequestContext): Promise<StatementDisputeType[]> {
    const currency = await currencyOf(context);
    return ((await loadDisputes(context, statement.id)) ?? []).flatMap((dispute) => disputeAsOf(dispute, statement.asOf) ?? []).map((dispute) => toDispute(dispute, currency));
  }

  @FieldResolver(() => [StatementType], { description: "Every version, oldest first; this one is among them." })
  async versions(@Root() statement: Statement, @Ctx() context: RequestContext): Promise<StatementType[]> {
    const currency = await currencyOf(context);
    return ((await loadVersions(context, statement)) ?? []).map((version) => toStatement(version, currency));
  }

  @FieldResolver(() => StatementType, { nullable: true, description: "The newest version; null when this is it." })
  async supersededBy(@Root() statement: Statement, @Ctx() context: RequestContext): Promise<StatementType | null> {
    if (statement.version === statement.newestVersion) return null;
    const newest = (await loadVersions(context, statement))?.at(-1);
    return newest ? toStatement(newest, await currencyOf(context)) : null;
  }
}

@Resolver(() => StatementLineType)
export class StatementLineFieldResolver {
  @FieldResolver(() => UseCaseType, { nullable: true, description: "Null in a resolution that names none, and when it is not yours." })
  useCase(@Root() { line }: { line: StoredLine }, @Ctx() context: RequestContext): Promise<UseCase | null> {
    return line.useCaseId === null ? Promise.resolve(null) : loadUseCase(context, line.useCaseId);
  }

  @FieldResolver(() => CostPoolType, { nullable: true, description: "Null in a resolution that names none." })
  pool(@Root() { line }: { line: StoredLine }, @Ctx() context: RequestContext): Promise<CostPool | null> {
    return line.poolId === null ? Promise.resolve(null) : loadCostPool(context, line.poolId);
  }

  @FieldResolver(() => PeriodType, { description: "The month that the amount was caused in." })
  originPeriod(@Root() { line }: { line: StoredLine }, @Ctx() context: RequestContext): Promise<PeriodType> {
    return periodOf(context, line.originPeriod);
  }

  @FieldResolver(() => AllocationRunType, { nullable: true, description: "The allocation that it comes from; of an adjustment, the one that it corrects." })
  async run(@Root() { line }: { line: StoredLine }, @Ctx() context: RequestContext): Promise<AllocationRunType | null> {
    const run = line.run && (await loadRun(context, line.run.id));
    return run && { ...run, period: await periodOf(context, run.periodKey) };
  }

  @FieldResolver(() => StatementDisputeType, { nullable: true, description: "The newest dispute about this line." })
  async dispute(@Root() { line, asOf }: LineView, @Ctx() context: RequestContext): Promise<StatementDisputeType | null> {
    const dispute = (await loadLineDisputes(context, line.lineId))?.flatMap((each) => disputeAsOf(each, asOf) ?? []).at(-1) ?? null;
    return dispute && toDispute(dispute, await currencyOf(context));
  }

  @FieldResolver(() => [AllocationExplanationType], { description: "How an ALLOCATION line came about, down to the calls: one explanation per part of the pool's rule. Empty for other kinds." })
  async explanation(@Root() { line }: { line: StoredLine }, @Ctx() context: RequestContext): Promise<AllocationExplanation[]> {
    if (line.kind !== "ALLOCATION" || line.run === null || line.useCaseId === null) return [];
    return ((await loadExplanations(context, explanationKey(line.run.id, line.businessUnitId, line.useCaseId))) ?? []).filter(({ pool }) => pool.id === line.poolId);
  }
}

@Resolver(() => StatementDisputeType)
export class StatementDisputeFieldResolver {
  @FieldResolver(() => StatementLineType, { description: "The line that it is about, as it stands in the newest version." })
  async line(@Root() { lineId }: { lineId: string }, @Ctx() context: RequestContext): Promise<StatementLineType> {
    const line = await findLineNode(context, lineId);
    invariant(line, "a dispute without its line");
    return line;
  }
}

@Resolver(() => DisputeResolutionType)
export class DisputeResolutionFieldResolver {
  @Allow("FINANCE", "AUDITOR")
  @FieldResolver(() => [ProgrammeLineType], { description: "What it leaves with the programme." })
  async programmeLines(@Root() { id }: Resolution, @Ctx() context: RequestContext): Promise<ProgrammeLineType[]> {
    const currency = await currencyOf(context);
    return Promise.all(((await loadProgrammeLines(context, id)) ?? []).map(async ({ useCaseId, poolId, amountMinor, description }): Promise<ProgrammeLineType & { amount: MoneyAmount }> => ({
      useCase: useCaseId === null ? null : await loadUseCase(context, useCaseId), pool: poolId === null ? null : await loadCostPool(context, poolId),
      amount: toMoney(amountMinor, currency), description,
    })));
  }
}
