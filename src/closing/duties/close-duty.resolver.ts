import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { payload } from "../../kernel/user-error.type";
import { Allow } from "../../tenancy/access";
import { TransactionOptions } from "../../tenancy/database.store";
import { RequestContext } from "../../tenancy/request-context";
import { assignCloseCheck } from "./assign-close-check";
import { CheckAssignment, CheckSignOff } from "./close-duty";
import { AssignCloseCheckInput, CloseDutyEventType, CloseDutyPayload, SignOffCloseCheckInput, WithdrawCloseSignOffInput, dutyEvents } from "./close-duty.type";
import { assignCloseCheckPorts, signOffPorts } from "./duty-ports.store";
import { signOffCloseCheck, withdrawCloseSignOff } from "./sign-off-close-check";

/** What is signed is looked at first, which may scan a month's raw usage. */
const WHOLE_CHECKLIST: TransactionOptions = { statementTimeoutMs: 60_000 };

@Resolver()
export class CloseDutyResolver {
  @Allow("FINANCE")
  @Mutation(() => CloseDutyPayload, { description: "Makes somebody answer for a check of the close and says until when, in one month or in every one. The same again changes nothing; kept for ever in the history." })
  async assignCloseCheck(@Ctx() context: RequestContext, @Arg("input", () => AssignCloseCheckInput) input: AssignCloseCheckInput): Promise<CloseDutyPayload> {
    return payload(() => context.withTenant(async (tx) => ({ event: assigned(await assignCloseCheck(assignCloseCheckPorts(tx, context.record), input)) })));
  }

  @Allow("FINANCE")
  @Mutation(() => CloseDutyPayload, { description: "Signs a check of a month off as it stands now, with what it was judged by. The signature counts while the finding stays the same. The same again changes nothing." })
  async signOffCloseCheck(@Ctx() context: RequestContext, @Arg("input", () => SignOffCloseCheckInput) input: SignOffCloseCheckInput): Promise<CloseDutyPayload> {
    return payload(() => context.withTenant(async (tx) => ({ event: signed(await signOffCloseCheck(signOffPorts(tx, context.record, context.clock.now()), input)) }), WHOLE_CHECKLIST));
  }

  @Allow("FINANCE")
  @Mutation(() => CloseDutyPayload, { description: "Takes the signature under a check of a month back, with a reason." })
  async withdrawCloseSignOff(@Ctx() context: RequestContext, @Arg("input", () => WithdrawCloseSignOffInput) input: WithdrawCloseSignOffInput): Promise<CloseDutyPayload> {
    return payload(() => context.withTenant(async (tx) => ({ event: signed(await withdrawCloseSignOff(signOffPorts(tx, context.record, context.clock.now()), input)) }), WHOLE_CHECKLIST));
  }
}

const assigned = (assignment: CheckAssignment): CloseDutyEventType => dutyEvents({ assignments: [assignment], signOffs: [] })[0]!;
const signed = (signOff: CheckSignOff): CloseDutyEventType => dutyEvents({ assignments: [], signOffs: [signOff] })[0]!;
