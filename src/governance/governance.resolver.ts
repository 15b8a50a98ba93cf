import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { Page, decodeCursor, requirePageSize, toPage } from "../kernel/paging";
import { PeriodKeyScalar } from "../kernel/scalars";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { ChainLink } from "./audit-chain";
import { AuditEntry } from "./audit-entry";
import { auditStore } from "./audit.store";
import { AuditEntryConnection, AuditHeadType, PeriodConnection, PeriodType } from "./governance.type";
import { Period } from "./period";
import { periodStore } from "./period.store";

const READS_PERIODS = ["FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"] as const;

@Resolver()
export class GovernanceResolver {
  @Allow(...READS_PERIODS)
  @Query(() => PeriodConnection, { description: "The periods that hold facts, oldest first." })
  async periods(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<Period>> {
    const page = { first: requirePageSize(first), after };
    const position = decodeCursor(after, ["text"]);
    const rows = await context.withTenant((tx) => periodStore(tx).list(position?.[0] ?? null, page.first + 1));
    return toPage(rows.map(asNode), page, (row) => [row.key]);
  }

  @Allow(...READS_PERIODS)
  @Query(() => PeriodType, { nullable: true, description: "Null when no fact ever fell into it." })
  async period(@Ctx() context: RequestContext, @Arg("key", () => PeriodKeyScalar) key: string): Promise<Period | null> {
    const found = await context.withTenant((tx) => periodStore(tx).find(key));
    return found && asNode(found);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => AuditEntryConnection, { description: "The audit trail, oldest first." })
  async auditEntries(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<AuditEntry>> {
    const page = { first: requirePageSize(first), after };
    const position = decodeCursor(after, ["sequence"]);
    const rows = await context.withTenant((tx) => auditStore(tx).list(position?.[0] ?? null, page.first + 1));
    return toPage(rows, page, (row) => [String(row.sequence)]);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => AuditHeadType, { nullable: true, description: "The end of the audit trail; null when nothing was recorded." })
  async auditHead(@Ctx() context: RequestContext): Promise<ChainLink | null> {
    return context.withTenant((tx) => auditStore(tx).head());
  }
}

/** A period's key is what its opaque id is made of. */
export function asNode(period: Period): Period & { id: string } {
  return { ...period, id: period.key };
}
