import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { payload } from "../../kernel/user-error.type";
import { periodStore } from "../../governance/period.store";
import { PlaceBusinessUnitPorts, placeBusinessUnit } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { listHierarchy, placements, savePlacement } from "../../tenancy/hierarchy.store";
import { RequestContext } from "../../tenancy/request-context";
import { loadBusinessUnit } from "../../tenancy/tenancy.loader";
import { BusinessUnitPlaceConnection, BusinessUnitPlaceType, PlaceBusinessUnitInput, PlaceBusinessUnitPayload } from "./hierarchy.type";
import { changeOwnershipPorts } from "./ownership-ports.store";

@Resolver()
export class HierarchyResolver {
  @Allow("FINANCE", "PROGRAMME_LEAD", "AUDITOR", "ADMIN")
  @Query(() => BusinessUnitPlaceConnection, { description: "All business units by code with the one above each, as they stand when a month ends: what a policy with hierarchy settles along." })
  async businessUnitHierarchy(
    @Ctx() context: RequestContext,
    @Arg("period", () => PeriodKeyScalar) period: string,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<BusinessUnitPlaceType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant(async (tx) => listHierarchy(tx, (await periodStore(tx).span(period)).to, page));
    const load = async (id: string) => {
      const unit = await loadBusinessUnit(context, id);
      invariant(unit, "a unit that was just listed is gone");
      return unit as BusinessUnitPlaceType["businessUnit"];
    };
    return { ...found, edges: await Promise.all(found.edges.map(async ({ cursor, node }) => ({ cursor, node: { businessUnit: await load(node.unitId), parent: node.parentId === null ? null : await load(node.parentId) } }))) };
  }

  @Allow("FINANCE", "ADMIN")
  @Mutation(() => PlaceBusinessUnitPayload, { description: "Puts a business unit below another from a day on; places planned for later days stay planned. BAD_USER_INPUT when a unit would come to stand above itself. Naturally idempotent." })
  async placeBusinessUnit(@Ctx() context: RequestContext, @Arg("input", () => PlaceBusinessUnitInput) input: PlaceBusinessUnitInput): Promise<PlaceBusinessUnitPayload> {
    return payload(async () => {
      const { unit, parent, effectiveFrom } = await context.withTenant((tx) => placeBusinessUnit(placePorts(tx, context), input));
      return { place: { businessUnit: unit, parent } as BusinessUnitPlaceType, effectiveFrom };
    });
  }
}

function placePorts(tx: TenantTransaction, context: RequestContext): PlaceBusinessUnitPorts {
  const { findBusinessUnits, startOfDay, hold, requireOpenFrom } = changeOwnershipPorts(tx, context.record);
  return {
    findBusinessUnits, startOfDay, requireOpenFrom,
    hold: (from) => hold([], from),
    placements: () => placements(tx),
    savePlacement: (placement, reason) => savePlacement(tx, placement, reason),
    audit: async ({ unit, parent, effectiveFrom }, beforeId, reason) => {
      const [before] = await tx.query<{ code: string }>("select code from tenancy.business_unit where programme_id = $1 and id = $2", [tx.scope.programme.id, beforeId]);
      await context.record(tx, { action: "placeBusinessUnit", subjectKind: "BusinessUnit", subjectKey: unit.code, reason, before: { parent: before?.code ?? null }, after: { parent: parent?.code ?? null, effectiveFrom: effectiveFrom.toISOString() } });
    },
  };
}
