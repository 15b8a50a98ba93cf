import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { PeriodKeyScalar } from "../kernel/scalars";
import { payload } from "../kernel/user-error.type";
import { Period } from "../governance";
import { asNode } from "../governance/governance.resolver";
import { periodStore } from "../governance/period.store";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { closeChecklist, CloseCheck, NotReadyToClose } from "./close-checklist";
import { closeFacts } from "./close-facts.query";
import { CloseRules, setCloseRules } from "./close-rules";
import { closeRulesStore } from "./close-rules.store";
import { CloseTools, runClosePeriod, runRequestClose, runWithdrawClose, setCloseRulesPorts } from "./closing-ports.store";
import { CloseChecklistType, CloseRulesPayload, CloseRulesType, PeriodInput, PeriodPayload, SetCloseRulesInput, WithdrawCloseInput } from "./closing.type";
import { closeDutyStore } from "./duties/close-duty.store";
import { dutyEvents } from "./duties/close-duty.type";

/** Checking a month against its facts may scan its raw usage: longer than a read of the API may take. */
const CHECK_TIMEOUT_MS = 60_000;

@Resolver()
export class ClosingResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => CloseChecklistType, { nullable: true, description: "What the close of a month would find now; null when no fact ever fell into it." })
  async closeChecklist(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) key: string): Promise<CloseChecklistType | null> {
    return context.withTenant(async (tx) => {
      const period = await periodStore(tx).find(key);
      if (!period) return null;
      const checks = period.status === "CLOSED" ? [] : closeChecklist(await closeFacts(tx, period, context.clock.now()));
      return { period: asNode(period), ready: checks.every(({ ok }) => ok), checks, history: dutyEvents(await closeDutyStore(tx).duties(key)) };
    }, { statementTimeoutMs: CHECK_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => CloseRulesType, { description: "What finance tolerates when a month closes." })
  async closeRules(@Ctx() context: RequestContext): Promise<CloseRules> {
    return context.withTenant((tx) => closeRulesStore(tx).currentRules());
  }

  @Allow("FINANCE")
  @Mutation(() => PeriodPayload, { description: "OPEN becomes CLOSING, or NOT_READY with everything that is missing. A request that stands is answered as it is." })
  async requestClose(@Ctx() context: RequestContext, @Arg("input", () => PeriodInput) input: PeriodInput): Promise<PeriodPayload> {
    return periodPayload(async () => runRequestClose(await tools(context), input));
  }

  @Allow("FINANCE")
  @Mutation(() => PeriodPayload, { description: "CLOSING becomes CLOSED, by another person than asked (SAME_PERSON): cut-off and hash are fixed, what late facts changed in earlier months is posted. PERIOD_OPEN when nobody asked; NOT_READY when something changed since." })
  async closePeriod(@Ctx() context: RequestContext, @Arg("input", () => PeriodInput) input: PeriodInput): Promise<PeriodPayload> {
    return periodPayload(async () => runClosePeriod(await tools(context), input));
  }

  @Allow("FINANCE")
  @Mutation(() => PeriodPayload, { description: "Takes a request to close back: CLOSING becomes OPEN." })
  async withdrawClose(@Ctx() context: RequestContext, @Arg("input", () => WithdrawCloseInput) input: WithdrawCloseInput): Promise<PeriodPayload> {
    return periodPayload(async () => runWithdrawClose(await tools(context), input));
  }

  @Allow("FINANCE")
  @Mutation(() => CloseRulesPayload, { description: "Sets what is tolerated when a month closes, from now on. What is left out stays; the same again changes nothing." })
  async setCloseRules(@Ctx() context: RequestContext, @Arg("input", () => SetCloseRulesInput) input: SetCloseRulesInput): Promise<CloseRulesPayload> {
    return payload(async () => ({ rules: await context.withTenant((tx) => setCloseRules(setCloseRulesPorts(tx, context.record), input)) }));
  }
}

async function tools(context: RequestContext): Promise<CloseTools> {
  return { database: context.database, scope: await context.scope(), clock: context.clock, record: context.record };
}

/** The period, or why not: with NOT_READY also every check that failed. */
async function periodPayload(work: () => Promise<Period>): Promise<PeriodPayload> {
  let missing: readonly CloseCheck[] = [];
  const answer = await payload(async () => {
    try {
      return { period: asNode(await work()) };
    } catch (error) {
      if (error instanceof NotReadyToClose) missing = error.missing;
      throw error;
    }
  });
  return { ...answer, missing: [...missing] };
}
