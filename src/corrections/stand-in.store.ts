import { recountLegs } from "../metering/ingest/recount-legs.store";
import { TenantTransaction } from "../tenancy/database.store";
import { CorrectionRow } from "./planned-change";

/**
 * Makes rows of a correction stand for their legs, whatever their provider says of them; null gives the provider its word
 * back. The caller holds the legs.
 */
export async function standIn(tx: TenantTransaction, rows: ReadonlyArray<{ readonly legKey: string; readonly eventKey: string | null }>): Promise<void> {
  await tx.query(
    "update metering.usage_leg l set correction_event_key = w.event_key from unnest($2::uuid[], $3::uuid[]) w (leg_key, event_key) where l.programme_id = $1 and l.leg_key = w.leg_key",
    [tx.scope.programme.id, rows.map(({ legKey }) => legKey), rows.map(({ eventKey }) => eventKey)],
  );
  await recountLegs(tx, rows.map(({ legKey }) => legKey), { cause: "CORRECTION", uncounted: rows.flatMap(({ eventKey }) => eventKey ?? []) });
}

/**
 * Makes legs count under a use case, as they are and as their provider revises them; null leaves that to what was sent. The
 * caller holds the legs. Answers the rows by which they count now.
 */
export async function attributeLegs(tx: TenantTransaction, legs: ReadonlyArray<{ readonly legKey: string; readonly useCaseId: string | null }>, cause: "ATTRIBUTION" | "CORRECTION"): Promise<CorrectionRow[]> {
  const legKeys = legs.map(({ legKey }) => legKey);
  await tx.query(
    "update metering.usage_leg l set override_use_case_id = w.use_case_id from unnest($2::uuid[], $3::uuid[]) w (leg_key, use_case_id) where l.programme_id = $1 and l.leg_key = w.leg_key",
    [tx.scope.programme.id, legKeys, legs.map(({ useCaseId }) => useCaseId)],
  );
  await recountLegs(tx, legKeys, { cause });
  return tx.query<CorrectionRow>(
    `select leg_key as "legKey", head_event_key as "eventKey" from metering.usage_leg where programme_id = $1 and leg_key = any($2::uuid[]) and head_event_key is not null`,
    [tx.scope.programme.id, legKeys],
  );
}
