import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "./database.store";
import { OwnershipChange, OwnershipMove } from "./ownership";
import { UseCaseOwnership } from "./use-case";

/** The ownerships that hold: of several from one instant the highest version. `condition` narrows them; $1 is the programme. */
const holding = (condition: string): string => `
  select distinct on (o.use_case_id, o.effective_from) o.use_case_id, o.effective_from, o.business_unit_id
  from tenancy.use_case_ownership o where o.programme_id = $1 ${condition} order by o.use_case_id, o.effective_from, o.version desc`;

/** Who owns each use case at an instant: use_case_id, business_unit_id. `instant` is SQL; $1 is the programme. */
export const ownersAt = (instant: string): string => `
  select distinct on (o.use_case_id) o.use_case_id, o.business_unit_id from tenancy.use_case_ownership o
  where o.programme_id = $1 and o.effective_from <= ${instant} order by o.use_case_id, o.effective_from desc, o.version desc`;

/** The unit that owned a use case at an instant, as a sub-query of one value; both are SQL, $1 is the programme. */
export const ownerWhen = (useCase: string, instant: string): string => `
  select w.business_unit_id from tenancy.use_case_ownership w where w.programme_id = $1 and w.use_case_id = ${useCase} and w.effective_from <= ${instant}
  order by w.effective_from desc, w.version desc limit 1`;

/** The unit that owned a use case when a month ended, as it was recorded before an instant, as a sub-query of one value; all are SQL, $1 is the programme. */
export const ownerAtEnd = (useCase: string, endsAt: string, recordedBefore: string): string => `
  select w.business_unit_id from tenancy.use_case_ownership w where w.programme_id = $1 and w.use_case_id = ${useCase} and w.effective_from < ${endsAt} and w.created_at < ${recordedBefore}
  order by w.effective_from desc, w.version desc limit 1`;

/** Which unit owns each use case over which half-open range of instants: use_case_id, business_unit_id, effective_from, effective_until. $1 is the programme. */
export const OWNERSHIP_SPANS = `
  select h.use_case_id, h.business_unit_id, h.effective_from,
    coalesce(lead(h.effective_from) over (partition by h.use_case_id order by h.effective_from), 'infinity') as effective_until
  from (${holding("")}) h`;

/** The ownerships that hold of the use cases $2, as `USE_CASE_OWNERSHIP` rows. */
export const USE_CASE_OWNERSHIP_SQL = `
  select h.use_case_id as "useCaseId", h.business_unit_id as "businessUnitId",
    case when h.effective_from = '-infinity' then -8640000000000000 else (extract(epoch from h.effective_from) * 1000)::bigint end as "effectiveFromMs"
  from (${holding("and o.use_case_id = any($2)")}) h`;

/** Rows of USE_CASE_OWNERSHIP_SQL with their instants as numbers. */
export function toOwnerships(rows: ReadonlyArray<{ readonly useCaseId: string; readonly businessUnitId: string; readonly effectiveFromMs: string }>): UseCaseOwnership[] {
  return rows.map((row) => ({ ...row, effectiveFromMs: Number(row.effectiveFromMs) }));
}

/** Use cases that some units own at an instant or come to own after it. */
export async function useCasesOwnedFrom(tx: TenantTransaction, unitIds: readonly string[], from: Date): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select distinct s.use_case_id as id from (${OWNERSHIP_SPANS}) s where s.business_unit_id = any($2::uuid[]) and s.effective_until > $3 order by 1`,
    [tx.scope.programme.id, unitIds, from],
  );
  return rows.map(({ id }) => id);
}

export const CHANGE_COLUMNS = `c.id, c.kind, c.effective_from as "effectiveFrom", c.reason, c.moved_legs as "movedLegs", c.payload_hash as "payloadHash",
  c.recorded_by as "recordedBy", c.recorded_at as "recordedAt"`;

export type ChangeRow = Omit<OwnershipChange, "movedLegs"> & { readonly movedLegs: string };

export const toChange = (row: ChangeRow): OwnershipChange => ({ ...row, movedLegs: Number(row.movedLegs) });

/** What changes of owners are narrowed by: ids of a use case and of a unit that gave, took or ended. */
export interface OwnershipChangesWhere {
  readonly useCaseId: string | null;
  readonly unitId: string | null;
}

/** Changes of owners, newest first. */
export async function listOwnershipChanges(tx: TenantTransaction, where: OwnershipChangesWhere, page: PageRequest): Promise<Page<OwnershipChange>> {
  const position = decodeCursor(page.after, ["instant", "uuid"]);
  const rows = await tx.query<ChangeRow & { position: string }>(
    `select ${CHANGE_COLUMNS}, to_char(c.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position from tenancy.ownership_change c
     where c.programme_id = $1 and ($2::timestamptz is null or (c.recorded_at, c.id) < ($2, $3::uuid))
       and ($4::uuid is null or exists (select from tenancy.use_case_ownership o where o.programme_id = $1 and o.change_id = c.id and o.use_case_id = $4))
       and ($5::uuid is null
         or exists (select from tenancy.use_case_ownership o where o.programme_id = $1 and o.change_id = c.id and $5 in (o.business_unit_id, o.previous_unit_id))
         or exists (select from tenancy.business_unit_closing k where k.programme_id = $1 and k.change_id = c.id and $5 in (k.business_unit_id, k.successor_unit_id)))
     order by c.recorded_at desc, c.id desc limit $6`,
    [tx.scope.programme.id, position?.[0] ?? null, position?.[1] ?? null, where.useCaseId, where.unitId, page.first + 1],
  );
  const found = toPage(rows, page, (row) => [row.position, row.id]);
  return { ...found, edges: found.edges.map(({ node, cursor }) => ({ node: toChange(node), cursor })) };
}

/** The moves of some changes, by change, in the order of their use cases. */
export async function movesOfChanges(tx: TenantTransaction, changeIds: readonly string[]): Promise<Map<string, OwnershipMove[]>> {
  const rows = await tx.query<{ changeId: string; useCaseId: string; fromUnitId: string; toUnitId: string; effectiveFrom: Date }>(
    `select o.change_id as "changeId", o.use_case_id as "useCaseId", o.previous_unit_id as "fromUnitId", o.business_unit_id as "toUnitId", o.effective_from as "effectiveFrom"
     from tenancy.use_case_ownership o join tenancy.use_case c on c.programme_id = $1 and c.id = o.use_case_id
     where o.programme_id = $1 and o.change_id = any($2::uuid[]) order by c.code collate "C", o.effective_from`,
    [tx.scope.programme.id, changeIds],
  );
  const moves = new Map<string, OwnershipMove[]>(changeIds.map((id) => [id, []]));
  for (const { changeId, effectiveFrom, ...move } of rows) moves.get(changeId)!.push({ ...move, effectiveFromMs: effectiveFrom.getTime() });
  return moves;
}
