import { firstInstantOf } from "../kernel/local-days";
import { TenantTransaction } from "../tenancy/database.store";
import { Dispute, DisputeMessage, Resolution } from "./dispute";
import { Evidence, toEvidence } from "./evidence";
import { grouped } from "./statement.query";

/** A dispute and the statement version that it is asked for with. */
export interface DisputeOf extends Dispute {
  readonly of: string;
}

const DISPUTE = `
  d.id, d.line_id as "lineId", d.reason, d.evidence, d.expected_minor as "expectedMinor", d.raised_by as "raisedBy", d.raised_at as "raisedAt",
  d.answer_by::text as "answerBy", ${firstInstantOf("(d.answer_by + 1)::timestamp", "$3::text")} as "overdueFrom", coalesce(r.id is null and d.answer_by < (clock_timestamp() at time zone $3::text)::date, false) as "isOverdue",
  coalesce((select jsonb_agg(jsonb_build_object('side', m.side, 'text', m.text, 'evidence', m.evidence, 'by', m.written_by, 'at', m.written_at) order by m.sequence)
    from chargeback.dispute_message m where m.programme_id = $1 and m.dispute_id = d.id), '[]') as messages,
  r.id as "resolutionId", r.outcome, r.reason as "resolutionReason", r.resolved_by as "resolvedBy", r.resolved_at as "resolvedAt"`;
const RESOLVED = `
  left join chargeback.dispute_resolution x on x.programme_id = $1 and x.dispute_id = d.id
  left join chargeback.resolution r on r.programme_id = $1 and r.id = x.resolution_id`;

type MessageRow = Omit<DisputeMessage, "evidence" | "at"> & { readonly evidence: ReadonlyArray<string | Evidence>; readonly at: string };

interface DisputeRow extends Omit<Dispute, "expectedMinor" | "resolution" | "evidence" | "messages"> {
  readonly evidence: ReadonlyArray<string | Evidence>; readonly messages: readonly MessageRow[];
  readonly of: string; readonly expectedMinor: string | null; readonly resolutionId: string | null;
  readonly outcome: Resolution["outcome"]; readonly resolutionReason: string; readonly resolvedBy: string; readonly resolvedAt: Date;
}

const toDispute = ({ resolutionId, outcome, resolutionReason, resolvedBy, resolvedAt, expectedMinor, evidence, messages, ...row }: DisputeRow): DisputeOf => ({
  ...row, evidence: toEvidence(evidence), messages: messages.map((each) => ({ ...each, evidence: toEvidence(each.evidence), at: new Date(each.at) })),
  expectedMinor: expectedMinor === null ? null : BigInt(expectedMinor), resolution: resolutionId === null ? null : { id: resolutionId, outcome, reason: resolutionReason, resolvedBy, resolvedAt },
});

/** What was disputed in these versions of statements or in earlier ones of the same, oldest first. */
export async function disputesOf(tx: TenantTransaction, statementIds: readonly string[]): Promise<DisputeOf[]> {
  const rows = await tx.query<DisputeRow>(
    `select s.id as of, ${DISPUTE} from chargeback.statement s
       join chargeback.statement v on v.programme_id = $1 and v.period_key = s.period_key and v.business_unit_id = s.business_unit_id and v.version <= s.version
       join chargeback.dispute d on d.programme_id = $1 and d.statement_id = v.id ${RESOLVED}
     where s.programme_id = $1 and s.id = any($2::uuid[]) order by d.raised_at, d.id`,
    [tx.scope.programme.id, statementIds, tx.scope.programme.timeZone],
  );
  return rows.map(toDispute);
}

/** The disputes of each of these lines, oldest first, by line. */
export async function disputesOfLines(tx: TenantTransaction, lineIds: readonly string[]): Promise<Map<string, Dispute[]>> {
  const rows = await tx.query<DisputeRow>(
    `select d.line_id as of, ${DISPUTE} from chargeback.dispute d ${RESOLVED}
     where d.programme_id = $1 and d.line_id = any($2::uuid[]) order by d.line_id, d.raised_at, d.id`,
    [tx.scope.programme.id, lineIds, tx.scope.programme.timeZone],
  );
  return grouped(rows, (row) => row.lineId, (row) => toDispute(row));
}

/** What a resolution leaves with the programme, in minor units. */
export interface ProgrammeLine {
  readonly resolutionId: string;
  readonly useCaseId: string | null;
  readonly poolId: string | null;
  readonly amountMinor: string;
  readonly description: string | null;
}

/** The programme's lines of resolutions, in their order. */
export async function programmeLinesOf(tx: TenantTransaction, resolutionIds: readonly string[]): Promise<Map<string, ProgrammeLine[]>> {
  const rows = await tx.query<ProgrammeLine>(
    `select resolution_id as "resolutionId", use_case_id as "useCaseId", pool_id as "poolId", amount_minor as "amountMinor", description from chargeback.programme_line
     where programme_id = $1 and resolution_id = any($2::uuid[]) order by resolution_id, position`,
    [tx.scope.programme.id, resolutionIds],
  );
  return grouped(rows, (row) => row.resolutionId, (row) => row);
}
