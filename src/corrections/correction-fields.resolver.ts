import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { Page, requirePageSize } from "../kernel/paging";
import { toUsageEvents } from "../metering/usage-view.type";
import { UsageEventConnection, UsageEventType } from "../metering/usage.type";
import { UseCase } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { loadUseCase } from "../tenancy/tenancy.loader";
import { UseCaseType } from "../tenancy/tenancy.type";
import { Correction } from "./correction";
import { correctionStore } from "./correction.store";
import { CorrectionView, toCorrectionView, toEffect } from "./correction-view.type";
import { CorrectionEffectType, CorrectionType } from "./correction.type";
import { correctionsOfRows, listCorrectionLegs } from "./corrections.query";

/** The correction of an opaque id; null when it is of something else or there is none. */
export async function findCorrectionView(context: RequestContext, id: string): Promise<CorrectionView | null> {
  const node = fromNodeId(id);
  if (node?.type !== "Correction" || !isUuid(node.key)) return null;
  return findCorrectionNode(context, node.key);
}

/** For `node`. */
export async function findCorrectionNode(context: RequestContext, key: string): Promise<CorrectionView | null> {
  const found = await context.withTenant((tx) => correctionStore(tx).findCorrection(key));
  return found && toCorrectionView(found);
}

@Resolver(() => CorrectionType)
export class CorrectionFieldResolver {
  @FieldResolver(() => UseCaseType, { nullable: true, description: "ATTRIBUTE: the use case that the legs belong to." })
  async useCase(@Root() { document }: CorrectionView, @Ctx() context: RequestContext): Promise<UseCase | null> {
    return document.useCaseId === null ? null : loadUseCase(context, document.useCaseId);
  }

  @FieldResolver(() => CorrectionEffectType, { description: "What it changes, as it was worked out when it was proposed." })
  async effect(@Root() { document }: CorrectionView, @Ctx() context: RequestContext): Promise<CorrectionEffectType> {
    return context.withTenant((tx) => toEffect(tx, document.effect));
  }

  @FieldResolver(() => UsageEventConnection, { description: "Its legs: by the row that it wrote for each or, before it is applied, by the row by which each counted. Of a backfill that is not applied there are none." })
  async legs(@Root() { document }: CorrectionView, @Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<UsageEventType>> {
    const page = { first: requirePageSize(first), after };
    return toUsageEvents(context, await context.withTenant((tx) => listCorrectionLegs(tx, document.id, page)));
  }
}

@Resolver(() => UsageEventType)
export class UsageEventCorrectionResolver {
  @Allow("FINANCE", "AUDITOR")
  @FieldResolver(() => CorrectionType, { nullable: true, description: "The correction that wrote this row, with reason and actor; null for what was received." })
  async correction(@Root() event: UsageEventType, @Ctx() context: RequestContext): Promise<CorrectionType | null> {
    const loader = await context.loader<Correction>("CorrectionOfRow", (tx, keys) => correctionsOfRows(tx, keys));
    const found = await loader.load(event.id);
    return found && toCorrectionView(found);
  }
}
