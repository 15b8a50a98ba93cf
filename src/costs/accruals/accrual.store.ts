import { randomUUID } from "node:crypto";
import { hashOf } from "../../kernel/hash";
import { shiftPeriod } from "../../kernel/period";
import { invariant } from "../../kernel/refusal";
import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { ownerAtEnd } from "../../tenancy/ownership.query";
import { CostEntry, hashedKind } from "../cost-entry";
import { Booking, costsStore } from "../costs.store";
import { Accrual, AccrualAnswerKind, KnownAccrual, ReversalCause, entryNames, wordsOf, wordsOfReversal } from "./accrual";

type AccrualRow = Omit<KnownAccrual, "amountMinor" | "answers"> & { readonly amountMinor: string; readonly answerKinds: AccrualAnswerKind[] };

/** True when what took an accrual back was moved to its month; SQL, with the name of the accrual's row. $1 is the programme. */
export const isMoved = (accrual: string): string => `exists (select from costs.cost_entry m where m.programme_id = $1 and m.external_id = 'accrual/' || ${accrual}.id || '/moved-in')`;

/** The unit that an entry names, as an object; SQL, with the name of the entry's row. */
const bearerOf = (entry: string): string => `(select jsonb_build_object('id', u.id, 'code', u.code) from tenancy.business_unit u where u.programme_id = $1 and u.id = ${entry}.business_unit_id)`;

const KNOWN = `
  select a.id, a.external_id as "externalId", a.entry_id as "entryId", a.pool_id as "poolId", p.code as pool, a.use_case_id as "useCaseId", c.code as "useCase", a.period_key as "periodKey",
    a.amount_minor as "amountMinor", e.kind, a.payload_hash as "payloadHash", a.reason, a.source, a.renews, a.recorded_by as "recordedBy", m.status <> 'CLOSED' as "isMonthOpen", ${bearerOf("e")} as bearer,
    (select jsonb_build_object('entryId', r.entry_id, 'periodKey', r.period_key, 'cause', r.cause, 'bearer', ${bearerOf("t")}, 'isMoved', ${isMoved("a")})
      from costs.accrual_reversal r join costs.cost_entry t on t.programme_id = $1 and t.id = r.entry_id where r.programme_id = $1 and r.accrual_id = a.id) as reversal,
    (select n.external_id from costs.accrual n where n.programme_id = $1 and n.renews = a.id) as "renewedBy",
    coalesce((select array_agg(w.kind order by w.recorded_at, w.id) from costs.accrual_answer w where w.programme_id = $1 and w.accrual_id = a.id), '{}') as "answerKinds"
  from costs.accrual a
    join costs.cost_entry e on e.programme_id = $1 and e.id = a.entry_id
    join governance.period m on m.programme_id = $1 and m.key = a.period_key
    join costs.cost_pool p on p.programme_id = $1 and p.id = a.pool_id
    left join tenancy.use_case c on c.programme_id = $1 and c.id = a.use_case_id
  where a.programme_id = $1`;

const toKnown = ({ amountMinor, answerKinds, ...row }: AccrualRow): KnownAccrual => ({ ...row, amountMinor: BigInt(amountMinor), answers: answerKinds.map((kind) => ({ kind })) });

const TAKEN = "exists (select from costs.accrual_reversal r where r.programme_id = $1 and r.accrual_id = a.id)";

/** Accruals, how they were taken back and what came of them: written, and never touched again. */
export function accrualStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const saveAnswer = (accrual: Accrual, kind: AccrualAnswerKind, entryId: string | null, reason: string | null): Promise<unknown> =>
    tx.query("insert into costs.accrual_answer (programme_id, id, accrual_id, kind, entry_id, reason, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)", [programmeId, randomUUID(), accrual.id, kind, entryId, reason, subject]);
  return {
    /** In its own month an accrual goes back to whoever is charged with it when that ends, as itself; in another one to who was. */
    reverse: async (accruals: readonly Accrual[], periodKey: string, cause: ReversalCause): Promise<void> => {
      const borne = cause === "CLOSE" ? await bearers(tx, accruals) : new Map<string, string | null>();
      const taken = accruals.map((accrual) => ({ accrual, entryId: randomUUID(), bearer: borne.get(accrual.id) ?? accrual.bearer?.code ?? null }));
      await bookEntries(tx, taken.map(({ accrual, entryId, bearer }) => ({ accrual, id: entryId, period: periodKey, amountMinor: -accrual.amountMinor, externalId: entryNames(accrual.id).reverses, description: wordsOfReversal(accrual), businessUnit: bearer })));
      await tx.query(
        "insert into costs.accrual_reversal (programme_id, accrual_id, entry_id, period_key, cause, recorded_by) select $1, x.accrual, x.entry, $4, $5, $6 from unnest($2::uuid[], $3::uuid[]) x (accrual, entry)",
        [programmeId, taken.map(({ accrual }) => accrual.id), taken.map(({ entryId }) => entryId), periodKey, cause, subject],
      );
    },
    moveReversal: async (accrual: KnownAccrual): Promise<void> => {
      const { reversal, amountMinor, periodKey } = accrual;
      invariant(reversal, "an accrual that nothing took back");
      await periodStore(tx).hold([periodKey, reversal.periodKey]);
      const description = `${wordsOfReversal(accrual)}, moved from ${reversal.periodKey} to ${periodKey}: its invoice came`;
      const entry = { accrual, description, businessUnit: reversal.bearer?.code ?? null };
      const { movedIn, movedOut } = entryNames(accrual.id);
      await bookEntries(tx, [
        { ...entry, id: randomUUID(), period: periodKey, amountMinor: -amountMinor, externalId: movedIn }, { ...entry, id: randomUUID(), period: reversal.periodKey, amountMinor, externalId: movedOut },
      ]);
    },
    findAccrual: async (externalId: string): Promise<KnownAccrual | null> => {
      const [row] = await tx.query<AccrualRow>(`${KNOWN} and a.external_id = $2`, [programmeId, externalId]);
      return row ? toKnown(row) : null;
    },
    renewed: async (accrual: Accrual): Promise<KnownAccrual[]> => {
      if (accrual.renews === null) return [];
      const rows = await tx.query<AccrualRow>(
        `with recursive before as (
           select b.id, b.renews from costs.accrual b where b.programme_id = $1 and b.id = $2 union all select b.id, b.renews from before x join costs.accrual b on b.programme_id = $1 and b.id = x.renews)
         ${KNOWN} and a.id in (select id from before) order by a.period_key desc`,
        [programmeId, accrual.renews],
      );
      return rows.map(toKnown);
    },
    /** Those of a month that still count in it, by name. */
    standing: async (periodKey: string): Promise<KnownAccrual[]> =>
      (await tx.query<AccrualRow>(`${KNOWN} and a.period_key = $2 and not ${TAKEN} order by a.external_id collate "C"`, [programmeId, periodKey])).map(toKnown),
    /** Those of earlier months that were taken back and that nothing has come of, oldest first. */
    unanswered: async (beforePeriod: string): Promise<KnownAccrual[]> => {
      const rows = await tx.query<AccrualRow>(
        `${KNOWN} and a.period_key < $2 and ${TAKEN}
           and not exists (select from costs.accrual_answer w where w.programme_id = $1 and w.accrual_id = a.id) and not exists (select from costs.accrual n where n.programme_id = $1 and n.renews = a.id)
         order by a.period_key, a.external_id collate "C"`,
        [programmeId, beforePeriod],
      );
      return rows.map(toKnown);
    },
    saveAccrual: async (accrual: Accrual): Promise<void> => {
      const { id, entryId, externalId, poolId, useCaseId, periodKey, amountMinor, payloadHash, reason, source, renews, bearer } = accrual;
      await bookEntries(tx, [{ accrual, id: entryId, period: periodKey, amountMinor, externalId: entryNames(id).books, description: wordsOf(accrual), businessUnit: bearer?.code ?? null }]);
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

/** Who is charged with accruals of months that close now or have, by id: the unit that the entry names, else the owner of the use case when the month ends. Owners are held. */
async function bearers(tx: TenantTransaction, accruals: readonly Accrual[]): Promise<Map<string, string | null>> {
  const rows = await tx.query<{ id: string; code: string | null }>(
    `select a.id, u.code from costs.accrual a
       join costs.cost_entry e on e.programme_id = $1 and e.id = a.entry_id
       join governance.period m on m.programme_id = $1 and m.key = a.period_key
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = coalesce(e.business_unit_id, (${ownerAtEnd("a.use_case_id", "m.ends_at", "coalesce(m.cutoff, 'infinity')")}))
     where a.programme_id = $1 and a.id = any($2::uuid[])`,
    [tx.scope.programme.id, accruals.map(({ id }) => id)],
  );
  return new Map(rows.map(({ id, code }) => [id, code]));
}

type EntryOfAccrual = Pick<Booking, "id" | "period" | "amountMinor" | "externalId" | "businessUnit"> & { readonly accrual: Accrual; readonly description: string };

async function bookEntries(tx: TenantTransaction, entries: readonly EntryOfAccrual[]): Promise<void> {
  await costsStore(tx).saveBookings(entries.map(({ accrual: { pool, useCase, kind }, id, externalId, period, amountMinor, description, businessUnit }) => {
    const content = { pool, period, amountMinor, currency: tx.scope.programme.currency, useCase, description, vendor: null, invoice: null, businessUnit };
    return { id, externalId, payloadHash: hashOf({ ...content, kind: hashedKind(kind) }), ...content, kind };
  }));
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
