import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { payload } from "../kernel/user-error.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { captureBaseline, lockBaseline } from "./baselines/capture-baseline";
import { baselineStore } from "./baselines/baseline.store";
import { benefitStore } from "./benefit.store";
import {
  ApproveAttributionModelInput, AttributionModelPayload, BaselinePayload, BaselineWhere, BenefitPayload, BenefitPoolPayload, BenefitWhere, CaptureBaselineInput, DefineBenefitInput, DefineBenefitPoolInput, LockBaselineInput, ProposeAttributionModelInput,
} from "./benefits-input.type";
import { attributionPorts, baselinePorts, defineBenefitPoolPorts, defineBenefitPorts } from "./benefits-ports.store";
import { toBenefitView, toPoolView } from "./benefits-view.type";
import { AttributionModelConnection, AttributionModelType, BaselineConnection, BaselineType, BenefitConnection, BenefitPoolConnection, BenefitPoolType, BenefitType } from "./benefits.type";
import { defineBenefit } from "./define-benefit";
import { requireUseCases } from "./ownership.store";
import { approveAttributionModel, proposeAttributionModel } from "./pools/agree-attribution";
import { AttributionModel } from "./pools/attribution-model";
import { Baseline } from "./baselines/baseline";
import { defineBenefitPool } from "./pools/define-benefit-pool";
import { poolStore } from "./pools/pool.store";

const toModelView = (model: AttributionModel): AttributionModelType => ({ ...model, shares: [...model.shares] });
const toBaselineView = (baseline: Baseline): BaselineType => ({ ...baseline, measures: [...baseline.measures] });
const pageOf = <A, B>(page: Page<A>, view: (node: A) => B): Page<B> => ({ ...page, edges: page.edges.map(({ node, cursor }) => ({ cursor, node: view(node) })) });

@Resolver()
export class BenefitsResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => BaselineConnection, { description: "Every version of baselines by use case and version; a unit sees its own." })
  async baselines(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string, @Arg("where", () => BaselineWhere, { nullable: true }) where?: BaselineWhere | null): Promise<Page<BaselineType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => {
      await requireUseCases(tx, where?.useCase);
      return pageOf(await baselineStore(tx).list(where?.useCase ?? null, page), toBaselineView);
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => BenefitConnection, { description: "Benefits by code; a unit sees its own." })
  async benefits(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string, @Arg("where", () => BenefitWhere, { nullable: true }) where?: BenefitWhere | null): Promise<Page<BenefitType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => {
      await requireUseCases(tx, where?.useCase);
      return pageOf(await benefitStore(tx).list({ useCases: where?.useCase ?? null, pool: where?.pool ?? null }, page), (node) => toBenefitView(node, programmeCurrency(tx.scope.programme)));
    });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => BenefitPoolConnection, { description: "Benefit pools by code, with their maximums." })
  async benefitPools(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<BenefitPoolType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => pageOf(await poolStore(tx).listPools(page), (node) => toPoolView(node, programmeCurrency(tx.scope.programme))));
  }

  @Allow("FINANCE", "PROGRAMME_LEAD", "AUDITOR")
  @Query(() => AttributionModelConnection, { description: "Every version of attribution models, oldest first. Shares, no money." })
  async attributionModels(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string, @Arg("pool", () => String, { nullable: true, description: "Code of a benefit pool." }) pool?: string | null): Promise<Page<AttributionModelType>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => pageOf(await poolStore(tx).listModels(pool ?? null, page), toModelView));
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BaselinePayload, {
    description: "Captures what was before a use case went live. The same again answers the newest version; another one says why. BAD_USER_INPUT once the use case is live, unless it is said to be reconstructed, and always for days on which it was live.",
  })
  async captureBaseline(@Ctx() context: RequestContext, @Arg("input", () => CaptureBaselineInput) input: CaptureBaselineInput): Promise<BaselinePayload> {
    return payload(() => context.withTenant(async (tx) => ({ baseline: toBaselineView(await captureBaseline(baselinePorts(tx, context.record, context.clock), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => BaselinePayload, { description: "Locks a baseline: from then on claims are held against it, and it never changes. SAME_PERSON for who captured it, CONFLICT where a newer version is there or usage shows that the use case was live by then. Naturally idempotent." })
  async lockBaseline(@Ctx() context: RequestContext, @Arg("input", () => LockBaselineInput) input: LockBaselineInput): Promise<BaselinePayload> {
    return payload(() => context.withTenant(async (tx) => ({ baseline: toBaselineView(await lockBaseline(baselinePorts(tx, context.record, context.clock), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => BenefitPoolPayload, { description: "Defines a benefit pool, or its maximum from a later month on. The same again answers it. PERIOD_CLOSED for a closed month, CONFLICT where claims from that month on are signed off under another maximum." })
  async defineBenefitPool(@Ctx() context: RequestContext, @Arg("input", () => DefineBenefitPoolInput) input: DefineBenefitPoolInput): Promise<BenefitPoolPayload> {
    return payload(() => context.withTenant(async (tx) => ({ pool: toPoolView(await defineBenefitPool(defineBenefitPoolPorts(tx, context.record), input), programmeCurrency(tx.scope.programme)) })));
  }

  @Allow("FINANCE", "BUSINESS_UNIT")
  @Mutation(() => BenefitPayload, { description: "Names what a use case brings. The same again answers it; it is never changed. NOT_READY without a locked baseline." })
  async defineBenefit(@Ctx() context: RequestContext, @Arg("input", () => DefineBenefitInput) input: DefineBenefitInput): Promise<BenefitPayload> {
    return payload(() => context.withTenant(async (tx) => ({ benefit: toBenefitView(await defineBenefit(defineBenefitPorts(tx, context.record, context.clock), input), programmeCurrency(tx.scope.programme)) })));
  }

  @Allow("FINANCE", "PROGRAMME_LEAD")
  @Mutation(() => AttributionModelPayload, { description: "Proposes which projects a pool's benefit is due to. It holds when finance approves it. BAD_USER_INPUT where the shares are above 1, PERIOD_CLOSED and CONFLICT as for the pool." })
  async proposeAttributionModel(@Ctx() context: RequestContext, @Arg("input", () => ProposeAttributionModelInput) input: ProposeAttributionModelInput): Promise<AttributionModelPayload> {
    return payload(() => context.withTenant(async (tx) => ({ model: toModelView(await proposeAttributionModel(attributionPorts(tx, context.record), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => AttributionModelPayload, { description: "Agrees to an attribution model for finance. SAME_PERSON for its proposer. Naturally idempotent." })
  async approveAttributionModel(@Ctx() context: RequestContext, @Arg("input", () => ApproveAttributionModelInput) input: ApproveAttributionModelInput): Promise<AttributionModelPayload> {
    return payload(() => context.withTenant(async (tx) => ({ model: toModelView(await approveAttributionModel(attributionPorts(tx, context.record), input.version)) })));
  }
}
