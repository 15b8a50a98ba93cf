import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { toMoney } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { payload } from "../kernel/user-error.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { grantUnitView, revokeUnitView } from "./grant-unit-view";
import { GroupScheme, Plan, PlanKind, readGroups, readPlanLines } from "./plan";
import { planPorts, planStore, schemePorts } from "./plan.store";
import { approveVersion, proposeVersion } from "./propose-plan";
import {
  ApproveExecutiveGroupsInput, ApproveProgrammePlanInput, ExecutiveGroupsPayload, ExecutiveGroupsType, GrantUnitPnlInput, PlanKindEnum, ProgrammePlanPayload, ProgrammePlanType, ProposeExecutiveGroupsInput, ProposeProgrammePlanInput,
  RevokeUnitPnlInput, SignProgrammePnlInput, SignProgrammePnlPayload, UnitPnlGrantPayload, UnitPnlGrantType,
} from "./programme-input.type";
import { readBenefits } from "./read-benefits.query";
import { signProgrammePnl } from "./sign-programme-pnl";
import { grantUnitViewPorts, signPnlPorts, statementStore } from "./statement.store";

@Resolver()
export class ProgrammePlanResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => [ProgrammePlanType], { description: "Every version of the programme's budgets or forecasts, oldest first." })
  async programmePlans(@Ctx() context: RequestContext, @Arg("kind", () => PlanKindEnum) kind: PlanKind): Promise<ProgrammePlanType[]> {
    return context.withTenant(async (tx) => (await planStore(tx).plans(kind)).map((plan) => toPlanView(plan, tx)));
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => [ExecutiveGroupsType], { description: "Every scheme of groups that executives see, oldest first." })
  async executiveGroups(@Ctx() context: RequestContext): Promise<ExecutiveGroupsType[]> {
    return (await context.withTenant((tx) => planStore(tx).schemes())).map(toSchemeView);
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => [UnitPnlGrantType], { description: "Every view of a unit that was granted to an executive, revoked ones among them, oldest first." })
  async unitPnlGrants(@Ctx() context: RequestContext): Promise<UnitPnlGrantType[]> {
    return context.withTenant((tx) => statementStore(tx).grants());
  }

  @Allow("FINANCE")
  @Mutation(() => ProgrammePlanPayload, { description: "Proposes a budget or forecast of the programme by month and line. It counts when a second person approves it, and is then frozen. The same again answers the newest version. BAD_USER_INPUT names the line that is wrong, its sign among it." })
  async proposeProgrammePlan(@Ctx() context: RequestContext, @Arg("input", () => ProposeProgrammePlanInput) input: ProposeProgrammePlanInput): Promise<ProgrammePlanPayload> {
    return payload(() => context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      if (input.currency !== currency.code) throw new Refusal("CURRENCY_MISMATCH", `The programme is planned in ${currency.code}, as it is booked. Convert the amounts first.`, ["currency"]);
      return { plan: toPlanView(await proposeVersion(planPorts(tx, context.record), input.kind, readPlanLines(input.lines, currency), input.note, "proposeProgrammePlan"), tx) };
    }));
  }

  @Allow("FINANCE")
  @Mutation(() => ProgrammePlanPayload, { description: "Approves a budget or forecast; SAME_PERSON for its proposer. Naturally idempotent." })
  async approveProgrammePlan(@Ctx() context: RequestContext, @Arg("input", () => ApproveProgrammePlanInput) input: ApproveProgrammePlanInput): Promise<ProgrammePlanPayload> {
    return payload(() => context.withTenant(async (tx) => ({ plan: toPlanView(await approveVersion(planPorts(tx, context.record), input.kind, input.version, "approveProgrammePlan"), tx) })));
  }

  @Allow("FINANCE")
  @Mutation(() => ExecutiveGroupsPayload, { description: "Proposes the groups of units that executives see. They count when a second person approves them, for months that are first signed afterwards. BAD_USER_INPUT for a group, or a remainder, of fewer than three units." })
  async proposeExecutiveGroups(@Ctx() context: RequestContext, @Arg("input", () => ProposeExecutiveGroupsInput) input: ProposeExecutiveGroupsInput): Promise<ExecutiveGroupsPayload> {
    return payload(() => context.withTenant(async (tx) => {
      const units = (await tenancyStore(tx).listBusinessUnits()).map(({ code }) => code);
      return { scheme: toSchemeView(await proposeVersion(schemePorts(tx, context.record), "GROUPS", readGroups(input.groups, units), input.note, "proposeExecutiveGroups")) };
    }));
  }

  @Allow("FINANCE")
  @Mutation(() => ExecutiveGroupsPayload, { description: "Approves a scheme of groups; SAME_PERSON for its proposer. Naturally idempotent." })
  async approveExecutiveGroups(@Ctx() context: RequestContext, @Arg("input", () => ApproveExecutiveGroupsInput) input: ApproveExecutiveGroupsInput): Promise<ExecutiveGroupsPayload> {
    return payload(() => context.withTenant(async (tx) => ({ scheme: toSchemeView(await approveVersion(schemePorts(tx, context.record), "GROUPS", input.version, "approveExecutiveGroups")) })));
  }

  @Allow("FINANCE")
  @Mutation(() => SignProgrammePnlPayload, { description: "Signs a closed month's statement, which then never changes; what came since is signed as another version. PERIOD_OPEN before its close, SAME_PERSON for who closed it, NOT_READY without a Programme EBIT, CONFLICT when the figures are not those of the hash. Naturally idempotent." })
  async signProgrammePnl(@Ctx() context: RequestContext, @Arg("input", () => SignProgrammePnlInput) input: SignProgrammePnlInput): Promise<SignProgrammePnlPayload> {
    return payload(async () => ({ statement: await context.withTenant((tx) => signProgrammePnl(signPnlPorts(tx, context.record, readBenefits), input), { statementTimeoutMs: 20_000 }) }));
  }

  @Allow("FINANCE")
  @Mutation(() => UnitPnlGrantPayload, { description: "Lets one executive see one unit's column of signed months. CONFLICT where the aggregate of a signed month would then tell fewer than three units that were not granted. The same again answers the grant." })
  async grantUnitPnl(@Ctx() context: RequestContext, @Arg("input", () => GrantUnitPnlInput) input: GrantUnitPnlInput): Promise<UnitPnlGrantPayload> {
    return payload(async () => ({ grant: await context.withTenant((tx) => grantUnitView(grantUnitViewPorts(tx, context.record), input)) }));
  }

  @Allow("FINANCE")
  @Mutation(() => UnitPnlGrantPayload, { description: "Ends an executive's view of a unit at once. Naturally idempotent." })
  async revokeUnitPnl(@Ctx() context: RequestContext, @Arg("input", () => RevokeUnitPnlInput) input: RevokeUnitPnlInput): Promise<UnitPnlGrantPayload> {
    return payload(async () => ({ grant: await context.withTenant((tx) => revokeUnitView(grantUnitViewPorts(tx, context.record), input)) }));
  }
}

function toPlanView(plan: Plan, tx: TenantTransaction): ProgrammePlanType {
  const currency = programmeCurrency(tx.scope.programme);
  const { kind, version, note, documentHash, proposedBy, proposedAt, approvedBy, approvedAt, lines } = plan;
  return {
    kind, version, approved: approvedBy !== null, note, documentHash, proposedBy, proposedAt, approvedBy, approvedAt,
    lines: lines.map(({ period, line, amountMinor, volume }) => ({ period, line, amount: toMoney(amountMinor, currency), volume: volume && { ...volume } })),
  };
}

function toSchemeView({ version, groups, proposedBy, approvedBy }: GroupScheme): ExecutiveGroupsType {
  return { version, approved: approvedBy !== null, groups: groups.map(({ code, name, businessUnits }) => ({ code, name, businessUnits: [...businessUnits] })), proposedBy, approvedBy };
}
