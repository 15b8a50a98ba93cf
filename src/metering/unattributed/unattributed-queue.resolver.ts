import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Query, Resolver } from "type-graphql";
import { Refusal } from "../../kernel/refusal";
import { selects } from "../../kernel/selection";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { ownersAt } from "../../tenancy/ownership.query";
import { RequestContext } from "../../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../../tenancy/tenancy.loader";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { ruleAt } from "../ingest/attribution";
import { rulesFor } from "../ingest/attribution-rules.query";
import { Candidate, Suggestion, suggestUseCase } from "./suggest-use-case";
import { UnattributedGroup, companyOfGroups, earlierAttributions, groupKey, unattributedGroups } from "./unattributed-queue.query";
import { UnattributedGroup as UnattributedGroupType, UnattributedQueue, UnattributedWhere } from "./unattributed-queue.type";

const DAY_MS = 86_400_000;

@Resolver()
export class UnattributedQueueResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => UnattributedQueue, { description: "Unattributed usage by reason, codes that were sent and source, with its age and a suggestion where it belongs. attributeUsage moves it." })
  async unattributedQueue(@Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo, @Arg("where", () => UnattributedWhere, { nullable: true }) where?: UnattributedWhere | null): Promise<UnattributedQueue> {
    const asked = where ?? {};
    if (asked.period && (asked.from || asked.to)) throw new Refusal("BAD_USER_INPUT", "Give either period or from and to.", ["where"]);
    if (asked.from && asked.to && asked.from >= asked.to) throw new Refusal("BAD_USER_INPUT", "from must be before to.", ["where", "from"]);
    const asOf = new Date(context.clock.now());
    const suggests = ["suggestedUseCase", "suggestedBusinessUnit", "suggestionReason", "suggestionExplanation"].some((field) => selects(info, ["rows", field]));
    const { groups, suggestions } = await context.withTenant(async (tx) => {
      const found = await unattributedGroups(tx, asked);
      return { groups: found, suggestions: suggests && found.length > 0 ? await suggestionsFor(tx, found, asked, asOf) : null };
    });
    const sum = (pick: (group: UnattributedGroup) => number): number => groups.reduce((total, group) => total + pick(group), 0);
    return {
      rows: await Promise.all(groups.map((group) => toRow(context, group, suggestions?.get(groupKey(group)) ?? null, asOf))),
      legs: sum(({ legs }) => legs), calls: sum(({ calls }) => calls), connectedMs: sum(({ connectedMs }) => connectedMs), asOf,
    };
  }
}

async function toRow(context: RequestContext, group: UnattributedGroup, suggestion: Suggestion | null, asOf: Date): Promise<UnattributedGroupType> {
  const ageMs = Math.max(0, asOf.getTime() - group.oldestEndedAt.getTime());
  const [suggestedUseCase, suggestedBusinessUnit] = await Promise.all([suggestion?.useCaseId ? loadUseCase(context, suggestion.useCaseId) : null, suggestion ? loadBusinessUnit(context, suggestion.unitId) : null]);
  return {
    ...group, ageSeconds: Math.floor(ageMs / 1_000), ageDays: Math.floor(ageMs / DAY_MS), suggestedUseCase, suggestedBusinessUnit: suggestedBusinessUnit as UnattributedGroupType["suggestedBusinessUnit"],
    suggestionReason: suggestion?.reason ?? null, suggestionExplanation: suggestion?.explanation ?? null,
  };
}

/** A suggestion for each group that something speaks for, by its key. */
async function suggestionsFor(tx: TenantTransaction, groups: readonly UnattributedGroup[], where: UnattributedWhere, asOf: Date): Promise<Map<string, Suggestion>> {
  const codes = [...new Set(groups.flatMap(({ reportedUseCase }) => reportedUseCase ?? []))];
  const candidates = await tx.query<Candidate>(
    `select c.id as "useCaseId", c.code, w.business_unit_id as "unitId" from (${ownersAt("$2")}) w join tenancy.use_case c on c.programme_id = $1 and c.id = w.use_case_id order by c.code collate "C"`,
    [tx.scope.programme.id, asOf],
  );
  const units = await tenancyStore(tx).unitIds([...new Set(groups.flatMap(({ reportedBusinessUnit }) => reportedBusinessUnit ?? []))]);
  const rules = await rulesFor(tx, codes, null);
  const earlier = await earlierAttributions(tx, codes);
  const company = await companyOfGroups(tx, where);
  const suggestions = new Map<string, Suggestion>();
  for (const group of groups) {
    const { reportedUseCase, reportedBusinessUnit, source } = group;
    const rule = reportedUseCase === null ? null : ruleAt(rules.filter((each) => each.source === null || each.source === source), reportedUseCase, reportedBusinessUnit, group.newestEndedAt.getTime());
    const seen = company.get(groupKey(group));
    const suggestion = suggestUseCase(reportedUseCase, candidates, {
      reportedUnitId: reportedBusinessUnit === null ? null : (units.get(reportedBusinessUnit) ?? null), ruled: rule?.useCaseId ?? null,
      earlier: (reportedUseCase === null ? null : earlier.get(reportedUseCase)) ?? new Map(), contacts: seen?.useCases ?? new Map(), contactsSeen: seen?.seen ?? 0,
    });
    if (suggestion) suggestions.set(groupKey(group), suggestion);
  }
  return suggestions;
}
