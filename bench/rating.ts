import { Client } from "pg";
import { approveRateCard, proposeRateCard } from "../src/rating";
import { approveRateCardPorts, proposeRateCardPorts } from "../src/rating/rating-ports.store";
import { recordAudit } from "../src/app/serve";
import { createCostPool } from "../src/costs";
import { createCostPoolPorts } from "../src/costs/costs-ports.store";
import { Programme } from "../src/tenancy";
import { fillMonth } from "./bulk-month";
import { printFigure, printRatio, say, timed } from "./figures";
import { ask } from "./http-client";
import { Place, tokenFor } from "./place";
import { PROGRAMME, scopeOf } from "./programme";

const ROUNDS = 3;
const PERIOD = "2025-07";
const EVENTS = 1_000_000;

const RATE = "mutation($period: PeriodKey!) { ratePeriod(input: { period: $period }) { run { sequence } userErrors { code message } } }";

interface Rated { readonly ratePeriod: { readonly run: { readonly sequence: number } | null; readonly userErrors: unknown[] } }

/** Billed time per use case and direction in one pass, as one would ask by hand. */
const BARE = `
  select business_unit_id, use_case_id, direction, count(*) as calls, sum(connected_ms) as measured_ms, sum(greatest(30000, (connected_ms + 5999) / 6000 * 6000)) as billed_ms
  from metering.usage_event e
  where programme_id = $1 and period_key = $2 and provider = 'voice-platform' and channel = 'VOICE' and status in ('COMPLETED', 'VOICEMAIL') and connected_ms > 0 and not test and type in ('LEG_COMPLETED', 'LEG_UPDATED')
    and not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key)
  group by 1, 2, 3`;

/** The tables of a rating, whose rows are written again under a new one; what it posts too. */
const COPY = `
  with run as (select * from rating.run where programme_id = $1 and period_key = $2 order by sequence desc limit 1),
  made as (insert into rating.run select programme_id, md5(id::text || 'again')::uuid, period_key, sequence + 1000000, currency, cutoff, cards, exchange_rates, rules_version, input_hash, result_hash, created_at, created_by, method from run returning id)
  insert into rating.line select l.programme_id, (select id from made), l.position, l.kind, l.vendor, l.component, l.basis, l.card_version, l.rate_line, l.pool_id, l.business_unit_id, l.use_case_id, l.calls, l.exempt_calls, l.measured_ms, l.unit,
    l.measured_numerator, l.measured_denominator, l.billed_numerator, l.billed_denominator, l.original_currency, l.amount_numerator, l.amount_denominator, l.amount_minor from rating.line l join run on run.id = l.run_id`;
const FORGET = "delete from rating.line where run_id in (select id from rating.run where sequence > 1000000); delete from rating.run where sequence > 1000000";

/** Agrees on a card at a price, in the place of the one before it. */
async function agree(place: Place, programme: Programme, price: string, replaces: number | null): Promise<number> {
  const { database } = place.installation;
  const card = await database.withTenant(scopeOf(programme, "bench-finance", "FINANCE"), (tx) => proposeRateCard(proposeRateCardPorts(tx, recordAudit), {
    vendor: "voice-platform", component: "PLATFORM", unit: "MINUTE", currency: PROGRAMME.currency, effectiveFrom: "2025-01", replaces, minimumSeconds: 30, incrementSeconds: 6,
    tiers: [{ upTo: "1000000", price }, { price: "0.05" }], pool: "bench-usage",
  }, null));
  await database.withTenant(scopeOf(programme, "bench-controller", "FINANCE"), (tx) => approveRateCard(approveRateCardPorts(tx, recordAudit), card.version));
  return card.version;
}

/** How long a fresh rating of a month takes, with its lines and cost entries, against its one aggregate and its lines as bare SQL. */
export async function benchRating(place: Place, programme: Programme): Promise<void> {
  await fillMonth(place, programme, PERIOD, EVENTS);
  await place.installation.database.withTenant(scopeOf(programme, "bench-finance", "FINANCE"), (tx) => createCostPool(createCostPoolPorts(tx, recordAudit), { code: "bench-usage", name: "Usage", kind: "DIRECT" }));
  const server = await place.startServer();
  try {
    const token = tokenFor(place.installation, "bench-finance", "FINANCE", PROGRAMME.code);
    let version: number | null = null, cents = 70;
    const rateAnew = async (): Promise<number> => {
      version = await agree(place, programme, `0.0${(cents += 1)}`, version);
      return timed(async () => {
        const { ratePeriod } = await ask<Rated>(server.found, token, RATE, { period: PERIOD });
        if (!ratePeriod.run) throw new Error(JSON.stringify(ratePeriod.userErrors));
      });
    };
    await rateAnew();
    const api: number[] = [], bare: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      api.push(await rateAnew());
      bare.push(await timed(() => bareRating(place.installation.apiUrl, programme)));
      await place.admin.query(FORGET);
      say(`rating ${round}/${ROUNDS}: ratePeriod ${Math.round(api.at(-1)!)} ms, bare SQL ${Math.round(bare.at(-1)!)} ms`);
    }
    const setting = { events: EVENTS, useCases: 200 };
    printFigure("rating", "rate-period", "ms", api, setting);
    printFigure("rating", "bare-sql", "ms", bare, setting);
    printRatio("rating", "rate-period-of-bare-sql", api.map((value, index) => value / bare[index]!), { atMost: 3 }, setting);
  } finally {
    await server.stop();
  }
}

async function bareRating(url: string, programme: Programme): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.programme', $1, true), set_config('app.reach', 'programme', true)", [programme.id]);
    await client.query(BARE, [programme.id, PERIOD]);
    await client.query(COPY, [programme.id, PERIOD]);
    await client.query("commit");
  } finally {
    await client.end();
  }
}
