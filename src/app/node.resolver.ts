import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { Node } from "../kernel/graph.type";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { isPeriodKey } from "../kernel/period";
import { toPolicy, toRun } from "../allocation/allocation-view.type";
import { policyStore } from "../allocation/policy.store";
import { runStore } from "../allocation/run.store";
import { findLineNode, findStatementNode } from "../chargeback/statement-view.resolver";
import { findCorrectionNode } from "../corrections/correction-fields.resolver";
import { loadCostPool } from "../costs/costs.loader";
import { findCostEntry } from "../costs/costs.query";
import { toCostEntry } from "../costs/costs.resolver";
import { asNode } from "../governance/governance.resolver";
import { periodStore } from "../governance/period.store";
import { findUsageEvent } from "../metering/usage-events.query";
import { toUsageEvent } from "../metering/usage-view.type";
import { ratingRunStore } from "../rating/rating-run.store";
import { toRunView } from "../rating/rating-view.type";
import { Role } from "../tenancy";
import { Allow, READS_NAMES } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../tenancy/tenancy.loader";

interface Finder {
  readonly roles: readonly Role[];
  readonly isKey: (key: string) => boolean;
  find(context: RequestContext, key: string): Promise<object | null>;
}

/** How each type is found again, and by whom: the same roles as the operations that list it. */
const FINDERS: Readonly<Record<string, Finder>> = {
  Programme: { roles: [...READS_NAMES, "EXECUTIVE"], isKey: isUuid, find: async (context, key) => ((await context.scope()).programme.id === key ? (await context.scope()).programme : null) },
  BusinessUnit: { roles: READS_NAMES, isKey: isUuid, find: loadBusinessUnit },
  UseCase: { roles: READS_NAMES, isKey: isUuid, find: loadUseCase },
  Period: {
    roles: [...READS_NAMES, "EXECUTIVE"], isKey: isPeriodKey,
    find: async (context, key) => {
      const period = await context.withTenant((tx) => periodStore(tx).find(key));
      return period && asNode(period);
    },
  },
  UsageEvent: {
    roles: ["FINANCE", "BUSINESS_UNIT", "OPERATOR", "AUDITOR"], isKey: isUuid,
    find: async (context, key) => {
      const event = await context.withTenant((tx) => findUsageEvent(tx, key));
      return event && toUsageEvent(context, event);
    },
  },
  CostPool: { roles: ["FINANCE", "AUDITOR"], isKey: isUuid, find: loadCostPool },
  CostEntry: {
    roles: ["FINANCE", "AUDITOR"], isKey: isUuid,
    find: async (context, key) => {
      const entry = await context.withTenant((tx) => findCostEntry(tx, key));
      return entry && toCostEntry(context, entry);
    },
  },
  AllocationPolicy: {
    roles: ["FINANCE", "AUDITOR"], isKey: (key) => /^[1-9]\d{0,8}$/.test(key),
    find: async (context, key) => {
      const policy = await context.withTenant((tx) => policyStore(tx).findPolicy(Number(key)));
      return policy && toPolicy(policy);
    },
  },
  AllocationRun: {
    roles: ["FINANCE", "BUSINESS_UNIT", "AUDITOR"], isKey: isUuid,
    find: (context, key) => context.withTenant(async (tx) => {
      const run = await runStore(tx).findRun(key);
      return run && toRun(tx, run);
    }),
  },
  RatingRun: {
    roles: ["FINANCE", "BUSINESS_UNIT", "AUDITOR"], isKey: isUuid,
    find: async (context, key) => {
      const run = await context.withTenant((tx) => ratingRunStore(tx).findRun(key));
      return run && toRunView(run);
    },
  },
  Correction: { roles: ["FINANCE", "AUDITOR"], isKey: isUuid, find: findCorrectionNode },
  Statement: { roles: ["FINANCE", "BUSINESS_UNIT", "AUDITOR"], isKey: isUuid, find: findStatementNode },
  StatementLine: { roles: ["FINANCE", "BUSINESS_UNIT", "AUDITOR"], isKey: isUuid, find: findLineNode },
};

@Resolver()
export class NodeResolver {
  @Allow(...READS_NAMES, "EXECUTIVE")
  @Query(() => Node, { nullable: true, description: "The object of an id; null for what does not exist, is not yours, or is of a kind that your role does not read." })
  async node(@Ctx() context: RequestContext, @Arg("id", () => ID) id: string): Promise<object | null> {
    const named = fromNodeId(id);
    const finder = named && Object.hasOwn(FINDERS, named.type) ? FINDERS[named.type]! : null;
    if (!finder || !finder.isKey(named!.key) || !finder.roles.includes(context.principal.role)) return null;
    const found = await finder.find(context, named!.key);
    return found && { ...found, __typename: named!.type };
  }
}
