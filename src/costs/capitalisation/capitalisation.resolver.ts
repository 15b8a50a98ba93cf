import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { toMoney } from "../../kernel/money";
import { Page, requirePageSize } from "../../kernel/paging";
import { monthsBetween, shiftPeriod } from "../../kernel/period";
import { Refusal, invariant } from "../../kernel/refusal";
import { payload } from "../../kernel/user-error.type";
import { programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { RequestContext } from "../../tenancy/request-context";
import { loadUseCase } from "../../tenancy/tenancy.loader";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { Amortisation } from "./amortise";
import { bookImplementationCost } from "./book-implementation-cost";
import { CapitalisationPolicy } from "./capitalisation";
import { assetPorts, bookImplementationCostPorts, capitalisationPolicyPorts } from "./capitalisation-ports.store";
import { AssetView, StoredImplementationCost, amortisation, findStoredImplementationCost, listAssets, listImplementationCosts } from "./capitalisation.query";
import { capitalisationStore } from "./capitalisation.store";
import {
  ApproveCapitalisationPolicyInput, AssetPayload, AssetType, BookImplementationCostInput, CapitalisationPolicyPayload, CapitalisationPolicyType, ImplementationCostConnection, ImplementationCostPayload, ImplementationCostType,
  ImplementationCostWhere, ProposeCapitalisationPolicyInput, PutInServiceInput, RetireAssetInput,
} from "./capitalisation.type";
import { approveCapitalisationPolicy, proposeCapitalisationPolicy } from "./propose-capitalisation-policy";
import { Asset, putInService, retireAsset } from "./put-in-service";

@Resolver()
export class CapitalisationResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => [CapitalisationPolicyType], { description: "Every version of the firm's capitalisation policy, oldest first." })
  async capitalisationPolicies(@Ctx() context: RequestContext): Promise<CapitalisationPolicyType[]> {
    return (await context.withTenant((tx) => capitalisationStore(tx).policies())).map(toPolicyView);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => ImplementationCostConnection, { description: "Booked implementation cost by externalId." })
  async implementationCosts(
    @Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string, @Arg("where", () => ImplementationCostWhere, { nullable: true }) where?: ImplementationCostWhere | null,
  ): Promise<Page<ImplementationCostType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant(async (tx) => {
      if (where?.useCase && (await tenancyStore(tx).findUseCases([where.useCase])).length === 0) throw new Refusal("NOT_FOUND", `There is no use case ${where.useCase.slice(0, 64)}.`, ["where", "useCase"]);
      return listImplementationCosts(tx, { period: where?.period ?? null, useCase: where?.useCase ?? null }, page);
    });
    return { ...found, edges: await Promise.all(found.edges.map(async ({ node, cursor }) => ({ cursor, node: await toCostView(context, node) }))) };
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => [AssetType], { description: "Capitalised implementation cost in service, by use case, with its months." })
  async implementationAssets(@Ctx() context: RequestContext): Promise<AssetType[]> {
    const found = await context.withTenant(async (tx) => {
      const assets = await listAssets(tx);
      return { assets, months: await monthsOf(tx, assets) };
    }, { isolation: "REPEATABLE READ" });
    return Promise.all(found.assets.map((asset) => toAssetView(context, asset, found.months)));
  }

  @Allow("FINANCE")
  @Mutation(() => CapitalisationPolicyPayload, { description: "Proposes what of implementation cost becomes an asset. It takes effect when a second person approves it. The same again answers the newest version. PERIOD_CLOSED where a closed month has a policy already." })
  async proposeCapitalisationPolicy(@Ctx() context: RequestContext, @Arg("input", () => ProposeCapitalisationPolicyInput) input: ProposeCapitalisationPolicyInput): Promise<CapitalisationPolicyPayload> {
    return payload(async () => ({ policy: toPolicyView(await context.withTenant((tx) => proposeCapitalisationPolicy(capitalisationPolicyPorts(tx, context.record), input))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => CapitalisationPolicyPayload, { description: "Approves a capitalisation policy; SAME_PERSON for its proposer. What was booked before keeps its treatment. Naturally idempotent." })
  async approveCapitalisationPolicy(@Ctx() context: RequestContext, @Arg("input", () => ApproveCapitalisationPolicyInput) input: ApproveCapitalisationPolicyInput): Promise<CapitalisationPolicyPayload> {
    return payload(async () => ({ policy: toPolicyView(await context.withTenant((tx) => approveCapitalisationPolicy(capitalisationPolicyPorts(tx, context.record), input.version))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => ImplementationCostPayload, { description: "Books implementation cost to a use case; the policy of its month says whether it becomes an asset. NOT_READY without an approved policy, CONFLICT for other content under the same externalId. Idempotent by externalId." })
  async bookImplementationCost(@Ctx() context: RequestContext, @Arg("input", () => BookImplementationCostInput) input: BookImplementationCostInput): Promise<ImplementationCostPayload> {
    return payload(async () => {
      const stored = await context.withTenant(async (tx) => findStoredImplementationCost(tx, (await bookImplementationCost(bookImplementationCostPorts(tx, context.record), input)).externalId));
      invariant(stored, "an implementation cost that was just booked is not there");
      return { cost: await toCostView(context, stored) };
    });
  }

  @Allow("FINANCE")
  @Mutation(() => AssetPayload, { description: "Puts a use case's capitalised cost in service. BAD_USER_INPUT when it would be used for longer than the contract runs, CONFLICT for other terms than it has. Naturally idempotent." })
  async putInService(@Ctx() context: RequestContext, @Arg("input", () => PutInServiceInput) input: PutInServiceInput): Promise<AssetPayload> {
    return payload(async () => ({ asset: await changed(context, (tx) => putInService(assetPorts(tx, context.record), input)) }));
  }

  @Allow("FINANCE")
  @Mutation(() => AssetPayload, { description: "Retires a use case's asset after its last month of use: the remainder is an impairment of that month. PERIOD_CLOSED for a closed month. Naturally idempotent." })
  async retireAsset(@Ctx() context: RequestContext, @Arg("input", () => RetireAssetInput) input: RetireAssetInput): Promise<AssetPayload> {
    return payload(async () => ({ asset: await changed(context, (tx) => retireAsset(assetPorts(tx, context.record), input)) }));
  }
}

async function changed(context: RequestContext, work: (tx: TenantTransaction) => Promise<Asset>): Promise<AssetType> {
  const { asset, months } = await context.withTenant(async (tx) => {
    const { id } = await work(tx);
    const found = (await listAssets(tx)).find((each) => each.id === id);
    invariant(found, "an asset that was just changed is not there");
    return { asset: found, months: await monthsOf(tx, [found]) };
  });
  return toAssetView(context, asset, months);
}

/** Every month that may have an amount; what came late may be caught up after the useful months, in the month that opened then. */
async function monthsOf(tx: TenantTransaction, assets: readonly AssetView[]): Promise<Amortisation[]> {
  const first = assets.map(({ goLive }) => goLive).sort()[0];
  if (first === undefined) return [];
  const [newest] = await tx.query<{ key: string | null }>("select max(key) as key from governance.period where programme_id = $1", [tx.scope.programme.id]);
  const ends = [...assets.map(({ goLive, usefulMonths }) => shiftPeriod(goLive, usefulMonths)), shiftPeriod(newest!.key ?? first, 1)].sort();
  return amortisation(tx, monthsBetween(first, ends.at(-1)!));
}

function toPolicyView(policy: CapitalisationPolicy): CapitalisationPolicyType {
  return { ...policy, treatments: [...policy.treatments], status: policy.approvedBy === null ? "PROPOSED" : "APPROVED" };
}

async function toCostView(context: RequestContext, { amountMinor, useCaseId, ...cost }: StoredImplementationCost): Promise<ImplementationCostType> {
  return { ...cost, useCase: await loadUseCase(context, useCaseId), amount: toMoney(amountMinor, programmeCurrency((await context.scope()).programme)) };
}

async function toAssetView(context: RequestContext, { capitalisedMinor, useCaseId, ...asset }: AssetView, months: readonly Amortisation[]): Promise<AssetType> {
  const currency = programmeCurrency((await context.scope()).programme);
  return {
    ...asset, useCase: await loadUseCase(context, useCaseId), capitalised: toMoney(capitalisedMinor, currency),
    months: months.filter(({ assetId }) => assetId === asset.id).map(({ period, amortisationMinor, impairmentMinor }) => ({ period, amortisation: toMoney(amortisationMinor, currency), impairment: toMoney(impairmentMinor, currency) })),
  };
}
