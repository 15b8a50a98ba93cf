import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { Page, requirePageSize } from "../../kernel/paging";
import { Refusal, invariant } from "../../kernel/refusal";
import { payload } from "../../kernel/user-error.type";
import { BusinessUnit, OwnershipChange, mergeBusinessUnits, moveUseCase, splitBusinessUnit } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { listOwnershipChanges, movesOfChanges } from "../../tenancy/ownership.query";
import { findClosings } from "../../tenancy/ownership.store";
import { RequestContext } from "../../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../../tenancy/tenancy.loader";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { BusinessUnitType } from "../../tenancy/tenancy.type";
import { DateTimeScalar } from "../../kernel/scalars";
import { changeOwnershipPorts, splitBusinessUnitPorts } from "./ownership-ports.store";
import {
  MergeBusinessUnitsInput, MoveUseCaseInput, OwnershipChangeConnection, OwnershipChangePayload, OwnershipChangeType, OwnershipChangeWhere, OwnershipMoveType, SplitBusinessUnitInput,
} from "./ownership.type";

/** A month of a large use case may follow its new owner: longer than a request of the API may take. */
const MOVE_TIMEOUT_MS = 60_000;

@Resolver(() => OwnershipChangeType)
export class OwnershipResolver {
  @Allow("FINANCE", "PROGRAMME_LEAD", "AUDITOR", "ADMIN")
  @Query(() => OwnershipChangeConnection, { description: "Changes of who owns what, newest first." })
  async ownershipChanges(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => OwnershipChangeWhere, { nullable: true }) where?: OwnershipChangeWhere | null,
  ): Promise<Page<OwnershipChange>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant(async (tx) => {
      const useCase = where?.useCase ? await requireFound(tenancyStore(tx).findUseCases([where.useCase]), `use case ${where.useCase.slice(0, 64)}`, "useCase") : null;
      const unit = where?.businessUnit ? await requireFound(tenancyStore(tx).findBusinessUnits([where.businessUnit]), `business unit ${where.businessUnit.slice(0, 64)}`, "businessUnit") : null;
      return listOwnershipChanges(tx, { useCaseId: useCase?.id ?? null, unitId: unit?.id ?? null }, page);
    });
  }

  @Allow("FINANCE", "ADMIN")
  @Mutation(() => OwnershipChangePayload, {
    description: "Gives a use case to another unit from a day on. Usage of it that is stored already and ended from that day on follows; owners planned for later days stay planned. Naturally idempotent.",
  })
  moveUseCase(@Ctx() context: RequestContext, @Arg("input", () => MoveUseCaseInput) input: MoveUseCaseInput): Promise<OwnershipChangePayload> {
    return changed(context, (tx) => moveUseCase(changeOwnershipPorts(tx, context.record), input));
  }

  @Allow("FINANCE", "ADMIN")
  @Mutation(() => OwnershipChangePayload, {
    description: "Ends units from a day on: their use cases go to another unit, and they take no new ones. They stay readable, and statements of earlier months still go out to them. Naturally idempotent.",
  })
  mergeBusinessUnits(@Ctx() context: RequestContext, @Arg("input", () => MergeBusinessUnitsInput) input: MergeBusinessUnitsInput): Promise<OwnershipChangePayload> {
    return changed(context, (tx) => mergeBusinessUnits(changeOwnershipPorts(tx, context.record), input));
  }

  @Allow("FINANCE", "ADMIN")
  @Mutation(() => OwnershipChangePayload, { description: "Makes a unit out of another: some of its use cases are the new unit's from a day on. All or nothing; naturally idempotent." })
  splitBusinessUnit(@Ctx() context: RequestContext, @Arg("input", () => SplitBusinessUnitInput) input: SplitBusinessUnitInput): Promise<OwnershipChangePayload> {
    return changed(context, (tx) => splitBusinessUnit(splitBusinessUnitPorts(tx, context.record), input));
  }

  @FieldResolver(() => [OwnershipMoveType], { description: "What went from whom to whom, by code of the use case." })
  async moves(@Root() change: OwnershipChange, @Ctx() context: RequestContext): Promise<OwnershipMoveType[]> {
    const loader = await context.loader("OwnershipMoves", movesOfChanges);
    return Promise.all(
      ((await loader.load(change.id)) ?? []).map(async ({ useCaseId, fromUnitId, toUnitId, effectiveFromMs }) => {
        const [useCase, from, to] = await Promise.all([loadUseCase(context, useCaseId), loadBusinessUnit(context, fromUnitId), loadBusinessUnit(context, toUnitId)]);
        invariant(useCase && from && to, "a move of names that are not there");
        return { useCase, from, to, effectiveFrom: new Date(effectiveFromMs) };
      }),
    );
  }
}

async function changed(context: RequestContext, work: (tx: TenantTransaction) => Promise<OwnershipChange | null>): Promise<OwnershipChangePayload> {
  return payload(async () => ({ change: await context.withTenant(work, { statementTimeoutMs: MOVE_TIMEOUT_MS }) }));
}

async function requireFound<T>(asked: Promise<readonly T[]>, what: string, field: string): Promise<T> {
  const [found] = await asked;
  if (!found) throw new Refusal("NOT_FOUND", `There is no ${what}.`, ["where", field]);
  return found;
}

@Resolver(() => BusinessUnitType)
export class BusinessUnitClosingResolver {
  @FieldResolver(() => DateTimeScalar, { nullable: true, description: "First instant from which the unit owns nothing, because it was merged into another; may lie in the future. Null for a unit that goes on." })
  async closedFrom(@Root() unit: BusinessUnit, @Ctx() context: RequestContext): Promise<Date | null> {
    return (await loadClosing(context, unit.id))?.closedFrom ?? null;
  }

  @FieldResolver(() => BusinessUnitType, { nullable: true, description: "The unit that it was merged into; null for a unit that goes on, and when that unit is not yours." })
  async successor(@Root() unit: BusinessUnit, @Ctx() context: RequestContext): Promise<BusinessUnit | null> {
    const closing = await loadClosing(context, unit.id);
    return closing && loadBusinessUnit(context, closing.successorUnitId);
  }
}

async function loadClosing(context: RequestContext, unitId: string): Promise<{ closedFrom: Date; successorUnitId: string } | null> {
  const loader = await context.loader("BusinessUnitClosing", async (tx, ids) => new Map((await findClosings(tx, ids)).map((each) => [each.businessUnitId, each])));
  return loader.load(unitId);
}
