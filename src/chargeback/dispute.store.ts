import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { statementRulesStore } from "./deadlines/statement-rules.store";
import { Dispute, DisputeSide } from "./dispute";
import { RaisedDispute } from "./dispute-statement";
import { NewMessage } from "./reply-to-dispute";
import { ResolutionRecord } from "./resolve-dispute";
import { Statement } from "./statement";

/** Disputes and resolutions: written, and never touched again. */
export function disputeStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  return {
    findRaised: async (statement: Statement, idempotencyKey: string): Promise<{ statementId: string; payloadHash: string } | null> => {
      const [row] = await tx.query<{ statementId: string; payloadHash: string }>(
        `select statement_id as "statementId", payload_hash as "payloadHash" from chargeback.dispute where programme_id = $1 and business_unit_id = $2 and idempotency_key = $3 limit 1`,
        [programmeId, statement.businessUnitId, idempotencyKey],
      );
      return row ?? null;
    },
    saveDisputes: async (statement: Statement, disputes: readonly RaisedDispute[], idempotencyKey: string | null, payloadHash: string): Promise<void> => {
      const { answerDays } = await statementRulesStore(tx).currentRules();
      const rows = disputes.map(({ id, lineId, reason, evidence, expectedMinor }) => ({ id, line_id: lineId, reason, evidence, expected_minor: expectedMinor === null ? null : String(expectedMinor) }));
      await tx.query(
        `insert into chargeback.dispute (programme_id, id, business_unit_id, statement_id, line_id, reason, evidence, expected_minor, idempotency_key, payload_hash, raised_by, answer_by)
         select $1, x.id, $2, $3, x.line_id, x.reason, x.evidence, x.expected_minor, $4, $5, $6, (clock_timestamp() at time zone $8::text)::date + $9::int
         from jsonb_to_recordset($7::jsonb) x (id uuid, line_id uuid, reason text, evidence jsonb, expected_minor bigint)`,
        [programmeId, statement.businessUnitId, statement.id, idempotencyKey, payloadHash, subject, JSON.stringify(rows), tx.scope.programme.timeZone, answerDays],
      );
    },
    findMessage: async (disputeId: string, side: DisputeSide, idempotencyKey: string): Promise<{ payloadHash: string } | null> => {
      const [row] = await tx.query<{ payloadHash: string }>(
        `select payload_hash as "payloadHash" from chargeback.dispute_message where programme_id = $1 and dispute_id = $2 and side = $3 and idempotency_key = $4`, [programmeId, disputeId, side, idempotencyKey],
      );
      return row ?? null;
    },
    /** The statement's month is held: messages of one dispute are numbered one after the other. */
    saveMessage: async (statement: Statement, dispute: Dispute, { side, text, evidence, idempotencyKey, payloadHash }: NewMessage): Promise<void> => {
      await tx.query(
        `insert into chargeback.dispute_message (programme_id, dispute_id, sequence, business_unit_id, side, text, evidence, idempotency_key, payload_hash, written_by)
         select $1, $2, coalesce(max(m.sequence), 0) + 1, $3, $4, $5, $6::jsonb, $7, $8, $9 from chargeback.dispute_message m where m.programme_id = $1 and m.dispute_id = $2`,
        [programmeId, dispute.id, statement.businessUnitId, side, text, JSON.stringify(evidence), idempotencyKey, payloadHash, subject],
      );
    },
    findResolution: async (idempotencyKey: string): Promise<{ id: string; outcome: string; statementId: string; businessUnitId: string; payloadHash: string } | null> => {
      const [row] = await tx.query<{ id: string; outcome: string; statementId: string; businessUnitId: string; payloadHash: string }>(
        `select r.id, r.outcome, r.payload_hash as "payloadHash", r.business_unit_id as "businessUnitId",
           coalesce((select s.id from chargeback.statement s where s.programme_id = $1 and s.resolution_id = r.id and s.business_unit_id = r.business_unit_id), r.statement_id) as "statementId"
         from chargeback.resolution r where r.programme_id = $1 and r.idempotency_key = $2`,
        [programmeId, idempotencyKey],
      );
      return row ?? null;
    },
    saveResolution: async (statement: Statement, { id, outcome, reason, idempotencyKey, payloadHash, disputes, programmeLines }: ResolutionRecord): Promise<void> => {
      await tx.query(
        `insert into chargeback.resolution (programme_id, id, business_unit_id, statement_id, outcome, reason, idempotency_key, payload_hash, resolved_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [programmeId, id, statement.businessUnitId, statement.id, outcome, reason, idempotencyKey, payloadHash, subject],
      );
      await tx.query(
        "insert into chargeback.dispute_resolution (programme_id, dispute_id, business_unit_id, resolution_id) select $1, d, $2, $3 from unnest($4::uuid[]) d",
        [programmeId, statement.businessUnitId, id, disputes.map((dispute) => dispute.id)],
      );
      const saved = await tx.query(
        `insert into chargeback.programme_line (programme_id, resolution_id, position, use_case_id, pool_id, amount_minor, description)
         select $1, $2, x.position - 1, c.id, p.id, x.amount, x.description
         from unnest($3::text[], $4::text[], $5::bigint[], $6::text[]) with ordinality x (use_case, pool, amount, description, position)
           left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case
           left join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool returning 1`,
        [programmeId, id, programmeLines.map((l) => l.useCase), programmeLines.map((l) => l.pool), programmeLines.map((l) => String(l.amountMinor)), programmeLines.map((l) => l.description)],
      );
      invariant(saved.length === programmeLines.length, "a line of the programme was lost");
    },
  };
}
