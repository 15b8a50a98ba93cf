import { randomUUID } from "node:crypto";
import { hashOf } from "../kernel/hash";
import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { costsStore } from "../costs/costs.store";
import { NOBODY } from "../metering";
import { TenantTransaction } from "../tenancy/database.store";
import { Posting, PostingKey } from "./plan-postings";
import { RatingRun } from "./rate-period";
import { RatedLine, RatingResult } from "./rate-usage";
import { RatingFacts } from "./rating-facts";
import { RATING_METHOD } from "./rating-hash";

const RUN = `select id, period_key as "periodKey", sequence, currency, cutoff, cards, exchange_rates as "exchangeRates", rules_version as "rulesVersion", method, input_hash as "inputHash", result_hash as "resultHash",
  created_at as "createdAt", created_by as "createdBy" from rating.run where programme_id = $1`;

/** Rated months and what they posted. Only ever added to. */
export function ratingRunStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  return {
    /** The newest run of a period; of a closed one, `postedOnly`, the newest whose cost is in its figures. */
    latestRun: async (period: string, postedOnly = false): Promise<RatingRun | null> =>
      (await tx.query<RatingRun>(
        `${RUN} and period_key = $2 ${postedOnly ? "and cutoff <= coalesce((select p.cutoff from governance.period p where p.programme_id = $1 and p.key = $2), 'infinity')" : ""} order by sequence desc limit 1`,
        [programmeId, period],
      ))[0] ?? null,
    findRun: async (id: string): Promise<RatingRun | null> => (await tx.query<RatingRun>(`${RUN} and id::text = $2`, [programmeId, id]))[0] ?? null,
    /** Runs in the order in which they were stored. */
    list: async (period: string | null, page: PageRequest): Promise<Page<RatingRun>> => {
      const position = decodeCursor(page.after, ["instant", "uuid"]);
      const rows = await tx.query<RatingRun & { position: string }>(
        `select r.*, to_char(r."createdAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position from (${RUN}) r
         where ($2::text is null or r."periodKey" = $2) and ($3::timestamptz is null or (r."createdAt", r.id) > ($3, $4::uuid)) order by r."createdAt", r.id limit $5`,
        [programmeId, period, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
      );
      return toPage(rows, page, (row) => [row.position, row.id]);
    },
    runs: (): Promise<RatingRun[]> => tx.query<RatingRun>(`${RUN} order by period_key, sequence`, [programmeId]),
    /** What is posted of a month; what names no unit is charged to the owner of its use case at the month's end, as chargeback does. */
    posted: async (period: string): Promise<Array<PostingKey & { amountMinor: bigint }>> =>
      (await tx.query<PostingKey & { amountMinor: string }>(
        `select x.kind, x.vendor, x.component, p.code as pool, coalesce(u.code, '') as "businessUnit", coalesce(c.code, '') as "useCase", sum(x.amount_minor)::text as "amountMinor" from rating.posting x
           join governance.period m on m.programme_id = $1 and m.key = x.period_key
           join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id left join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
           left join lateral (
             select o.business_unit_id from tenancy.use_case_ownership o where x.business_unit_id is null and o.programme_id = $1 and o.use_case_id = x.use_case_id and o.effective_from < m.ends_at
             order by coalesce(o.created_at < m.cutoff, true) desc, o.effective_from desc, o.version desc limit 1) o on true
           left join tenancy.business_unit u on u.programme_id = $1 and u.id = coalesce(x.business_unit_id, o.business_unit_id)
         where x.programme_id = $1 and x.period_key = $2 group by 1, 2, 3, 4, 5, 6`,
        [programmeId, period],
      )).map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) })),
    saveRun: (facts: RatingFacts, result: RatingResult, postings: readonly Posting[], cutoff: Date): Promise<RatingRun> => saveRun(tx, facts, result, postings, cutoff),
  };
}

async function saveRun(tx: TenantTransaction, facts: RatingFacts, result: RatingResult, postings: readonly Posting[], cutoff: Date): Promise<RatingRun> {
  const programmeId = tx.scope.programme.id;
  const id = randomUUID();
  await tx.query(
    `insert into rating.run (programme_id, id, period_key, sequence, currency, cutoff, cards, exchange_rates, rules_version, input_hash, result_hash, created_by, method)
     select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12 from rating.run where programme_id = $1 and period_key = $3`,
    [programmeId, id, facts.period, facts.currency.code, cutoff, facts.cards.map(({ card }) => card.version), JSON.stringify(facts.rates.map(({ from, to, kind, date, rate, source, revision }) => ({ from, to, kind, date, rate, source, revision }))),
      facts.rulesVersion, result.inputHash, result.resultHash, tx.scope.principal.subject, RATING_METHOD],
  );
  const [run] = await tx.query<RatingRun>(`${RUN} and id = $2`, [programmeId, id]);
  invariant(run, "a rating that was just saved is not there");
  await saveLines(tx, id, result.lines);
  await savePostings(tx, run, postings);
  return run;
}

async function saveLines(tx: TenantTransaction, runId: string, lines: readonly RatedLine[]): Promise<void> {
  const saved = await tx.query(
    `insert into rating.line (programme_id, run_id, position, kind, vendor, component, basis, card_version, rate_line, pool_id, business_unit_id, use_case_id, calls, exempt_calls, measured_ms, unit,
       measured_numerator, measured_denominator, billed_numerator, billed_denominator, original_currency, amount_numerator, amount_denominator, amount_minor, first_day, last_day)
     select $1, $2, x.position, x.kind, x.vendor, x.component, x.basis, x.card, x.line, p.id, coalesce(u.id, '${NOBODY}'), coalesce(c.id, '${NOBODY}'), x.calls, x.exempt, x.ms, x.unit, x.mn, x.md, x.bn, x.bd, x.currency, x.an, x.ad, x.minor, x.first_day, x.last_day
     from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[], $16::text[],
         $17::numeric[], $18::numeric[], $19::numeric[], $20::numeric[], $21::text[], $22::numeric[], $23::numeric[], $24::bigint[], $25::text[], $26::text[])
         x (position, kind, vendor, component, basis, card, line, pool, business_unit, use_case, calls, exempt, ms, unit, mn, md, bn, bd, currency, an, ad, minor, first_day, last_day)
       left join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool
       left join tenancy.business_unit u on u.programme_id = $1 and u.code = x.business_unit
       left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case returning 1`,
    [
      tx.scope.programme.id, runId, lines.map((_, index) => index + 1), lines.map((l) => l.kind), lines.map((l) => l.vendor), lines.map((l) => l.component), lines.map((l) => l.basis), lines.map((l) => l.cardVersion),
      lines.map((l) => l.rateLine), lines.map((l) => l.pool), lines.map((l) => l.businessUnit), lines.map((l) => l.useCase), lines.map((l) => String(l.calls)), lines.map((l) => String(l.exemptCalls)),
      lines.map((l) => String(l.measuredMs)), lines.map((l) => l.unit), lines.map((l) => String(l.measured.numerator)), lines.map((l) => String(l.measured.denominator)), lines.map((l) => String(l.billed.numerator)),
      lines.map((l) => String(l.billed.denominator)), lines.map((l) => l.originalCurrency), lines.map((l) => String(l.amount.numerator)), lines.map((l) => String(l.amount.denominator)), lines.map((l) => String(l.amountMinor)),
      lines.map((l) => l.span?.first ?? null), lines.map((l) => l.span?.last ?? null),
    ],
  );
  invariant(saved.length === lines.length, "not every line of a rating was stored");
}

/** Every posting is a cost entry of its own, under an externalId that names month, run and what it is of. */
async function savePostings(tx: TenantTransaction, run: RatingRun, postings: readonly Posting[]): Promise<void> {
  if (postings.length === 0) return;
  const booked = postings.map((each) => ({ ...each, externalId: `rating/${run.periodKey}/${run.sequence}/${each.kind}/${each.vendor}/${each.component}/${each.pool}/${each.useCase}${each.businessUnit && `/${each.businessUnit}`}`, id: randomUUID() }));
  await costsStore(tx).saveBookings(booked.map(({ id, pool, businessUnit, useCase, amountMinor, externalId, description, vendor }) => {
    const content = { pool, period: run.periodKey, amountMinor, currency: run.currency, useCase: useCase || null, businessUnit: businessUnit || null, description, vendor, invoice: null };
    return { id, ...content, kind: "CHARGE", externalId, payloadHash: hashOf(content) };
  }));
  await tx.query(
    `insert into rating.posting (programme_id, run_id, position, period_key, kind, vendor, component, pool_id, business_unit_id, use_case_id, external_id, amount_minor)
     select $1, $2, x.position, $3, x.kind, x.vendor, x.component, e.pool_id, e.business_unit_id, coalesce(e.use_case_id, '${NOBODY}'), x.external_id, x.minor
     from unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[]) x (position, kind, vendor, component, external_id, minor)
       join costs.cost_entry e on e.programme_id = $1 and e.external_id = x.external_id`,
    [tx.scope.programme.id, run.id, run.periodKey, booked.map((_, index) => index + 1), booked.map((b) => b.kind), booked.map((b) => b.vendor), booked.map((b) => b.component), booked.map((b) => b.externalId), booked.map((b) => String(b.amountMinor))],
  );
}
