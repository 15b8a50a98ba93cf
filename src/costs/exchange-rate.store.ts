import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { lastDayOf } from "../kernel/period";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { ExchangeRate } from "./exchange-rate";

/** A rate as it is read. */
export interface StoredExchangeRate extends ExchangeRate {
  readonly recordedAt: Date;
  readonly recordedBy: string;
}

const COLUMNS = `from_currency as "from", to_currency as "to", kind, on_date as date, revision, trim_scale(rate)::text as rate, source, recorded_at as "recordedAt", recorded_by as "recordedBy"`;

/** Rates of the transaction's programme. Only ever added to. */
export function exchangeRateStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const to = programmeCurrency(tx.scope.programme).code;
  return {
    /** The newest revision of a period's MONTH_END rate to the programme's currency. */
    findMonthEndRate: async (from: string, period: string): Promise<ExchangeRate | null> =>
      (await tx.query<StoredExchangeRate>(
        `select ${COLUMNS} from costs.exchange_rate where programme_id = $1 and from_currency = $2 and to_currency = $3 and kind = 'MONTH_END' and on_date = $4 order by revision desc limit 1`,
        [programmeId, from, to, lastDayOf(period)],
      ))[0] ?? null,
    saveRates: async (rates: readonly ExchangeRate[]): Promise<{ stored: StoredExchangeRate[]; added: number }> => {
      const columns = [rates.map((r) => r.from), rates.map((r) => r.kind), rates.map((r) => r.date), rates.map((r) => r.revision), rates.map((r) => r.rate), rates.map((r) => r.source)];
      const added = await tx.query(
        `insert into costs.exchange_rate (programme_id, from_currency, to_currency, kind, on_date, revision, rate, source, recorded_by)
         select $1, x.f, $2, x.k, x.d, x.v, x.r, x.s, $3 from unnest($4::text[], $5::text[], $6::text[], $7::int[], $8::numeric[], $9::text[]) x (f, k, d, v, r, s)
         on conflict do nothing returning 1`,
        [programmeId, to, tx.scope.principal.subject, ...columns],
      );
      const found = await tx.query<StoredExchangeRate>(
        `select ${COLUMNS} from costs.exchange_rate join unnest($3::text[], $4::text[], $5::text[], $6::int[]) x (f, k, d, v) on from_currency = x.f and kind = x.k and on_date = x.d and revision = x.v
         where programme_id = $1 and to_currency = $2`,
        [programmeId, to, ...columns.slice(0, 4)],
      );
      const key = (r: ExchangeRate): string => `${r.from} ${r.kind} ${r.date} ${r.revision}`;
      const byKey = new Map(found.map((rate) => [key(rate), rate]));
      return { stored: rates.map((rate) => byKey.get(key(rate))!), added: added.length };
    },
    list: async (where: { readonly from?: string | null; readonly date?: string | null }, page: PageRequest): Promise<Page<StoredExchangeRate>> => {
      const position = decodeCursor(page.after, ["text"]);
      const rows = await tx.query<StoredExchangeRate & { position: string }>(
        `select * from (select ${COLUMNS}, on_date || ' ' || from_currency || ' ' || kind || ' ' || lpad(revision::text, 8, '0') as position
           from costs.exchange_rate where programme_id = $1 and to_currency = $2) r
         where ($3::text is null or r."from" = $3) and ($4::text is null or r.date = $4) and ($5::text is null or r.position collate "C" > $5) order by r.position collate "C" limit $6`,
        [programmeId, to, where.from ?? null, where.date ?? null, position?.[0] ?? null, page.first + 1],
      );
      return toPage(rows, page, (row) => [row.position]);
    },
  };
}
