import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { Currency, toMoney } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { AllocationRunType } from "../allocation/allocation.type";
import { loadPeriod, loadRun } from "../chargeback/chargeback.loader";
import { findLineNode, toStatement } from "../chargeback/statement-view.resolver";
import { StatementLineType, StatementType } from "../chargeback/statement.type";
import { CostPool } from "../costs";
import { loadCostPool } from "../costs/costs.loader";
import { CostPoolType } from "../costs/costs.type";
import { asNode } from "../governance/governance.resolver";
import { PeriodType } from "../governance/governance.type";
import { BusinessUnit, UseCase, programmeCurrency } from "../tenancy";
import { RequestContext } from "../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../tenancy/tenancy.loader";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { Journal, LineSource } from "./journal";
import { pathOf } from "./journal-path";
import { StoredFile, StoredJournalLine, pageOfLines, pageOfSources } from "./journal.query";
import { JournalFileType, JournalLineConnection, JournalLineSourceConnection, JournalLineSourceType, JournalLineType, JournalType } from "./journal.type";
import { loadFiles, loadOutdated, loadPostedStatements } from "./journals.loader";

const currencyOf = async (context: RequestContext): Promise<Currency> => programmeCurrency((await context.scope()).programme);

/** A journal as it is answered. */
export const toJournal = (journal: Journal, currency: Currency): JournalType & { readonly journal: Journal } =>
  ({ ...journal, debit: toMoney(journal.totalMinor, currency), credit: toMoney(journal.totalMinor, currency), journal });

const toLine = (line: StoredJournalLine, currency: Currency): JournalLineType & { readonly line: StoredJournalLine } => ({
  ...line, segments: [...line.segments], debit: line.debitMinor === 0n ? null : toMoney(line.debitMinor, currency), credit: line.creditMinor === 0n ? null : toMoney(line.creditMinor, currency), line,
});

const toFile = (file: StoredFile, currency: Currency): JournalFileType =>
  ({ ...file, path: pathOf(file.externalId, file.profile), debit: toMoney(file.debitMinor, currency), credit: toMoney(file.creditMinor, currency) });

async function periodOf(context: RequestContext, key: string): Promise<PeriodType> {
  const period = await loadPeriod(context, key);
  invariant(period, "a journal of a period that is not there");
  return asNode(period);
}

@Resolver(() => JournalType)
export class JournalFieldResolver {
  @FieldResolver(() => PeriodType, { description: "The closed month that it posts." })
  period(@Root() { journal }: { journal: Journal }, @Ctx() context: RequestContext): Promise<PeriodType> {
    return periodOf(context, journal.periodKey);
  }

  @FieldResolver(() => JournalLineConnection, { description: "Charges by unit in the order of its statement, then what no unit bears, then the programme's side." })
  async lines(
    @Root() { journal }: { journal: Journal }, @Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<JournalLineType>> {
    const page = { first: requirePageSize(first), after };
    const currency = await currencyOf(context);
    const found = await context.withTenant((tx) => pageOfLines(tx, journal.id, page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toLine(node, currency) })) };
  }

  @FieldResolver(() => Boolean, { description: "True when generateJournal would take it back and post anew: a statement that it posts has a newer version, a unit that is charged has its first one since, or what no unit bears has changed where a rule names it. Never true of a reversal." })
  async outdated(@Root() { journal }: { journal: Journal }, @Ctx() context: RequestContext): Promise<boolean> {
    return (await loadOutdated(context, journal.id)) ?? false;
  }

  @FieldResolver(() => [StatementType], { description: "The versions of statements that it posts, by code of the unit; of a reversal none." })
  async statements(@Root() { journal }: { journal: Journal }, @Ctx() context: RequestContext): Promise<StatementType[]> {
    const currency = await currencyOf(context);
    return ((await loadPostedStatements(context, journal.id)) ?? []).map((statement) => toStatement(statement, currency));
  }

  @FieldResolver(() => [JournalFileType], { description: "What it was written as, by profile." })
  async files(@Root() { journal }: { journal: Journal }, @Ctx() context: RequestContext): Promise<JournalFileType[]> {
    const currency = await currencyOf(context);
    return ((await loadFiles(context, journal.id)) ?? []).map((file) => toFile(file, currency));
  }
}

@Resolver(() => JournalLineType)
export class JournalLineFieldResolver {
  @FieldResolver(() => BusinessUnitType, { nullable: true, description: "Whom it charges; null on the programme's side and of what no unit bears." })
  businessUnit(@Root() { line }: { line: StoredJournalLine }, @Ctx() context: RequestContext): Promise<BusinessUnit | null> {
    return line.businessUnitId === null ? Promise.resolve(null) : loadBusinessUnit(context, line.businessUnitId);
  }

  @FieldResolver(() => UseCaseType, { nullable: true, description: "Null on the programme's side, and in a resolution that names none." })
  useCase(@Root() { line }: { line: StoredJournalLine }, @Ctx() context: RequestContext): Promise<UseCase | null> {
    return line.useCaseId === null ? Promise.resolve(null) : loadUseCase(context, line.useCaseId);
  }

  @FieldResolver(() => CostPoolType, { nullable: true, description: "Null on the programme's side, and in a resolution that names none." })
  pool(@Root() { line }: { line: StoredJournalLine }, @Ctx() context: RequestContext): Promise<CostPool | null> {
    return line.poolId === null ? Promise.resolve(null) : loadCostPool(context, line.poolId);
  }

  @FieldResolver(() => AllocationRunType, { nullable: true, description: "The allocation that the amount comes from." })
  async run(@Root() { line }: { line: StoredJournalLine }, @Ctx() context: RequestContext): Promise<AllocationRunType | null> {
    const run = line.runId === null ? null : await loadRun(context, line.runId);
    return run && { ...run, period: await periodOf(context, run.periodKey) };
  }

  @FieldResolver(() => StatementLineType, { nullable: true, description: "The statement line that a unit's line posts; null on the programme's side: see sources." })
  statementLine(@Root() { line }: { line: StoredJournalLine }, @Ctx() context: RequestContext): Promise<StatementLineType | null> {
    return line.statementLineId === null ? Promise.resolve(null) : findLineNode(context, line.statementLineId);
  }

  @FieldResolver(() => JournalLineSourceConnection, { description: "Every statement line that it takes up. On the programme's side, with what no unit bears, they sum to the line." })
  async sources(
    @Root() { line }: { line: StoredJournalLine }, @Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<JournalLineSourceType>> {
    const page = { first: requirePageSize(first), after };
    const currency = await currencyOf(context);
    const found = await context.withTenant((tx) => pageOfSources(tx, line.journalId, line.lineNo, page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: { amount: toMoney(node.amountMinor, currency), source: node } })) };
  }
}

@Resolver(() => JournalLineSourceType)
export class JournalLineSourceFieldResolver {
  @FieldResolver(() => StatementLineType, { description: "The line of a statement." })
  async statementLine(@Root() { source }: { source: LineSource }, @Ctx() context: RequestContext): Promise<StatementLineType> {
    const line = await findLineNode(context, source.lineId);
    invariant(line, "a journal line of a statement line that is not there");
    return line;
  }
}
