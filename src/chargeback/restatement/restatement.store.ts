import { invariant } from "../../kernel/refusal";
import { Scope } from "../../tenancy";
import { Database, TenantTransaction } from "../../tenancy/database.store";
import { lateRange, namedInstant, postedSoFar, replayInSteps } from "../draft-adjustments.store";
import { monthsWithLateFacts } from "../late-months.query";
import { RestatementDraft, RestatementRequest, RestatementRequestKind } from "./restate-period";
import { RestatementVersion, restate } from "./restatement";

/** A replay may scan a month of raw usage. */
const REPLAY_TIMEOUT_MS = 600_000;

/** Works a closed month out anew with everything that came for it by now; null when nothing did that is not charged already. */
export async function draftRestatement(database: Database, scope: Scope, period: string): Promise<RestatementDraft | null> {
  const [origin] = await database.withTenant(scope, (tx) => monthsWithLateFacts(tx, { only: period }));
  if (!origin) return null;
  const lateTo = await namedInstant(database, scope, period);
  return database.withTenant(scope, async (tx) => {
    const { run, inputHash, withCost, withBoth } = await replayInSteps(tx, origin, lateTo);
    return { period, runId: run?.id ?? null, inputHash, ...(await lateRange(tx, origin, lateTo)), ...restate(await postedSoFar(tx, origin, run), withCost, withBoth) };
  }, { statementTimeoutMs: REPLAY_TIMEOUT_MS, isolation: "REPEATABLE READ" });
}

/** Requests and versions of restated months: written, and never touched again. */
export function restatementStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  return {
    newestRequest: async (period: string): Promise<RestatementRequest | null> => {
      const [newest] = await tx.query<RestatementRequest>(
        "select kind, reason, recorded_by as by, recorded_at as at from chargeback.restatement_request where programme_id = $1 and period_key = $2 order by sequence desc limit 1", [programmeId, period],
      );
      return newest ?? null;
    },
    /** The caller holds the period alone. */
    saveRequest: async (period: string, kind: RestatementRequestKind, reason: string): Promise<void> => {
      await tx.query(
        `insert into chargeback.restatement_request (programme_id, period_key, sequence, kind, reason, recorded_by)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5 from chargeback.restatement_request where programme_id = $1 and period_key = $2`,
        [programmeId, period, kind, reason, subject],
      );
    },
    newestVersion: async (period: string): Promise<{ version: number; hash: string } | null> => {
      const [newest] = await tx.query<{ version: number; hash: string }>("select version, hash from chargeback.restatement where programme_id = $1 and period_key = $2 order by version desc limit 1", [programmeId, period]);
      return newest ?? null;
    },
    saveRestatement: async (draft: RestatementDraft, { version, previousHash, pools, cells }: RestatementVersion, hash: string, request: RestatementRequest): Promise<void> => {
      await tx.query(
        `insert into chargeback.restatement (programme_id, period_key, version, run_id, late_from, late_to, late_events, late_cost_entries, input_hash, previous_hash, hash, reason, requested_by, requested_at, restated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
        [programmeId, draft.period, version, draft.runId, draft.lateFrom, draft.lateTo, draft.lateEvents, draft.lateCostEntries, draft.inputHash, previousHash, hash, request.reason, request.by, request.at, subject],
      );
      const storedPools = await tx.query(
        `insert into chargeback.restatement_pool (programme_id, period_key, version, pool_id, before_minor, before_unallocated_minor, after_minor, after_unallocated_minor, before_variance_minor, after_variance_minor)
         select $1, $2, $3, p.id, x.before, x.before_unallocated, x.after, x.after_unallocated, x.before_variance, x.after_variance
         from unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) x (pool, before, before_unallocated, after, after_unallocated, before_variance, after_variance)
           join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool returning 1`,
        [programmeId, draft.period, version, pools.map((p) => p.pool), pools.map((p) => String(p.beforeMinor)), pools.map((p) => String(p.beforeUnallocatedMinor)), pools.map((p) => String(p.afterMinor)), pools.map((p) => String(p.afterUnallocatedMinor)),
          pools.map((p) => String(p.beforeVarianceMinor ?? 0n)), pools.map((p) => String(p.afterVarianceMinor ?? 0n))],
      );
      const storedCells = await tx.query(
        `insert into chargeback.restatement_cell (programme_id, period_key, version, pool_id, business_unit_id, use_case_id, before_minor, cost_minor, usage_minor, after_minor)
         select $1, $2, $3, p.id, u.id, c.id, x.before, x.cost, x.usage, x.after
         from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) x (pool, unit, use_case, before, cost, usage, after)
           join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool
           join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
           join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case returning 1`,
        [
          programmeId, draft.period, version, cells.map((c) => c.pool), cells.map((c) => c.businessUnit), cells.map((c) => c.useCase),
          cells.map((c) => String(c.beforeMinor)), cells.map((c) => String(c.costMinor)), cells.map((c) => String(c.usageMinor)), cells.map((c) => String(c.afterMinor)),
        ],
      );
      invariant(storedPools.length === pools.length && storedCells.length === cells.length, "a restatement names what does not exist");
    },
  };
}
