import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { Node, connectionOf, enumOf } from "../kernel/graph.type";
import { DateTimeScalar, JsonScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { ChainLink } from "./audit-chain";
import { Allow } from "../tenancy/access";
import { AuditEntry } from "./audit-entry";
import { PERIOD_STATUSES, Period, PeriodStatus } from "./period";

export const PeriodStatusEnum = enumOf(PERIOD_STATUSES);
registerEnumType(PeriodStatusEnum, { name: "PeriodStatus", description: "OPEN takes facts; CLOSING waits for the second person; CLOSED never changes: what comes later becomes an adjustment." });

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
  @Allow("FINANCE", "AUDITOR")
  @Field(() => String, { nullable: true, description: "Subject that asked for the close; another one closes." })
  closeRequestedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When the close was asked for; null while nobody has." })
  closeRequestedAt: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was closed; null until then." })
  closedAt: Date | null;
  @Allow("FINANCE", "AUDITOR")
  @Field(() => String, { nullable: true, description: "Subject that closed it." })
  closedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Facts recorded before this instant count in the closed figures; later ones are charged as adjustments in the next month that closes." })
  cutoff: Date | null;
  @Field(() => String, { nullable: true, description: "SHA-256 of the closed figures: codes and amounts, no ids, no clocks." })
  hash: string | null;
  @Allow("FINANCE", "AUDITOR")
  @Field(() => String, { nullable: true, description: "Head of the audit trail at the close, sequence:hash. Keep it outside; verify --anchor checks it." })
  auditHead: string | null;
}

@ObjectType("AuditEntry", { simpleResolvers: true, description: "Who did what, why, and how it looked before and after. Never changed." })
export class AuditEntryType implements AuditEntry {
  @Field(() => ID)
  id: string;
  @Field(() => LongScalar, { description: "Place in the programme's trail, from 1 without gaps." })
  sequence: number;
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
  @Field(() => String, { description: "Hash of the entry before it; 64 zeros for the first." })
  previousHash: string;
  @Field(() => String, { description: "SHA-256 over the whole entry, its sequence and previousHash included." })
  hash: string;
}

@ObjectType("AuditHead", { simpleResolvers: true, description: "The end of the audit trail. Written down elsewhere, it shows later whether the trail up to it is still the same: `verify --anchor <sequence>:<hash>`." })
export class AuditHeadType implements ChainLink {
  @Field(() => LongScalar, { description: "Sequence of the last entry." })
  sequence: number;
  @Field(() => String, { description: "Hash of the last entry." })
  hash: string;
}

export const PeriodConnection = connectionOf(PeriodType, "Period");
export const AuditEntryConnection = connectionOf(AuditEntryType, "AuditEntry");
