import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { VolumeUnit } from "../budgets";
import { BudgetVolumeType, VolumeUnitEnum } from "../budgets/budget.type";
import { PLAN_KINDS, PlanKind } from "./plan";
import { PnlLeaf } from "./pnl-line";
import { PnlLeafEnum } from "./programme.type";

export const PlanKindEnum = enumOf(PLAN_KINDS);
registerEnumType(PlanKindEnum, { name: "ProgrammePlanKind", description: "BUDGET: what was agreed, frozen. FORECAST: what is expected by now, in dated versions." });
export const EbitBridgeFromEnum = enumOf(["PERIOD", "PLAN"] as const);
registerEnumType(EbitBridgeFromEnum, { name: "EbitBridgeKind", description: "PERIOD: from the month `from` to the month `to`. PLAN: from the budget of the months from `from` to `to` to what came of them." });

@InputType({ description: "Quantity and price of a planned cost; quantity x rate is its magnitude." })
export class PlanVolumeInput {
  @Field(() => VolumeUnitEnum, { description: "What is counted over the whole programme." }) unit: VolumeUnit;
  @Field(() => DecimalScalar, { description: "0 or more." }) quantity: string;
  @Field(() => DecimalScalar, { description: "Major units of the programme's currency for one unit, 0 or more." }) rate: string;
}

@InputType({ description: "Programme management planned by the linear 60 % heuristic: O(n) = base x (1 + 0.6 (n - 1)), to the nearest minor unit, halves away from zero. A planning tool; what is booked is the actual." })
export class OverheadInput {
  @Field(() => DecimalScalar, { description: "Overhead of one use case a month, 0 or more." }) base: string;
  @Field(() => Int, { description: "n: how many use cases there are in the month." }) useCases: number;
}

@InputType({ description: "A planned line of a month. Give one of amount, volume and overhead." })
export class PlanLineInput {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => PnlLeafEnum, { description: "The line, once a month." }) line: PnlLeaf;
  @Field(() => DecimalScalar, { nullable: true, description: "As the statement shows it: benefits positive, costs negative; the wrong sign is refused." }) amount?: string | null;
  @Field(() => PlanVolumeInput, { nullable: true, description: "Of cost lines." }) volume?: PlanVolumeInput | null;
  @Field(() => OverheadInput, { nullable: true, description: "Of E_PROGRAMME_MANAGEMENT." }) overhead?: OverheadInput | null;
}

@InputType({ description: "A budget or forecast of the programme by month and line." })
export class ProposeProgrammePlanInput {
  @Field(() => PlanKindEnum, { description: "Which." }) kind: PlanKind;
  @Field(() => CurrencyCodeScalar, { description: "The programme's own; CURRENCY_MISMATCH otherwise." }) currency: string;
  @Field(() => [PlanLineInput], { description: "1 to 2,000. A line that a planned month does not name is planned as nothing." }) lines: PlanLineInput[];
  @Field(() => String, { nullable: true, description: "At most 500 characters." }) note?: string | null;
}

@InputType({ description: "Which version to approve." })
export class ApproveProgrammePlanInput {
  @Field(() => PlanKindEnum, { description: "Budget or forecast." }) kind: PlanKind;
  @Field(() => Int, { description: "Its version." }) version: number;
}

@InputType({ description: "Units that executives see together." })
export class UnitGroupInput {
  @Field(() => String, { description: "Code." }) code: string;
  @Field(() => String, { description: "At most 200 characters." }) name: string;
  @Field(() => [String], { description: "Codes of at least three units; a unit stands in one group." }) businessUnits: string[];
}

@InputType({ description: "The groups that executives see. Units outside of them are none or at least three." })
export class ProposeExecutiveGroupsInput {
  @Field(() => [UnitGroupInput], { description: "Empty: no groups." }) groups: UnitGroupInput[];
  @Field(() => String, { nullable: true, description: "At most 500 characters." }) note?: string | null;
}

@InputType({ description: "Which scheme of groups to approve." })
export class ApproveExecutiveGroupsInput {
  @Field(() => Int, { description: "Its version." }) version: number;
}

@InputType({ description: "A month's statement to sign." })
export class SignProgrammePnlInput {
  @Field(() => PeriodKeyScalar, { description: "A closed month." }) period: string;
  @Field(() => String, { description: "PnlPeriod.hash of the figures that were looked at." }) hash: string;
}

@InputType({ description: "An executive's view of one unit." })
export class GrantUnitPnlInput {
  @Field(() => String, { description: "Subject of the executive's token." }) subject: string;
  @Field(() => String, { description: "Code." }) businessUnit: string;
  @Field(() => PeriodKeyScalar, { description: "First month." }) from: string;
  @Field(() => PeriodKeyScalar, { description: "Last month." }) to: string;
  @Field(() => String, { description: "Why, at most 500 characters." }) reason: string;
}

@InputType({ description: "The end of a view." })
export class RevokeUnitPnlInput {
  @Field(() => ID, { description: "UnitPnlGrant.id." }) grant: string;
  @Field(() => String, { description: "Why, at most 500 characters." }) reason: string;
}

@ObjectType("ProgrammePlanLine", { simpleResolvers: true, description: "A planned line of a month." })
export class ProgrammePlanLineType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => PnlLeafEnum, { description: "The line." }) line: PnlLeaf;
  @Field(() => Money, { description: "As the statement shows it." }) amount: MoneyAmount;
  @Field(() => BudgetVolumeType, { nullable: true, description: "What it was planned from; null: an amount." }) volume: BudgetVolumeType | null;
}

@ObjectType("ProgrammePlan", { simpleResolvers: true, description: "A version of a budget or forecast. Never changed; a revision is the next version." })
export class ProgrammePlanType {
  @Field(() => PlanKindEnum, { description: "Which." }) kind: PlanKind;
  @Field(() => Int, { description: "Counts within its kind." }) version: number;
  @Field(() => Boolean, { description: "True when a second person approved it; only then it counts." }) approved: boolean;
  @Field(() => [ProgrammePlanLineType], { description: "By month and line." }) lines: ProgrammePlanLineType[];
  @Field(() => String, { nullable: true, description: "As the proposer wrote it." }) note: string | null;
  @Field(() => String, { description: "SHA-256 of lines and note." }) documentHash: string;
  @Field(() => String, { description: "Subject of the token that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that approved it; never the proposer." }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was approved." }) approvedAt: Date | null;
}

@ObjectType("UnitGroup", { simpleResolvers: true, description: "Units that executives see together." })
export class UnitGroupType {
  @Field(() => String, { description: "Code." }) code: string;
  @Field(() => String, { description: "For people." }) name: string;
  @Field(() => [String], { description: "Codes." }) businessUnits: string[];
}

@ObjectType("ExecutiveGroups", { simpleResolvers: true, description: "A scheme of groups. It holds for months that are first signed after its approval; a signed month keeps its own." })
export class ExecutiveGroupsType {
  @Field(() => Int, { description: "Counts over the programme." }) version: number;
  @Field(() => Boolean, { description: "True when a second person approved it; only then it counts." }) approved: boolean;
  @Field(() => [UnitGroupType], { description: "By code." }) groups: UnitGroupType[];
  @Field(() => String, { description: "Subject of the token that proposed it." }) proposedBy: string;
  @Field(() => String, { nullable: true, description: "Subject that approved it; never the proposer." }) approvedBy: string | null;
}

@ObjectType("SignedProgrammePnl", { simpleResolvers: true, description: "A month's statement as it was signed. It never changes; what came since is another version." })
export class SignedProgrammePnlType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => Int, { description: "Counts within the month." }) version: number;
  @Field(() => String, { description: "SHA-256 of its figures by unit." }) hash: string;
  @Field(() => Boolean, { description: "False: executives go on seeing the version before, for the difference would tell fewer than three units." }) forExecutives: boolean;
  @Field(() => String, { description: "Subject that signed it; not who closed the month." }) signedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was signed." }) signedAt: Date;
}

@ObjectType("UnitPnlGrant", { simpleResolvers: true, description: "An executive's view of one unit's column of the statement." })
export class UnitPnlGrantType {
  @Field(() => ID, { description: "Names it in this programme." }) id: string;
  @Field(() => String, { description: "Subject of the executive's token." }) subject: string;
  @Field(() => String, { description: "Code." }) businessUnit: string;
  @Field(() => PeriodKeyScalar, { description: "First month." }) from: string;
  @Field(() => PeriodKeyScalar, { description: "Last month." }) to: string;
  @Field(() => String, { description: "Why." }) reason: string;
  @Field(() => String, { description: "Subject that granted it." }) grantedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was granted." }) grantedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that revoked it; null while it holds." }) revokedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was revoked." }) revokedAt: Date | null;
}

@ObjectType({ simpleResolvers: true, description: "What came of it." })
export class ProgrammePlanPayload {
  @Field(() => ProgrammePlanType, { nullable: true, description: "The version as it stands." }) plan?: ProgrammePlanType;
  @Field(() => [UserError], { description: "Why nothing happened." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "What came of it." })
export class ExecutiveGroupsPayload {
  @Field(() => ExecutiveGroupsType, { nullable: true, description: "The scheme as it stands." }) scheme?: ExecutiveGroupsType;
  @Field(() => [UserError], { description: "Why nothing happened." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "What came of it." })
export class SignProgrammePnlPayload {
  @Field(() => SignedProgrammePnlType, { nullable: true, description: "The signed version." }) statement?: SignedProgrammePnlType;
  @Field(() => [UserError], { description: "Why nothing happened." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "What came of it." })
export class UnitPnlGrantPayload {
  @Field(() => UnitPnlGrantType, { nullable: true, description: "The grant as it stands." }) grant?: UnitPnlGrantType;
  @Field(() => [UserError], { description: "Why nothing happened." }) userErrors: UserError[];
}
