import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { Node, connectionOf, enumOf } from "../kernel/graph.type";
import { DateTimeScalar, JsonScalar, PeriodKeyScalar } from "../kernel/scalars";
import { AuditEntry } from "./audit-entry";
import { PERIOD_STATUSES, Period, PeriodStatus } from "./period";

export const PeriodStatusEnum = enumOf(PERIOD_STATUSES);
registerEnumType(PeriodStatusEnum, { name: "PeriodStatus", description: "OPEN takes facts; CLOSING waits for the second person; CLOSED never changes." });

@ObjectType("Period", { implements: Node, simpleResolvers: true, description: "A calendar month of the programme's time zone. It comes into being with the first fact that falls into it." })
export class PeriodType extends Node implements Pick<Period, "key" | "status" | "from" | "to"> {
  @Field(() => PeriodKeyScalar)
  key: string;
  @Field(() => PeriodStatusEnum)
  status: PeriodStatus;
  @Field(() => DateTimeScalar, { description: "First instant of the month." })
  from: Date;
  @Field(() => DateTimeScalar, { description: "First instant after the month; the range is half-open." })
  to: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  closedAt: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Recorded-at instant up to which facts count in the closed figures." })
  cutoff: Date | null;
  @Field(() => String, { nullable: true, description: "SHA-256 of the closed figures." })
  hash: string | null;
}

@ObjectType("AuditEntry", { simpleResolvers: true, description: "Who did what, why, and how it looked before and after. Never changed." })
export class AuditEntryType implements AuditEntry {
  @Field(() => ID)
  id: string;
  @Field(() => DateTimeScalar)
  recordedAt: Date;
  @Field(() => String, { description: "Subject of the token that asked for it." })
  subject: string;
  @Field(() => String)
  role: string;
  @Field(() => String, { description: "Name of the mutation." })
  action: string;
  @Field(() => String)
  subjectKind: string;
  @Field(() => String)
  subjectKey: string;
  @Field(() => String, { nullable: true })
  reason: string | null;
  @Field(() => JsonScalar, { nullable: true })
  before: Record<string, unknown> | null;
  @Field(() => JsonScalar, { nullable: true })
  after: Record<string, unknown> | null;
}

export const PeriodConnection = connectionOf(PeriodType, "Period");
export const AuditEntryConnection = connectionOf(AuditEntryType, "AuditEntry");
