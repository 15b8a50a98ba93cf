import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { Currency, toMoney } from "../../kernel/money";
import { invariant } from "../../kernel/refusal";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { StatementDraft } from "../../chargeback";
import { toAdjustmentLine } from "../../chargeback/adjustment.resolver";
import { asNode } from "../../governance/governance.resolver";
import { BusinessUnit, programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { loadBusinessUnit } from "../../tenancy/tenancy.loader";
import { ClosePreview, previewClose } from "./close-preview.query";
import { ClosePreviewType, DraftStatementType } from "./close-preview.type";

@Resolver()
export class ClosePreviewResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => ClosePreviewType, { nullable: true, description: "A dry run of the close of a month: checks, adjustments, control totals and the hash that it would keep. Stores nothing. Null when no fact ever fell into it; PERIOD_CLOSED after the close." })
  async closePreview(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) period: string): Promise<ClosePreviewType | null> {
    const scope = await context.scope();
    const preview = await previewClose(context.database, scope, context.clock, period);
    return preview && toPreview(context, preview, programmeCurrency(scope.programme));
  }
}

async function toPreview(context: RequestContext, preview: ClosePreview, currency: Currency): Promise<ClosePreviewType> {
  const { period, asOf, checks, hash, legs } = preview;
  return {
    period: asNode(period), asOf, hash, checks: [...checks], ready: checks.every(({ ok }) => ok), balanced: preview.isBalanced,
    legs: { counted: Number(legs.counted), attributed: Number(legs.attributed), unattributed: Number(legs.unattributed) },
    adjustments: await Promise.all(preview.adjustments.map(async ({ origin, lateFrom, lateTo, lateEvents, lateCostEntries, resultHash, lines }) => ({
      originPeriod: origin, lateFrom, lateTo, lateEvents, lateCostEntries, hash: resultHash, lines: await Promise.all(lines.map((line) => toAdjustmentLine(context, line, currency))),
    }))),
    reversals: preview.accruals.map(({ externalId, pool, useCase, amountMinor }) => ({ accrual: externalId, pool, useCase, amount: toMoney(-amountMinor, currency), period: preview.reversedIn })),
    pools: preview.pools.map(({ pool, originPeriod, bookedMinor, receivedMinor, chargedMinor, carriedMinor, undividedMinor }) => {
      const known = preview.poolsByCode.get(pool);
      invariant(known, "a control total of a pool that is not there");
      return { pool: known, originPeriod, booked: toMoney(bookedMinor, currency), received: toMoney(receivedMinor, currency), charged: toMoney(chargedMinor, currency), carried: toMoney(carriedMinor, currency), undivided: toMoney(undividedMinor, currency) };
    }),
    statements: preview.statements.map((draft) => toDraft(preview, draft, currency)),
    units: await Promise.all(preview.units.map(async ({ businessUnitId, allocatedMinor, directMinor, adjustedMinor }) => ({
      businessUnit: await unitOf(context, businessUnitId), allocated: toMoney(allocatedMinor, currency), direct: toMoney(directMinor, currency), adjusted: toMoney(adjustedMinor, currency),
      total: toMoney(allocatedMinor + directMinor + adjustedMinor, currency),
    }))),
  };
}

function toDraft({ unitsByCode, poolsByCode, useCasesByCode }: ClosePreview, { businessUnit, mode, totalMinor, hash, lines }: StatementDraft, currency: Currency): DraftStatementType {
  return {
    businessUnit: known(unitsByCode, businessUnit), status: "DRAFT", mode, total: toMoney(totalMinor, currency), hash,
    lines: lines.map(({ kind, originPeriod, pool, useCase, amountMinor, description }) => ({ kind, originPeriod, pool: known(poolsByCode, pool), useCase: known(useCasesByCode, useCase), amount: toMoney(amountMinor, currency), description })),
  };
}

function known<T>(byCode: ReadonlyMap<string, T>, code: string | null): T {
  const found = code === null ? undefined : byCode.get(code);
  invariant(found, "a draft of a statement names what is not there");
  return found;
}

async function unitOf(context: RequestContext, id: string): Promise<BusinessUnit> {
  const unit = await loadBusinessUnit(context, id);
  invariant(unit, "a control total of a unit that is not there");
  return unit;
}
