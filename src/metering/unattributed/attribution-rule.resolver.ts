import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { Page, requirePageSize } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { DateTimeScalar } from "../../kernel/scalars";
import { payload } from "../../kernel/user-error.type";
import { UseCase } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { loadUseCase } from "../../tenancy/tenancy.loader";
import { UseCaseType } from "../../tenancy/tenancy.type";
import { StoredRule } from "./attribution-rule";
import { listAttributionRules, retireAttributionRulePorts } from "./attribution-rule.store";
import { AttributionRuleConnection, AttributionRuleType, RetireAttributionRuleInput, RetireAttributionRulePayload } from "./attribution-rule.type";
import { retireAttributionRule } from "./retire-attribution-rule";

@Resolver(() => AttributionRuleType)
export class AttributionRuleResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => AttributionRuleConnection, { description: "Standing rules about unknown codes, retired ones too, oldest first." })
  async attributionRules(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<StoredRule>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant((tx) => listAttributionRules(tx, page));
  }

  @Allow("FINANCE")
  @Mutation(() => RetireAttributionRulePayload, { description: "Ends a standing rule from a day on. What went by it stays; naturally idempotent, another end is CONFLICT." })
  async retireAttributionRule(@Ctx() context: RequestContext, @Arg("input", () => RetireAttributionRuleInput) input: RetireAttributionRuleInput): Promise<RetireAttributionRulePayload> {
    return payload(async () => ({ rule: await context.withTenant((tx) => retireAttributionRule(retireAttributionRulePorts(tx, context.record, context.clock.now()), input)) }));
  }

  @FieldResolver(() => UseCaseType, { description: "What the code means." })
  async useCase(@Root() rule: StoredRule, @Ctx() context: RequestContext): Promise<UseCase> {
    const useCase = await loadUseCase(context, rule.useCaseId);
    invariant(useCase, "a rule for a use case that is not there");
    return useCase;
  }

  @FieldResolver(() => DateTimeScalar, { description: "Legs that ended at or after this instant." })
  effectiveFrom(@Root() rule: StoredRule): Date {
    return new Date(rule.effectiveFromMs);
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: "Legs that ended before this instant; null while it stands." })
  effectiveUntil(@Root() rule: StoredRule): Date | null {
    return rule.effectiveUntilMs === null ? null : new Date(rule.effectiveUntilMs);
  }
}
