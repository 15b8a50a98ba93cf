import { holdLegs } from "../metering/ingest/hold-legs.store";
import { TenantTransaction } from "../tenancy/database.store";
import { Correction } from "./correction";
import { PlannedLeg } from "./plan";
import { attributeLegs, standIn } from "./stand-in.store";

/** Corrections that are applied and not reverted, with the place of the step that applied them. */
const APPLIED = `
  select c.id, c.kind, max(s.recorded_at) filter (where s.step = 'APPLIED') as applied_at
  from corrections.correction c join corrections.correction_step s on s.programme_id = c.programme_id and s.correction_id = c.id
  where c.programme_id = $1 group by c.id, c.kind having bool_or(s.step = 'APPLIED') and not bool_or(s.step = 'REVERTED')`;

/** How many legs of a correction another one stands on that was applied later and not reverted. */
export async function legsCorrectedSince(tx: TenantTransaction, id: string): Promise<number> {
  const [row] = await tx.query<{ legs: string }>(
    `with applied as (${APPLIED})
     select count(distinct l.leg_key) as legs
     from corrections.correction_leg l join corrections.correction_leg other on other.programme_id = $1 and other.leg_key = l.leg_key and other.correction_id <> l.correction_id
       join applied mine on mine.id = l.correction_id join applied later on later.id = other.correction_id and later.applied_at > mine.applied_at
     where l.programme_id = $1 and l.correction_id = $2`,
    [tx.scope.programme.id, id],
  );
  return Number(row!.legs);
}

/** How many legs that a correction attributed were attributed elsewhere since, by hand. */
export async function legsMovedSince(tx: TenantTransaction, { id, kind, useCaseId }: Correction): Promise<number> {
  if (kind !== "ATTRIBUTE") return 0;
  const [row] = await tx.query<{ legs: string }>(
    `select count(*) as legs from corrections.correction_leg c join metering.usage_leg l on l.programme_id = $1 and l.leg_key = c.leg_key
     where c.programme_id = $1 and c.correction_id = $2 and l.override_use_case_id is distinct from $3::uuid`,
    [tx.scope.programme.id, id, useCaseId],
  );
  return Number(row!.legs);
}

/** Makes the legs of a correction count as they would without it, by new rows: what their provider sent meanwhile counts again. */
export async function takeBack(tx: TenantTransaction, correction: Correction, legs: readonly PlannedLeg[]): Promise<void> {
  await holdLegs(tx, legs.map(({ legKey }) => legKey));
  if (correction.kind === "ATTRIBUTE") {
    await attributeLegs(tx, legs.map(({ legKey, useCaseBefore }) => ({ legKey, useCaseId: useCaseBefore })), "CORRECTION");
    return;
  }
  const before = await rowsBefore(tx, correction.id);
  await standIn(tx, legs.map(({ legKey }) => ({ legKey, eventKey: before.get(legKey) ?? null })));
}

/** The rows of the corrections that an applied one stands on, by leg: of those that are applied themselves the newest. */
async function rowsBefore(tx: TenantTransaction, id: string): Promise<Map<string, string>> {
  const rows = await tx.query<{ legKey: string; eventKey: string }>(
    `with applied as (${APPLIED})
     select distinct on (r.leg_key) r.leg_key as "legKey", r.event_key as "eventKey"
     from corrections.correction_leg l join corrections.correction_row r on r.programme_id = $1 and r.leg_key = l.leg_key and r.correction_id <> l.correction_id
       join applied a on a.id = r.correction_id and a.kind <> 'ATTRIBUTE'
     where l.programme_id = $1 and l.correction_id = $2
     order by r.leg_key, a.applied_at desc`,
    [tx.scope.programme.id, id],
  );
  return new Map(rows.map(({ legKey, eventKey }) => [legKey, eventKey]));
}
