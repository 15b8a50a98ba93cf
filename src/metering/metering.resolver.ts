import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { Refusal } from "../kernel/refusal";
import { selects } from "../kernel/selection";
import { DateTimeScalar } from "../kernel/scalars";
import { payload } from "../kernel/user-error.type";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { attributeUsagePorts } from "./attribute-ports.store";
import { attributeUsage } from "./attribute-usage";
import { readBatch } from "./ingest/report-usage";
import { storeBatch } from "./ingest/store-batch.store";
import { INGEST_OUTCOMES } from "./usage-event";
import { listUsageEvents } from "./usage-events.query";
import { asOfUsage } from "./questions/as-of.query";
import { MINIMUM_GROUP, UsageDimension, requirePermittedQuestion, requireSoundQuestion, seesOnlyGroups } from "./questions/usage-report";
import { attributeFrom } from "./unattributed/attribute-from";
import { attributeFromPorts } from "./unattributed/attribution-rule.store";
import { toUsageEvents, toUsageReport } from "./usage-view.type";
import { ANY_USAGE, requireKnownPeriod, resolveUsageWhere } from "./questions/usage-where.query";
import { distinctContacts, totalOf, usageByGroup } from "./questions/usage.query";
import {
  AttributeUsageInput, AttributeUsagePayload, ReportUsageInput, ReportUsagePayload, UsageDimensionEnum, UsageEventConnection, UsageEventType, UsageReport, UsageWhere,
} from "./usage.type";

/** Longest time that one statement of an ingest may take, in milliseconds. */
const INGEST_TIMEOUT_MS = 60_000;

@Resolver()
export class MeteringResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR")
  @Query(() => UsageReport, { description: "Usage by any mix of dimensions, exact. Executives and the steering group see whole months of at least three units; the programme lead no unit." })
  async usage(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg("where", () => UsageWhere) where: UsageWhere,
    @Arg("groupBy", () => [UsageDimensionEnum]) groupBy: UsageDimension[],
    @Arg("asOf", () => DateTimeScalar, { nullable: true, description: "Only what was recorded before this instant counts, counted anew from the rows. FORBIDDEN for roles that see totals alone." }) asOf?: Date | null,
  ): Promise<UsageReport> {
    const { role } = context.principal;
    if (asOf && seesOnlyGroups(role)) throw new Refusal("FORBIDDEN", "This role sees totals as they are known now: two instants could differ by one unit. Leave asOf out.");
    requireSoundQuestion(where, groupBy);
    requirePermittedQuestion(role, where, groupBy);
    const onlyGroups = seesOnlyGroups(role);
    const contacts = selects(info, ["rows", "contacts"]);
    const totalContacts = selects(info, ["total", "contacts"]);
    if (onlyGroups && totalContacts && !where.period) throw new Refusal("FORBIDDEN", "This role sees distinct contacts of one period at a time: filter by period.");
    return context.withTenant(async (tx) => {
      const resolved = { ...(await resolveUsageWhere(tx, where)), ownersAt: where.ownership === "AS_IS" ? new Date(context.clock.now()) : null, knownAt: asOf ?? null };
      const groups = await usageByGroup(tx, resolved, groupBy, { contacts, onlyGroups });
      if (onlyGroups && groups.length === 0) throw new Refusal("FORBIDDEN", `A figure for this role stands for at least ${MINIMUM_GROUP} business units; here there are fewer.`);
      const total = totalOf(groups, totalContacts ? await distinctContacts(tx, resolved) : 0);
      const now = context.clock.now();
      return toUsageReport(groups, total, selects(info, ["asOf"]) ? await asOfUsage(tx, resolved, now) : new Date(now));
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "OPERATOR", "AUDITOR")
  @Query(() => UsageEventConnection, { description: "The legs that count, in the order in which they ended; tests are marked, voided and superseded ones left out." })
  async usageEvents(
    @Ctx() context: RequestContext,
    @Arg("where", () => UsageWhere) where: UsageWhere,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<UsageEventType>> {
    requireSoundQuestion(where, []);
    if (where.ownership === "AS_IS") throw new Refusal("BAD_USER_INPUT", "Events are listed under the unit that was charged. Leave ownership out, or ask usage.", ["where", "ownership"]);
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant(async (tx) => {
      const events = await listUsageEvents(tx, await resolveUsageWhere(tx, where), page);
      if (events.edges.length === 0 && where.period) await requireKnownPeriod(tx, where.period);
      return events;
    });
    return toUsageEvents(context, found);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => UsageEventConnection, { description: "Usage whose use case is absent or unknown, oldest first." })
  async unattributedUsage(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<UsageEventType>> {
    const page = { first: requirePageSize(first), after };
    return toUsageEvents(context, await context.withTenant((tx) => listUsageEvents(tx, { ...ANY_USAGE, view: "RESTATED", unattributed: true }, page)));
  }

  @Allow("INTEGRATION")
  @Mutation(() => ReportUsagePayload, { description: "Stores up to 5,000 usage events in one transaction: one verdict per event. Safe to send again: what is stored already answers DUPLICATE." })
  async reportUsage(@Ctx() context: RequestContext, @Arg("input", () => ReportUsageInput) input: ReportUsageInput): Promise<ReportUsagePayload> {
    const counts = { accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 0, held: 0 };
    const answer = await payload(async () => {
      const batch = readBatch({ source: input.source, events: input.events }, context.clock.now());
      const scope = { ...(await context.scope()), reach: "ingest" as const };
      return { results: await storeBatch(context.database, scope, batch, { statementTimeoutMs: INGEST_TIMEOUT_MS }) };
    });
    const results = answer.results ?? [];
    for (const { outcome } of results) counts[outcome.toLowerCase() as Lowercase<(typeof INGEST_OUTCOMES)[number]>] += 1;
    return { ...counts, ...answer, results };
  }

  @Allow("FINANCE")
  @Mutation(() => AttributeUsagePayload, { description: "Says where usage without a use case belongs; what has one is moved by proposeCorrection alone, with preview and second person. What was received stays; the leg counts under its new unit from then on, and later revisions of it too. With effectiveFrom it also makes a standing rule. Naturally idempotent." })
  async attributeUsage(@Ctx() context: RequestContext, @Arg("input", () => AttributeUsageInput) input: AttributeUsageInput): Promise<AttributeUsagePayload> {
    const { effectiveFrom } = input;
    return payload(() =>
      context.withTenant(
        async (tx) => (effectiveFrom ? attributeFrom(attributeFromPorts(tx, context.record), { ...input, effectiveFrom }) : { attributed: await attributeUsage(attributeUsagePorts(tx, context.record), input) }),
        { statementTimeoutMs: INGEST_TIMEOUT_MS },
      ),
    );
  }
}
