import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { fraction, multiply, roundHalfUp } from "../kernel/fraction";
import { Currency, toMoney } from "../kernel/money";
import { PeriodKeyScalar } from "../kernel/scalars";
import { payload } from "../kernel/user-error.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { bookVendorStatement } from "./book-vendor-statement";
import { explainVariance } from "./explain-variance";
import { bookVendorStatementPorts, explainVariancePorts } from "./reconciliation-ports.store";
import { RATING_TIMEOUT_MS } from "./rating.resolver";
import { Reconciliation, isSettled } from "./reconciliation";
import { reconcile } from "./reconciliation.query";
import { BookVendorStatementInput, ExplainVarianceInput, ReconciliationPayload, ReconciliationType, VendorStatementPayload, VendorStatementType } from "./reconciliation.type";
import { majorText, quantityText } from "./usage-cost-explanation.type";
import { vendorStatementStore } from "./vendor-statement.store";

@Resolver()
export class ReconciliationResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => [VendorStatementType], { description: "What vendors say of a month, by vendor and identity." })
  async vendorStatements(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) period: string): Promise<VendorStatementType[]> {
    return context.withTenant((tx) => vendorStatementStore(tx).statementsOf(period, null)) as Promise<VendorStatementType[]>;
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => ReconciliationType, { nullable: true, description: "A vendor's statements of a month beside what was metered and rated of it, with every difference told by its cause where call ids allow it. Null without a statement." })
  async reconciliation(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) period: string, @Arg("vendor", () => String) vendor: string): Promise<ReconciliationType | null> {
    return context.withTenant(async (tx) => {
      const found = await reconcile(tx, period, vendor);
      return found && toView(found, programmeCurrency(tx.scope.programme));
    }, { statementTimeoutMs: RATING_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE")
  @Mutation(() => VendorStatementPayload, { description: "Keeps what a vendor says of a month. The same again answers the same statement; other content under its externalId is CONFLICT. Posts nothing." })
  async bookVendorStatement(@Ctx() context: RequestContext, @Arg("input", () => BookVendorStatementInput) input: BookVendorStatementInput): Promise<VendorStatementPayload> {
    return payload(async () => {
      const { statement, isNew } = await context.withTenant((tx) => bookVendorStatement(bookVendorStatementPorts(tx, context.record), input));
      return { vendorStatement: statement as VendorStatementType, duplicate: !isNew };
    });
  }

  @Allow("FINANCE")
  @Mutation(() => ReconciliationPayload, { description: "Explains the difference of a vendor's month as it stands now: it no longer holds the close up, until the figures change. NOT_FOUND without a statement." })
  async explainVariance(@Ctx() context: RequestContext, @Arg("input", () => ExplainVarianceInput) input: ExplainVarianceInput): Promise<ReconciliationPayload> {
    return payload(() => context.withTenant(async (tx) => ({ reconciliation: toView(await explainVariance(explainVariancePorts(tx, context.record), input), programmeCurrency(tx.scope.programme)) }), { statementTimeoutMs: RATING_TIMEOUT_MS }));
  }
}

function toView(found: Reconciliation, currency: Currency): ReconciliationType {
  const minutes = fraction(1n, 60_000n);
  return {
    vendor: found.vendor, period: found.period, statements: [...found.statements] as VendorStatementType[], calls: found.calls, meteredMinutes: quantityText(fraction(found.measuredMs, 60_000n)),
    billedMinutes: found.billedMs && quantityText(multiply(found.billedMs, minutes)), vendorMinutes: found.vendorMs && quantityText(multiply(found.vendorMs, minutes)),
    ours: toMoney(roundHalfUp(found.ours), currency), vendorTotal: toMoney(roundHalfUp(found.theirs), currency), variance: toMoney(found.varianceMinor, currency), tolerated: found.tolerated, settled: isSettled(found),
    coverage: found.coverage, causes: found.causes.map(({ cause, legs, amount, refs }) => ({ cause, legs, exactAmount: majorText(amount, currency), amount: toMoney(roundHalfUp(amount), currency), callRefs: [...refs] })),
    alarms: [...found.alarms], explanation: found.explanation,
  };
}
