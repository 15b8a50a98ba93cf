import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { periodStore } from "../../governance/period.store";
import { toMoney } from "../../kernel/money";
import { Refusal, invariant } from "../../kernel/refusal";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { payload } from "../../kernel/user-error.type";
import { programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { RequestContext } from "../../tenancy/request-context";
import { baselineStore } from "../baselines/baseline.store";
import { benefitStore } from "../benefit.store";
import { BenefitClaimPayload, BenefitLadderWhere, ClaimBenefitInput, DecideBenefitInput } from "../benefits-input.type";
import { claimBenefitPorts, decideClaimPorts } from "../benefits-ports.store";
import { toLadderView, toPlanView, toPoolClaimView, toPoolView, toStepView, toTotalView } from "../benefits-view.type";
import { BenefitExplanation, BenefitLadder, BenefitLadderRowType, BenefitPoolReport } from "../ladder.type";
import { explainLadder } from "../explain-ladder";
import { LadderRow, ladderRows, planRows, requireRange, standing, totalOf } from "../ladder-report";
import { asWhole, requireUseCases } from "../ownership.store";
import { modelOf } from "../pools/attribution-model";
import { maximumOf } from "../pools/benefit-pool";
import { eliminateOverlap } from "../pools/overlap";
import { poolStore } from "../pools/pool.store";
import { useCasesWithoutBaseline } from "./unready.query";
import { Claim } from "./claim";
import { claimBenefit } from "./claim-benefit";
import { claimStore } from "./claim.store";
import { rejectBenefit, signOffBenefit } from "./decide-claim";
import { meteredFigure } from "./metered-figure.query";

const SNAPSHOT = { isolation: "REPEATABLE READ" } as const;
const MOST_ROWS = 20_000;

@Resolver()
export class ClaimsResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => BenefitLadder, {
    description: "The attribution ladder by month of origin: counterfactual, residual, gross, share, confidence, attributed, cashable and not, with what is eliminated and what was planned. Shows what stands; all versions where asked for. A unit sees its own rows. LIMIT_EXCEEDED beyond 60 months or 20,000 rows.",
  })
  async benefitLadder(
    @Ctx() context: RequestContext,
    @Arg("from", () => PeriodKeyScalar) from: string,
    @Arg("to", () => PeriodKeyScalar) to: string,
    @Arg("where", () => BenefitLadderWhere, { nullable: true }) where?: BenefitLadderWhere | null,
    @Arg("allVersions", () => Boolean, { defaultValue: false, description: "True: superseded and rejected versions too." }) allVersions?: boolean,
  ): Promise<BenefitLadder> {
    const months = requireRange(from, to);
    const asOf = new Date(context.clock.now());
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      await requireUseCases(tx, where?.useCase);
      const claims = await claimStore(tx).list({ from, to, useCases: where?.useCase ?? null, benefits: where?.benefit ?? null }, MOST_ROWS + 1);
      if (claims.length > MOST_ROWS) throw new Refusal("LIMIT_EXCEEDED", `This has more than ${MOST_ROWS} rows. Ask for fewer months or use cases.`, ["to"]);
      const rows = ladderRows(claims, await benefitsOf(tx, claims), await claimStore(tx).eliminated({ from, to }, null));
      const plan = planRows(await benefitStore(tx).matching(where?.useCase ?? null, where?.benefit ?? null), months, rows);
      return {
        rows: (allVersions ? rows : standing(rows)).map((row) => toLadderView(row, currency)), total: toTotalView(totalOf(rows), currency), plan: plan.map((row) => toPlanView(row, currency)),
        planned: toMoney(plan.reduce((total, { plannedMinor }) => total + plannedMinor, 0n), currency), missing: await useCasesWithoutBaseline(tx, where?.useCase ?? null), asOf,
      };
    }, SNAPSHOT);
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => BenefitExplanation, { nullable: true, description: "A row of the ladder drilled down: every step with its figures in place, the baseline, the model, and metered figures counted again. Null for what does not exist or is not yours. Without a version: the newest." })
  async explainBenefit(@Ctx() context: RequestContext, @Arg("benefit", () => String) code: string, @Arg("period", () => PeriodKeyScalar) period: string, @Arg("version", () => Int, { nullable: true }) version?: number | null): Promise<BenefitExplanation | null> {
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      const versions = await claimStore(tx).list({ from: period, to: period, useCases: null, benefits: [code] }, MOST_ROWS);
      const claim = version === undefined || version === null ? versions.at(-1) : versions.find((each) => each.version === version);
      const row = claim && (await rowsOf(tx, versions)).find((each) => each.claim.version === claim.version);
      if (!claim || !row) return null;
      const { useCase } = row.benefit;
      return asWhole(tx, async () => {
        const baseline = (await baselineStore(tx).baselinesOf(useCase)).find((each) => each.version === claim.baselineVersion);
        const model = (await poolStore(tx).models()).find((each) => each.version === claim.modelVersion);
        invariant(baseline && model, "a claim without its baseline or its model");
        const recounts = [];
        for (const { name, value, metered } of claim.figures) if (metered) recounts.push({ name, claimed: value, now: await meteredFigure(tx, useCase, period, metered) });
        return { row: toLadderView(row, currency), steps: explainLadder(claim, currency).map((step) => toStepView(step, currency)), baseline: { ...baseline, measures: [...baseline.measures] }, model: { ...model, shares: [...model.shares] }, recounts };
      });
    }, SNAPSHOT);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => BenefitPoolReport, { nullable: true, description: "Claims of a month on a pool in their order, what each found left of the maximum, and what is eliminated: once, after the claim's own factors. Null for a code that nothing has." })
  async benefitPool(@Ctx() context: RequestContext, @Arg("code", () => String) code: string, @Arg("period", () => PeriodKeyScalar) period: string): Promise<BenefitPoolReport | null> {
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      const pool = await poolStore(tx).findPool(code);
      if (!pool) return null;
      const maximum = maximumOf(pool, period);
      const benefits = new Map((await benefitStore(tx).ofPool(code)).map((each) => [each.id, each]));
      const claims = maximum ? eliminateOverlap(maximum.maximumMinor, await claimStore(tx).signedClaims(code, period)) : [];
      const model = modelOf(await poolStore(tx).models(), code, period);
      return {
        pool: toPoolView(pool, currency), period, periodStatus: (await periodStore(tx).find(period))?.status ?? null, maximum: maximum && toMoney(maximum.maximumMinor, currency), model: model && { ...model, shares: [...model.shares] },
        claims: claims.map((each) => toPoolClaimView(each, benefits.get(each.benefitId)!, currency)), kept: toMoney(claims.reduce((total, { keptGrossMinor }) => total + keptGrossMinor, 0n), currency),
        overlap: toMoney(claims.reduce((total, { overlapMinor }) => total + overlapMinor, 0n), currency),
      };
    }, SNAPSHOT);
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BenefitClaimPayload, {
    description: "Claims what a benefit brought in a month; nothing is recognised before finance signs off. The same again answers the newest version; a revision names it and says why. NOT_READY without a locked baseline, a pool's maximum and an agreed model; CURRENCY_MISMATCH for another currency; BAD_USER_INPUT for figures below 0, confidence out of its tier, or cashable benefit without a ledger line.",
  })
  async claimBenefit(@Ctx() context: RequestContext, @Arg("input", () => ClaimBenefitInput) input: ClaimBenefitInput): Promise<BenefitClaimPayload> {
    return payload(() => context.withTenant(async (tx) => ({ row: await viewOf(tx, await claimBenefit(claimBenefitPorts(tx, context.record, context.clock), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => BenefitClaimPayload, {
    description: "Recognises a claim: in its month or, where that is closed, in the first open one as the difference from what was recognised before. Settles the overlap on its pool anew. SAME_PERSON for the claimant, CONFLICT where metering, baseline or model say otherwise by now. Naturally idempotent.",
  })
  async signOffBenefit(@Ctx() context: RequestContext, @Arg("input", () => DecideBenefitInput) input: DecideBenefitInput): Promise<BenefitClaimPayload> {
    return payload(() => context.withTenant(async (tx) => ({ row: await viewOf(tx, await signOffBenefit(decideClaimPorts(tx, context.record, context.clock), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => BenefitClaimPayload, { description: "Rejects a claim with a note. SAME_PERSON for the claimant, CONFLICT for one that is signed off. Naturally idempotent." })
  async rejectBenefit(@Ctx() context: RequestContext, @Arg("input", () => DecideBenefitInput) input: DecideBenefitInput): Promise<BenefitClaimPayload> {
    return payload(() => context.withTenant(async (tx) => ({ row: await viewOf(tx, await rejectBenefit(decideClaimPorts(tx, context.record, context.clock), input)) })));
  }
}

/** Benefits of rows that the caller sees: also those that an earlier owner of the use case named. */
const benefitsOf = (tx: TenantTransaction, claims: readonly Claim[]) => asWhole(tx, () => benefitStore(tx).byIds([...new Set(claims.map(({ benefitId }) => benefitId))]));

async function rowsOf(tx: TenantTransaction, versions: readonly Claim[]): Promise<LadderRow[]> {
  const period = versions[0]?.period;
  return period === undefined ? [] : ladderRows(versions, await benefitsOf(tx, versions), await claimStore(tx).eliminated({ from: period, to: period }, null));
}

async function viewOf(tx: TenantTransaction, claim: Claim): Promise<BenefitLadderRowType> {
  const rows = await rowsOf(tx, await asWhole(tx, () => claimStore(tx).versionsOf({ id: claim.benefitId }, claim.period)));
  const row = rows.find(({ claim: { id } }) => id === claim.id);
  invariant(row, "a claim that was just saved is not there");
  return toLadderView(row, programmeCurrency(tx.scope.programme));
}
