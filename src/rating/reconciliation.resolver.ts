import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { Fraction, fraction, multiply, roundHalfUp, subtract } from "../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
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
import { withStandings } from "./statement-standing";
import { vendorStatementStore } from "./vendor-statement.store";

@Resolver()
export class ReconciliationResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => [VendorStatementType], { description: "What vendors say of a month, by vendor and identity, replaced statements too. With a vendor, that vendor's alone." })
  async vendorStatements(
    @Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar, { description: "The month that is charged." }) period: string,
    @Arg("vendor", () => String, { nullable: true, description: "As `provider` of the usage events names it; left out: every vendor's." }) vendor?: string | null,
  ): Promise<VendorStatementType[]> {
    return context.withTenant(async (tx) => withStandings(await vendorStatementStore(tx).statementsOf(period, vendor ?? null)));
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => ReconciliationType, { nullable: true, description: "A vendor's statements of a month beside what was metered and rated of it, component by component where its lines say it, with every difference told by its cause. Null without a statement." })
  async reconciliation(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar, { description: "The month." }) period: string, @Arg("vendor", () => String, { description: "As `provider` of the usage events names it." }) vendor: string): Promise<ReconciliationType | null> {
    return context.withTenant(async (tx) => {
      const found = await reconcile(tx, period, vendor);
      return found && toView(found, programmeCurrency(tx.scope.programme));
    }, { statementTimeoutMs: RATING_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE")
  @Mutation(() => VendorStatementPayload, { description: "Keeps what a vendor says of a month. The same again answers the same statement; other content under its externalId, and the same charges under another one, are CONFLICT. With `replaces` it takes the place of an earlier statement, which is kept. Posts nothing." })
  async bookVendorStatement(@Ctx() context: RequestContext, @Arg("input", () => BookVendorStatementInput) input: BookVendorStatementInput): Promise<VendorStatementPayload> {
    return payload(async () => {
      return context.withTenant(async (tx) => {
        const { statement, isNew } = await bookVendorStatement(bookVendorStatementPorts(tx, context.record), input);
        const ofMonth = withStandings(await vendorStatementStore(tx).statementsOf(statement.period, statement.vendor));
        return { vendorStatement: ofMonth.find(({ id }) => id === statement.id)!, duplicate: !isNew };
      });
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
  const money = (amount: Fraction): MoneyAmount => toMoney(roundHalfUp(amount), currency);
  return {
    vendor: found.vendor, period: found.period, statements: [...found.statements], basis: found.basis, calls: found.calls, meteredMinutes: quantityText(fraction(found.measuredMs, 60_000n)),
    crossChecks: found.crossChecks.map(({ kind, total }) => ({ kind, total: money(total), difference: money(subtract(total, found.theirs)) })),
    billedMinutes: found.billedMs && quantityText(multiply(found.billedMs, minutes)), vendorMinutes: found.vendorMs && quantityText(multiply(found.vendorMs, minutes)),
    ours: money(found.ours), vendorTotal: money(found.theirs), variance: toMoney(found.varianceMinor, currency), tolerated: found.tolerated, settled: isSettled(found), coverage: found.coverage,
    causes: found.causes.map(({ cause, component, legs, amount, refs }) => ({ cause, component, legs, exactAmount: majorText(amount, currency), amount: money(amount), callRefs: [...refs] })),
    components: found.components.map(({ component, ours, theirs }) => ({ component, ours: money(ours), vendorTotal: money(theirs), variance: money(subtract(theirs, ours)) })),
    alarms: [...found.alarms], explanation: found.explanation,
  };
}
