import { randomUUID } from "node:crypto";
import { hashOf } from "../kernel/hash";
import { invariant } from "../kernel/refusal";
import { costsStore } from "../costs/costs.store";
import { NOBODY } from "../metering";
import { TenantTransaction } from "../tenancy/database.store";
import { Posting, PostingKey } from "./plan-postings";
import { RatingRun } from "./rate-period";
import { RatedLine, RatingResult } from "./rate-usage";
import { RatingFacts } from "./rating-facts";

const RUN = `select id, period_key as "periodKey", sequence, currency, cutoff, cards, exchange_rates as "exchangeRates", rules_version as "rulesVersion", input_hash as "inputHash", result_hash as "resultHash",
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
    runs: (): Promise<RatingRun[]> => tx.query<RatingRun>(`${RUN} order by period_key, sequence`, [programmeId]),
    posted: async (period: string): Promise<Array<PostingKey & { amountMinor: bigint }>> =>
      (await tx.query<PostingKey & { amountMinor: string }>(
        `select x.kind, x.vendor, x.component, p.code as pool, coalesce(c.code, '') as "useCase", sum(x.amount_minor)::text as "amountMinor" from rating.posting x
           join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id left join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
         where x.programme_id = $1 and x.period_key = $2 group by 1, 2, 3, 4, 5`,
        [programmeId, period],
      )).map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) })),
    saveRun: (facts: RatingFacts, result: RatingResult, postings: readonly Posting[], cutoff: Date): Promise<RatingRun> => saveRun(tx, facts, result, postings, cutoff),
  };
}

async function saveRun(tx: TenantTransaction, facts: RatingFacts, result: RatingResult, postings: readonly Posting[], cutoff: Date): Promise<RatingRun> {
  const programmeId = tx.scope.programme.id;
  const id = randomUUID();
  await tx.query(
    `insert into rating.run (programme_id, id, period_key, sequence, currency, cutoff, cards, exchange_rates, rules_version, input_hash, result_hash, created_by)
     select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11 from rating.run where programme_id = $1 and period_key = $3`,
    [programmeId, id, facts.period, facts.currency.code, cutoff, facts.cards.map(({ card }) => card.version), JSON.stringify(facts.rates.map(({ from, to, kind, date, rate, source, revision }) => ({ from, to, kind, date, rate, source, revision }))),
      facts.rulesVersion, result.inputHash, result.resultHash, tx.scope.principal.subject],
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
       measured_numerator, measured_denominator, billed_numerator, billed_denominator, original_currency, amount_numerator, amount_denominator, amount_minor)
     select $1, $2, x.position, x.kind, x.vendor, x.component, x.basis, x.card, x.line, p.id, coalesce(u.id, '${NOBODY}'), coalesce(c.id, '${NOBODY}'), x.calls, x.exempt, x.ms, x.unit, x.mn, x.md, x.bn, x.bd, x.currency, x.an, x.ad, x.minor
     from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[], $16::text[],
         $17::numeric[], $18::numeric[], $19::numeric[], $20::numeric[], $21::text[], $22::numeric[], $23::numeric[], $24::bigint[])
         x (position, kind, vendor, component, basis, card, line, pool, business_unit, use_case, calls, exempt, ms, unit, mn, md, bn, bd, currency, an, ad, minor)
       left join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool
       left join tenancy.business_unit u on u.programme_id = $1 and u.code = x.business_unit
       left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case returning 1`,
    [
      tx.scope.programme.id, runId, lines.map((_, index) => index + 1), lines.map((l) => l.kind), lines.map((l) => l.vendor), lines.map((l) => l.component), lines.map((l) => l.basis), lines.map((l) => l.cardVersion),
      lines.map((l) => l.rateLine), lines.map((l) => l.pool), lines.map((l) => l.businessUnit), lines.map((l) => l.useCase), lines.map((l) => String(l.calls)), lines.map((l) => String(l.exemptCalls)),
      lines.map((l) => String(l.measuredMs)), lines.map((l) => l.unit), lines.map((l) => String(l.measured.numerator)), lines.map((l) => String(l.measured.denominator)), lines.map((l) => String(l.billed.numerator)),
      lines.map((l) => String(l.billed.denominator)), lines.map((l) => l.originalCurrency), lines.map((l) => String(l.amount.numerator)), lines.map((l) => String(l.amount.denominator)), lines.map((l) => String(l.amountMinor)),
    ],
  );
  invariant(saved.length === lines.length, "not every line of a rating was stored");
}

/** Every posting is a cost entry of its own, under an externalId that names month, run and what it is of. */
async function savePostings(tx: TenantTransaction, run: RatingRun, postings: readonly Posting[]): Promise<void> {
  if (postings.length === 0) return;
  const booked = postings.map((each) => ({ ...each, externalId: `rating/${run.periodKey}/${run.sequence}/${each.kind}/${each.vendor}/${each.component}/${each.pool}/${each.useCase}`, id: randomUUID() }));
  await costsStore(tx).saveBookings(booked.map(({ id, pool, useCase, amountMinor, externalId, description, vendor }) => {
    const content = { pool, period: run.periodKey, amountMinor, currency: run.currency, useCase: useCase === "" ? null : useCase, description, vendor, invoice: null };
    return { id, ...content, externalId, payloadHash: hashOf(content) };
  }));
  await tx.query(
    `insert into rating.posting (programme_id, run_id, position, period_key, kind, vendor, component, pool_id, use_case_id, external_id, amount_minor)
     select $1, $2, x.position, $3, x.kind, x.vendor, x.component, e.pool_id, coalesce(e.use_case_id, '${NOBODY}'), x.external_id, x.minor
     from unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[]) x (position, kind, vendor, component, external_id, minor)
       join costs.cost_entry e on e.programme_id = $1 and e.external_id = x.external_id`,
    [tx.scope.programme.id, run.id, run.periodKey, booked.map((_, index) => index + 1), booked.map((b) => b.kind), booked.map((b) => b.vendor), booked.map((b) => b.component), booked.map((b) => b.externalId), booked.map((b) => String(b.amountMinor))],
  );
}
