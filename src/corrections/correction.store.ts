import { TenantTransaction } from "../tenancy/database.store";
import { Correction, CorrectionStep, CorrectionStepName } from "./correction";
import { PlannedLeg } from "./plan";
import { CorrectionRow } from "./planned-change";

/** What is stored of a correction when it is proposed. */
export type NewCorrection = Omit<Correction, "proposedBy" | "proposedAt" | "steps"> & { readonly idempotencyKey: string | null };

type Row = Omit<Correction, "legs" | "movedMinor" | "steps"> & { readonly legs: string; readonly movedMinor: string | null; readonly steps: ReadonlyArray<Omit<CorrectionStep, "recordedAt"> & { readonly recordedAt: string }> };

export const CORRECTION_COLUMNS = `
  c.id, c.kind, c.reason, c.evidence, c.use_case_id as "useCaseId", c.patch, c.backfill, c.plan_hash as "planHash", c.legs, c.moved_minor as "movedMinor", c.effect,
  c.needs_second_person as "needsSecondPerson", c.rules_version as "rulesVersion", c.payload_hash as "payloadHash", c.proposed_by as "proposedBy", c.proposed_at as "proposedAt",
  (select jsonb_agg(jsonb_build_object('step', s.step, 'subject', s.subject, 'reason', s.reason, 'recordedAt', to_char(s.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by s.sequence)
   from corrections.correction_step s where s.programme_id = c.programme_id and s.correction_id = c.id) as steps`;

/** A row with these columns as a correction. */
export function toCorrection(row: unknown): Correction {
  const { legs, movedMinor, steps, ...rest } = row as Row;
  return { ...rest, legs: Number(legs), movedMinor: movedMinor === null ? null : BigInt(movedMinor), steps: steps.map((step) => ({ ...step, recordedAt: new Date(step.recordedAt) })) };
}

/** Corrections, their legs, their steps and the rows that they wrote. Every table is only ever added to. */
export function correctionStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const find = async (condition: "id" | "idempotency_key", value: string): Promise<Correction | null> => {
    const [row] = await tx.query(`select ${CORRECTION_COLUMNS} from corrections.correction c where c.programme_id = $1 and c.${condition} = $2`, [programmeId, value]);
    return row ? toCorrection(row) : null;
  };
  const addStep = async (id: string, step: CorrectionStepName, reason: string | null): Promise<void> => {
    await tx.query(
      `insert into corrections.correction_step (programme_id, correction_id, sequence, step, subject, reason)
       select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5 from corrections.correction_step where programme_id = $1 and correction_id = $2`,
      [programmeId, id, step, subject, reason],
    );
  };
  return {
    addStep,
    findCorrection: (id: string): Promise<Correction | null> => find("id", id),
    findByIdempotencyKey: (key: string): Promise<Correction | null> => find("idempotency_key", key),
    saveCorrection: async (correction: NewCorrection, legs: readonly PlannedLeg[]): Promise<void> => {
      const { id, kind, reason, evidence, useCaseId, patch, backfill, planHash, movedMinor, effect, needsSecondPerson, rulesVersion, idempotencyKey, payloadHash } = correction;
      await tx.query(
        `insert into corrections.correction (programme_id, id, kind, reason, evidence, use_case_id, patch, backfill, plan_hash, legs, moved_minor, effect, needs_second_person, rules_version,
           idempotency_key, payload_hash, proposed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
        [
          programmeId, id, kind, reason, evidence, useCaseId, patch === null ? null : JSON.stringify(patch), backfill, planHash, correction.legs, movedMinor === null ? null : String(movedMinor),
          JSON.stringify(effect), needsSecondPerson, rulesVersion, idempotencyKey, payloadHash, subject,
        ],
      );
      await tx.query(
        `insert into corrections.correction_leg (programme_id, correction_id, leg_key, position, event_key, use_case_before)
         select $1, $2, w.leg_key, w.position, w.event_key, w.use_case from unnest($3::uuid[], $4::uuid[], $5::uuid[]) with ordinality w (leg_key, event_key, use_case, position)`,
        [programmeId, id, legs.map(({ legKey }) => legKey), legs.map(({ eventKey }) => eventKey), legs.map(({ useCaseBefore }) => useCaseBefore)],
      );
      await addStep(id, "PROPOSED", reason);
    },
    /** The legs as they stood when the correction was proposed. */
    legsOf: (id: string): Promise<PlannedLeg[]> =>
      tx.query<PlannedLeg>(
        `select leg_key as "legKey", event_key as "eventKey", use_case_before as "useCaseBefore" from corrections.correction_leg where programme_id = $1 and correction_id = $2 order by position`,
        [programmeId, id],
      ),
    saveRows: async (id: string, rows: readonly CorrectionRow[]): Promise<void> => {
      await tx.query(
        `insert into corrections.correction_row (programme_id, event_key, correction_id, leg_key)
         select $1, w.event_key, $2, w.leg_key from unnest($3::uuid[], $4::uuid[]) w (event_key, leg_key)`,
        [programmeId, id, rows.map(({ eventKey }) => eventKey), rows.map(({ legKey }) => legKey)],
      );
    },
  };
}
