import { invariant } from "../kernel/refusal";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { periodStore } from "../governance/period.store";
import { TenantTransaction } from "../tenancy/database.store";
import { LockStatement, Statement, StatementDraft, StatementStatus } from "./statement";
import { statementRulesStore } from "./deadlines/statement-rules.store";
import { findStatement } from "./statement.query";

/** The key that an opaque id of a type stands for; null when it is none of ours. */
export function keyOf(type: "Statement" | "StatementLine", id: string): string | null {
  const node = fromNodeId(id);
  return node?.type === type && isUuid(node.key) ? node.key : null;
}

/** Something that happens to a statement. */
export interface NewEvent {
  readonly statementId: string;
  readonly status: StatementStatus;
  readonly reason: string | null;
  /** The unit did not dispute in time, and the rules take that for acceptance. */
  readonly bySilence?: boolean;
}

/** Statements, their lines and their history: written, and never touched again. */
export function statementStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  /** What is new to the unit (a version's first event, ISSUED again, ADJUSTED) opens its days by the rules in force; everything after keeps them. */
  const addEvents = async (events: readonly NewEvent[]): Promise<void> => {
    const rules = await statementRulesStore(tx).currentRules();
    const added = await tx.query(
      `insert into chargeback.statement_event (programme_id, statement_id, sequence, business_unit_id, status, subject, reason, by_silence, disputable_until, rules_version)
       select $1, s.id, coalesce(e.sequence, 0) + 1, s.business_unit_id, x.status, $5, x.reason, x.silent,
         case when o.opens then (clock_timestamp() at time zone $8::text)::date + $7::int else e.disputable_until end, case when o.opens then nullif($9::int, 0) else e.rules_version end
       from unnest($2::uuid[], $3::text[], $4::text[], $6::boolean[]) x (id, status, reason, silent) join chargeback.statement s on s.programme_id = $1 and s.id = x.id
         left join lateral (select * from chargeback.statement_event e where e.programme_id = $1 and e.statement_id = s.id order by e.sequence desc limit 1) e on true
         cross join lateral (select e.sequence is null or x.status in ('ISSUED', 'ADJUSTED') as opens) o
       returning 1`,
      [programmeId, events.map((event) => event.statementId), events.map((event) => event.status), events.map((event) => event.reason), subject, events.map((event) => event.bySilence ?? false), rules.disputeDays, tx.scope.programme.timeZone, rules.version],
    );
    invariant(added.length === events.length, "an event of a statement that is not there");
  };
  /** The month is held first and the statement read again: whoever changed it in between has then been seen. */
  const lockStatement: LockStatement = async (id) => {
    const key = keyOf("Statement", id);
    const found = key === null ? null : await findStatement(tx, key);
    if (!found) return null;
    await periodStore(tx).lockAlone(found.periodKey);
    return findStatement(tx, found.id);
  };
  return {
    addEvents,
    lockStatement,
    addEvent: async (statement: Statement, status: StatementStatus, reason: string | null): Promise<Statement> => {
      await addEvents([{ statementId: statement.id, status, reason }]);
      const after = await findStatement(tx, statement.id);
      invariant(after?.status === status, "a status that was just noted does not stand");
      return after;
    },
    saveDrafts: async (drafts: readonly StatementDraft[]): Promise<void> => {
      const column = <T>(pick: (draft: StatementDraft) => T): T[] => drafts.map(pick);
      const saved = await tx.query(
        `insert into chargeback.statement (programme_id, id, business_unit_id, period_key, version, mode, currency, total_minor, hash, previous_hash, resolution_id, restatement_version, issued_by)
         select $1, x.id, u.id, x.period, x.version, x.mode, x.currency, x.total, x.hash, x.previous, x.resolution, x.restatement, $2
         from unnest($3::uuid[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::bigint[], $10::text[], $11::text[], $12::uuid[], $13::int[])
             x (id, unit, period, version, mode, currency, total, hash, previous, resolution, restatement)
           join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit returning 1`,
        [
          programmeId, subject, column((d) => d.id), column((d) => d.businessUnit), column((d) => d.periodKey), column((d) => d.version), column((d) => d.mode), column((d) => d.currency),
          column((d) => String(d.totalMinor)), column((d) => d.hash), column((d) => d.previousHash), column((d) => d.resolutionId), column((d) => d.restatementVersion ?? null),
        ],
      );
      invariant(saved.length === drafts.length, "a statement of a unit that is not there");
      await saveLines(tx, drafts);
    },
  };
}

async function saveLines(tx: TenantTransaction, drafts: readonly StatementDraft[]): Promise<void> {
  const rows = drafts.flatMap((draft) => draft.lines.map((line, position) => ({ ...line, statementId: draft.id, position })));
  const column = <T>(pick: (row: (typeof rows)[number]) => T): T[] => rows.map(pick);
  const saved = await tx.query(
    `insert into chargeback.statement_line (programme_id, statement_id, line_id, business_unit_id, position, kind, use_case_id, pool_id, origin_period_key, run_id, resolution_id, amount_minor, description)
     select $1, x.statement, x.line, s.business_unit_id, x.position, x.kind, c.id, p.id, x.origin, x.run, x.resolution, x.amount, x.description
     from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::uuid[], $11::bigint[], $12::text[])
         x (statement, line, position, kind, use_case, pool, origin, run, resolution, amount, description)
       join chargeback.statement s on s.programme_id = $1 and s.id = x.statement
       left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case
       left join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool returning 1`,
    [
      tx.scope.programme.id, column((r) => r.statementId), column((r) => r.lineId), column((r) => r.position), column((r) => r.kind), column((r) => r.useCase), column((r) => r.pool), column((r) => r.originPeriod),
      column((r) => r.run?.id ?? null), column((r) => r.resolutionId), column((r) => String(r.amountMinor)), column((r) => r.description),
    ],
  );
  invariant(saved.length === rows.length, "a line of a statement that is not there");
}
