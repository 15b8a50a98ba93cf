import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { Refusal } from "../kernel/refusal";
import { DateTimeScalar, PeriodKeyScalar } from "../kernel/scalars";
import { payload } from "../kernel/user-error.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction, TransactionOptions } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { acceptStatement } from "./accept-statement";
import { acceptStatementPorts, disputeStatementPorts, issueStatementsPorts, postStatementsPorts, replyToDisputePorts, settleStatementsPorts } from "./chargeback-ports.store";
import { settleStatements } from "./deadlines/settle-statements";
import { disputeStatement } from "./dispute-statement";
import { issueStatements } from "./issue-statements";
import { postStatements } from "./post-statements";
import { replyToDispute } from "./reply-to-dispute";
import { resolveDispute } from "./resolve-dispute";
import { resolveDisputePorts } from "./resolve-ports.store";
import { FiguresView, Statement } from "./statement";
import {
  AcceptStatementInput, DisputeStatementInput, IssueStatementsInput, IssueStatementsPayload, PostStatementsInput, PostStatementsPayload, ReplyToDisputeInput, ResolveDisputeInput,
  SettleStatementsInput, SettleStatementsPayload, StatementPayload, StatementWhere,
} from "./statement-input.type";
import { toStatement } from "./statement-view.resolver";
import { listStatements, statementsAsOf } from "./statement.query";
import { FiguresViewEnum, StatementConnection, StatementType } from "./statement.type";

/** Statements of a whole programme are written and proved at once: longer than a read of the API may take. */
const WHOLE_MONTH: TransactionOptions = { statementTimeoutMs: 120_000 };

@Resolver()
export class StatementResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => StatementType, { nullable: true, description: "The newest version of a unit's statement of a month, with its status as it is now, or as it was known on a day; null when there is none, or none that is yours." })
  async statement(
    @Ctx() context: RequestContext,
    @Arg("businessUnit", () => String) businessUnit: string,
    @Arg("period", () => PeriodKeyScalar) period: string,
    @Arg("view", () => FiguresViewEnum, { defaultValue: "RESTATED", description: "POSTED leaves out versions that a restatement of the month went into." }) view: FiguresView,
    @Arg("asOf", () => DateTimeScalar, { nullable: true, description: "The newest version that was issued before this instant, with the status, history and disputes that were known then." }) asOf?: Date | null,
  ): Promise<StatementType | null> {
    return context.withTenant(async (tx) => {
      const [found] = await statementsAsOf(tx, [businessUnit], period, view, asOf ?? null);
      return found ? viewed(tx, found) : null;
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => StatementConnection, { description: "Statements by month, code of the unit and version; a unit sees its own." })
  async statements(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => StatementWhere, { nullable: true }) where?: StatementWhere | null,
  ): Promise<Page<StatementType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => {
      const found = await listStatements(tx, { period: where?.period ?? null, unitIds: await unitIdsOf(tx, where?.businessUnit), statuses: where?.status ?? null, asOf: where?.asOf ?? null }, page);
      return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: viewed(tx, node) })) };
    });
  }

  @Allow("FINANCE")
  @Mutation(() => IssueStatementsPayload, { description: "Makes one statement per business unit of a closed period. Naturally idempotent; PERIOD_OPEN before the close." })
  async issueStatements(@Ctx() context: RequestContext, @Arg("input", () => IssueStatementsInput) input: IssueStatementsInput): Promise<IssueStatementsPayload> {
    return payload(() => context.withTenant(async (tx) => ({ statements: (await issueStatements(issueStatementsPorts(tx, context.record), input)).map((each) => viewed(tx, each)) }), WHOLE_MONTH));
  }

  @Allow("BUSINESS_UNIT")
  @Mutation(() => StatementPayload, { description: "Accepts a statement of one's own. Naturally idempotent; CONFLICT while it is disputed, when it is posted or superseded." })
  async acceptStatement(@Ctx() context: RequestContext, @Arg("input", () => AcceptStatementInput) input: AcceptStatementInput): Promise<StatementPayload> {
    return payload(() => context.withTenant(async (tx) => ({ statement: viewed(tx, await acceptStatement(acceptStatementPorts(tx, context.record), input)) })));
  }

  @Allow("BUSINESS_UNIT")
  @Mutation(() => StatementPayload, { description: "Objects to lines of a statement of one's own, until its last day for that (disputableUntil) and until it is posted; CONFLICT afterwards, and for a line whose dispute is still open." })
  async disputeStatement(@Ctx() context: RequestContext, @Arg("input", () => DisputeStatementInput) input: DisputeStatementInput): Promise<StatementPayload> {
    return payload(() => context.withTenant(async (tx) => ({ statement: viewed(tx, await disputeStatement(disputeStatementPorts(tx, context.record), input)) })));
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => StatementPayload, { description: "Writes to the other side about a line that is disputed, and changes no status. NOT_FOUND for a line that never was; CONFLICT once finance has resolved it." })
  async replyToDispute(@Ctx() context: RequestContext, @Arg("input", () => ReplyToDisputeInput) input: ReplyToDisputeInput): Promise<StatementPayload> {
    return payload(() => context.withTenant(async (tx) => ({ statement: viewed(tx, await replyToDispute(replyToDisputePorts(tx, context.record), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => SettleStatementsPayload, { description: "Accepts the statements of a period that were not disputed in time, where their rules take silence for acceptance; each gets an event with the rule as its reason. Naturally idempotent; postStatements does it first." })
  async settleStatements(@Ctx() context: RequestContext, @Arg("input", () => SettleStatementsInput) input: SettleStatementsInput): Promise<SettleStatementsPayload> {
    return payload(() => context.withTenant(async (tx) => ({ statements: (await settleStatements(settleStatementsPorts(tx, context.record), input)).map((each) => viewed(tx, each)) }), WHOLE_MONTH));
  }

  @Allow("FINANCE")
  @Mutation(() => StatementPayload, { description: "Resolves every open dispute of a statement. Without lines they are rejected; with lines, which sum to zero, each unit named gets a new version. Answers the disputed unit's." })
  async resolveDispute(@Ctx() context: RequestContext, @Arg("input", () => ResolveDisputeInput) input: ResolveDisputeInput): Promise<StatementPayload> {
    return payload(() => context.withTenant(async (tx) => ({ statement: viewed(tx, await resolveDispute(resolveDisputePorts(tx, context.record), input)) }), WHOLE_MONTH));
  }

  @Allow("FINANCE")
  @Mutation(() => PostStatementsPayload, { description: "Posts the statements of a period: they stay as they are from then on. NOT_READY, with the units it waits for, until each is accepted or adjusted; what silence accepts by the rules is accepted first. Naturally idempotent." })
  async postStatements(@Ctx() context: RequestContext, @Arg("input", () => PostStatementsInput) input: PostStatementsInput): Promise<PostStatementsPayload> {
    return payload(() => context.withTenant(async (tx) => ({ statements: (await postStatements(postStatementsPorts(tx, context.record), input)).map((each) => viewed(tx, each)) }), WHOLE_MONTH));
  }
}

const viewed = (tx: TenantTransaction, statement: Statement): StatementType => toStatement(statement, programmeCurrency(tx.scope.programme));

async function unitIdsOf(tx: TenantTransaction, codes: readonly string[] | null | undefined): Promise<string[] | null> {
  if (!codes) return null;
  const known = await tenancyStore(tx).unitIds(codes);
  return codes.map((code) => {
    const id = known.get(code);
    if (!id) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, ["where", "businessUnit"]);
    return id;
  });
}
