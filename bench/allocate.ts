import { Programme } from "../src/tenancy";
import { BY_HAND, FORGET, bareAllocation } from "./bare-allocation";
import { fillMonth } from "./bulk-month";
import { Setting, printFigure, printRatio, say, timed } from "./figures";
import { ask } from "./http-client";
import { Place, tokenFor } from "./place";
import { POOLS, bookCosts } from "./programme";

const ROUNDS = 3;
const PERIOD = "2025-07";
const EVENTS = 1_000_000;

const ALLOCATE = "mutation($period: PeriodKey!) { allocatePeriod(input: { period: $period }) { run { sequence } userErrors { code message } } }";
const BOOK = "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }";

interface Allocated { readonly allocatePeriod: { readonly run: { readonly sequence: number } | null; readonly userErrors: unknown[] } }

/** How long a fresh run over a month takes, against its aggregates and its lines as bare SQL. */
export async function benchAllocate(place: Place, programme: Programme): Promise<void> {
  await fillMonth(place, programme, PERIOD, EVENTS);
  await bookCosts(place.installation.database, programme, PERIOD);
  await compareAllocation(place, programme, { bench: "allocate", period: PERIOD, pool: POOLS[0], aggregates: BY_HAND.rows, setting: { events: EVENTS, units: 50, useCases: 200, pools: POOLS.length } });
}

/** A month to allocate: `pool` gets another cent before every run, so that each is a fresh one. */
export interface AllocatedMonth {
  readonly bench: string;
  readonly period: string;
  readonly pool: string;
  readonly aggregates: readonly string[];
  readonly setting: Setting;
}

/** Prints how long runs of a month take beside the same aggregates and the same rows as bare SQL, in alternating rounds. */
export async function compareAllocation(place: Place, programme: Programme, { bench, period, pool, aggregates, setting: known }: AllocatedMonth): Promise<void> {
  const server = await place.startServer();
  try {
    const token = tokenFor(place.installation, "bench-finance", "FINANCE", programme.code);
    let cents = 0;
    const allocateAnew = async (): Promise<number> => {
      cents += 1;
      await ask(server.found, token, BOOK, { input: { pool, period, amount: "0.01", currency: programme.currency, externalId: `cent-${cents}` } });
      let sequence = 0;
      const ms = await timed(async () => {
        const { allocatePeriod } = await ask<Allocated>(server.found, token, ALLOCATE, { period });
        if (!allocatePeriod.run) throw new Error(JSON.stringify(allocatePeriod.userErrors));
        sequence = allocatePeriod.run.sequence;
      });
      if (sequence < cents) throw new Error("no fresh run was made");
      return ms;
    };
    await allocateAnew();
    const { rows } = await place.admin.query<{ lines: number }>("select count(*)::int as lines from allocation.line where run_id = (select id from allocation.run where programme_id = $1 and period_key = $2 order by sequence desc limit 1)", [programme.id, period]);
    const api: number[] = [], bare: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      api.push(await allocateAnew());
      bare.push(await timed(() => bareAllocation(place.installation.apiUrl, programme, period, aggregates)));
      await place.admin.query(FORGET);
      say(`${bench} ${round}/${ROUNDS}: allocatePeriod ${Math.round(api.at(-1)!)} ms, bare SQL ${Math.round(bare.at(-1)!)} ms`);
    }
    const setting = { ...known, lines: rows[0]!.lines };
    printFigure(bench, "allocate-period", "ms", api, setting);
    printFigure(bench, "bare-sql", "ms", bare, setting);
    printRatio(bench, "allocate-period-of-bare-sql", api.map((value, index) => value / bare[index]!), { atMost: 3 }, setting);
  } finally {
    await server.stop();
  }
}
