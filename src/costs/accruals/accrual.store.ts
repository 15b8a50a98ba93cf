import { randomUUID } from "node:crypto";
import { hashOf } from "../../kernel/hash";
import { shiftPeriod } from "../../kernel/period";
import { invariant } from "../../kernel/refusal";
import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { CostEntry } from "../cost-entry";
import { costsStore } from "../costs.store";
import { Accrual, AccrualAnswerKind, KnownAccrual, ReversalCause, wordsOf, wordsOfReversal } from "./accrual";

type AccrualRow = Omit<KnownAccrual, "amountMinor" | "reversal" | "answers"> & {
  readonly amountMinor: string; readonly reversalEntry: string | null; readonly reversalPeriod: string | null; readonly cause: ReversalCause | null; readonly answerKinds: AccrualAnswerKind[];
};

const KNOWN = `
  select a.id, a.external_id as "externalId", a.entry_id as "entryId", a.pool_id as "poolId", p.code as pool, a.use_case_id as "useCaseId", c.code as "useCase", a.period_key as "periodKey",
    a.amount_minor as "amountMinor", a.payload_hash as "payloadHash", a.reason, a.source, a.renews, a.recorded_by as "recordedBy",
    r.entry_id as "reversalEntry", r.period_key as "reversalPeriod", r.cause, (select n.external_id from costs.accrual n where n.programme_id = $1 and n.renews = a.id) as "renewedBy",
    coalesce((select array_agg(w.kind order by w.recorded_at, w.id) from costs.accrual_answer w where w.programme_id = $1 and w.accrual_id = a.id), '{}') as "answerKinds"
  from costs.accrual a
    join costs.cost_pool p on p.programme_id = $1 and p.id = a.pool_id
    left join tenancy.use_case c on c.programme_id = $1 and c.id = a.use_case_id
    left join costs.accrual_reversal r on r.programme_id = $1 and r.accrual_id = a.id
  where a.programme_id = $1`;

const toKnown = ({ amountMinor, reversalEntry, reversalPeriod, cause, answerKinds, ...row }: AccrualRow): KnownAccrual => ({
  ...row, amountMinor: BigInt(amountMinor), answers: answerKinds.map((kind) => ({ kind })),
  reversal: reversalEntry === null ? null : { entryId: reversalEntry, periodKey: reversalPeriod!, cause: cause! },
});

/** Accruals, how they were taken back and what came of them: written, and never touched again. */
export function accrualStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const reverse = async (accrual: Accrual, periodKey: string, cause: ReversalCause): Promise<void> => {
    const entryId = randomUUID();
    await bookEntry(tx, accrual, { id: entryId, periodKey, amountMinor: -accrual.amountMinor, externalId: `accrual/${accrual.id}/reversal`, description: wordsOfReversal(accrual) });
    await tx.query("insert into costs.accrual_reversal (programme_id, accrual_id, entry_id, period_key, cause, recorded_by) values ($1, $2, $3, $4, $5, $6)", [programmeId, accrual.id, entryId, periodKey, cause, subject]);
  };
  const saveAnswer = (accrual: Accrual, kind: AccrualAnswerKind, entryId: string | null, reason: string | null): Promise<unknown> =>
    tx.query("insert into costs.accrual_answer (programme_id, id, accrual_id, kind, entry_id, reason, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)", [programmeId, randomUUID(), accrual.id, kind, entryId, reason, subject]);
  return {
    reverse,
    findAccrual: async (externalId: string): Promise<KnownAccrual | null> => {
      const [row] = await tx.query<AccrualRow>(`${KNOWN} and a.external_id = $2`, [programmeId, externalId]);
      return row ? toKnown(row) : null;
    },
    /** Those of a month that still count in it, by name. */
    standing: async (periodKey: string): Promise<KnownAccrual[]> =>
      (await tx.query<AccrualRow>(`${KNOWN} and a.period_key = $2 and r.accrual_id is null order by a.external_id collate "C"`, [programmeId, periodKey])).map(toKnown),
    /** Those of earlier months that were taken back and that nothing has come of, oldest first. */
    unanswered: async (beforePeriod: string): Promise<KnownAccrual[]> => {
      const rows = await tx.query<AccrualRow>(
        `${KNOWN} and a.period_key < $2 and r.accrual_id is not null
           and not exists (select from costs.accrual_answer w where w.programme_id = $1 and w.accrual_id = a.id) and not exists (select from costs.accrual n where n.programme_id = $1 and n.renews = a.id)
         order by a.period_key, a.external_id collate "C"`,
        [programmeId, beforePeriod],
      );
      return rows.map(toKnown);
    },
    saveAccrual: async (accrual: Accrual): Promise<void> => {
      const { id, entryId, externalId, poolId, useCaseId, periodKey, amountMinor, payloadHash, reason, source, renews } = accrual;
      await bookEntry(tx, accrual, { id: entryId, periodKey, amountMinor, externalId: `accrual/${id}`, description: wordsOf(accrual) });
      await tx.query(
        `insert into costs.accrual (programme_id, id, external_id, entry_id, pool_id, use_case_id, period_key, amount_minor, payload_hash, reason, source, renews, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
        [programmeId, id, externalId, entryId, poolId, useCaseId, periodKey, String(amountMinor), payloadHash, reason, source, renews, subject],
      );
    },
    saveInvoice: async (accrual: Accrual, entry: CostEntry): Promise<void> => void (await saveAnswer(accrual, "INVOICE", entry.id, null)),
    saveRelease: async (accrual: Accrual, reason: string): Promise<void> => void (await saveAnswer(accrual, "RELEASE", null, reason)),
  };
}

async function bookEntry(tx: TenantTransaction, { pool, useCase }: Accrual, entry: Pick<CostEntry, "id" | "periodKey" | "amountMinor" | "externalId"> & { readonly description: string }): Promise<void> {
  const { id, periodKey, amountMinor, externalId, description } = entry;
  const content = { pool, period: periodKey, amountMinor, currency: tx.scope.programme.currency, useCase, description, vendor: null, invoice: null, businessUnit: null };
  await costsStore(tx).saveBookings([{ id, externalId, payloadHash: hashOf(content), ...content }]);
}

/** The first month after one that is not closed, whether or not anything fell into it. */
export async function nextOpenKey(tx: TenantTransaction, after: string): Promise<string> {
  const closed = new Set((await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 and key > $2 and status = 'CLOSED'", [tx.scope.programme.id, after])).map(({ key }) => key));
  let next = shiftPeriod(after, 1);
  while (closed.has(next)) next = shiftPeriod(next, 1);
  return next;
}

/** That month, made when it is new and held so that it cannot close before this transaction ends. */
export async function holdNextOpen(tx: TenantTransaction, after: string): Promise<Period> {
  for (;;) {
    const [period] = await periodStore(tx).hold([await nextOpenKey(tx, after)]);
    invariant(period, "a period that was held is not there");
    if (period.status !== "CLOSED") return period;
  }
}
