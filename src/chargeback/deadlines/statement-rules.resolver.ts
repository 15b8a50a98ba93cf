import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { payload } from "../../kernel/user-error.type";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { StatementRules, setStatementRules } from "./statement-rules";
import { setStatementRulesPorts, statementRulesStore } from "./statement-rules.store";
import { SetStatementRulesInput, StatementRulesPayload, StatementRulesType } from "./statement-rules.type";

@Resolver()
export class StatementRulesResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => StatementRulesType, { description: "How long a unit may dispute a statement and finance take to answer, and what becomes of silence." })
  async statementRules(@Ctx() context: RequestContext): Promise<StatementRules> {
    return context.withTenant((tx) => statementRulesStore(tx).currentRules());
  }

  @Allow("FINANCE")
  @Mutation(() => StatementRulesPayload, { description: "Sets the deadlines of statements and disputes for what is issued and disputed from now on. BAD_USER_INPUT for silence that accepts without a deadline. The same again changes nothing." })
  async setStatementRules(@Ctx() context: RequestContext, @Arg("input", () => SetStatementRulesInput) input: SetStatementRulesInput): Promise<StatementRulesPayload> {
    return payload(async () => ({ rules: await context.withTenant((tx) => setStatementRules(setStatementRulesPorts(tx, context.record), input)) }));
  }
}
