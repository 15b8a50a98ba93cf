import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { to as copyTo } from "pg-copy-streams";
import { Format, readExportRequest } from "../src/exports";
import { DATASETS } from "../src/exports/dataset-list.query";
import { planExport, statementOf } from "../src/exports/read-dataset.query";
import { Programme } from "../src/tenancy";
import { median, printFigure, printRatio, say, timed } from "./figures";
import { Place, tokenFor } from "./place";
import { residentMb } from "./processor-time";
import { scopeOf } from "./programme";

const ROUNDS = 3;
const PERIOD = "2024-03";
const RANGE = "from=2024-03&to=2024-04";
const DAYS = 31;
const ROWS = 400_000;
const ROWS_LARGE = 5_000_000;
const SAMPLE_MS = 100;

/**
 * How fast a dataset is streamed, against COPY TO of the very same query in the same database; how long until the first byte; how
 * far the server's memory grows meanwhile; and that a closed month asked for again is answered from no row of the table.
 */
export async function benchExport(place: Place, programme: Programme, { large }: { readonly large: boolean }): Promise<void> {
  const rows = large ? ROWS_LARGE : ROWS;
  await fillDays(place, programme, rows);
  const dataset = DATASETS.find(({ name }) => name === "usage_daily")!;
  const query = await copyText(place, programme);
  const server = await place.startServer();
  try {
    const authorization = `Bearer ${tokenFor(place.installation, "bench-finance", "FINANCE", programme.code)}`;
    const url = (format: Format): string => `${server.found}/export/${dataset.name}.${format}?${RANGE}`;
    const fetched = async (format: Format): Promise<Fetched> => {
      let bytes = 0, firstMs = 0, peakMb = residentMb(server.pid) ?? 0;
      const before = peakMb;
      const timer = setInterval(() => { peakMb = Math.max(peakMb, residentMb(server.pid) ?? 0); }, SAMPLE_MS);
      const ms = await timed(async () => {
        const begun = process.hrtime.bigint();
        const response = await fetch(url(format), { headers: { authorization } });
        if (response.status !== 200) throw new Error(await response.text());
        for await (const chunk of response.body!) {
          if (bytes === 0) firstMs = Number(process.hrtime.bigint() - begun) / 1e6;
          bytes += (chunk as Uint8Array).length;
        }
      });
      clearInterval(timer);
      return { ms, firstMs, bytes, growthMb: peakMb - before };
    };
    const copied = async (): Promise<number> => {
      const client = await place.admin.connect();
      try {
        return await timed(() => pipeline(client.query(copyTo(`copy (${query}) to stdout with (format csv, header)`)), new PassThrough().resume()));
      } finally {
        client.release();
      }
    };
    const setting = { rows, dataset: dataset.name, columns: dataset.columns.length };
    await fetched("csv");
    const copy: number[] = [], first: number[] = [];
    const streamed = new Map<Format, Fetched[]>();
    for (let round = 1; round <= ROUNDS; round += 1) {
      copy.push(await copied());
      for (const format of ["csv", "ndjson", "parquet"] as const) {
        const found = await fetched(format);
        streamed.set(format, [...(streamed.get(format) ?? []), found]);
        if (format === "csv") first.push(found.firstMs);
        say(`export ${round}/${ROUNDS}: ${format} ${Math.round(found.ms)} ms, COPY ${Math.round(copy.at(-1)!)} ms, first byte ${Math.round(found.firstMs)} ms, memory +${found.growthMb} MB`);
      }
    }
    printFigure("export", "copy-to", "ms", copy, setting);
    printFigure("export", "first-byte", "ms", first, { ...setting, atMost: 200, passes: median(first) <= 200 });
    for (const [format, all] of streamed) {
      printFigure("export", format, "ms", all.map(({ ms }) => ms), { ...setting, bytes: all[0]!.bytes });
      printRatio("export", `${format}-speed-of-copy-to`, all.map(({ ms }, round) => copy[round]! / ms), format === "csv" ? { atLeast: 0.15 } : {}, setting);
      printFigure("export", `${format}-memory-growth`, "MB", all.map(({ growthMb }) => growthMb), setting);
    }
    if (!large) {
      const { ms, bytes } = await fetched("xlsx");
      printFigure("export", "xlsx", "ms", [ms], { ...setting, bytes });
    }
    await againWhenClosed(place, programme, async (known) => {
      const response = await fetch(url("csv"), { headers: { authorization, ...(known === null ? {} : { "if-none-match": known }) } });
      await response.body?.cancel();
      return { status: response.status, etag: response.headers.get("etag") };
    });
  } finally {
    await server.stop();
  }
}

interface Fetched { readonly ms: number; readonly firstMs: number; readonly bytes: number; readonly growthMb: number }

type Ask = (known: string | null) => Promise<{ readonly status: number; readonly etag: string | null }>;

/** Closes the month behind the API's back and asks for it again: how long a 304 takes, and what was read of the table for it. */
async function againWhenClosed(place: Place, programme: Programme, ask: Ask): Promise<void> {
  await place.admin.query("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = now() where programme_id = $1 and key = $2", [programme.id, PERIOD]);
  const { etag } = await ask(null);
  const scans = async (): Promise<number> => {
    await place.admin.query("select pg_stat_force_next_flush()");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const { rows: [found] } = await place.admin.query<{ scans: string }>("select (coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::text as scans from pg_stat_user_tables where relid = 'metering.usage_daily_total'::regclass");
    return Number(found!.scans);
  };
  const before = await scans();
  const again: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    let status = 0;
    again.push(await timed(async () => { status = (await ask(etag)).status; }));
    if (status !== 304) throw new Error(`a closed month was answered ${status}`);
  }
  const scanned = (await scans()) - before;
  printFigure("export", "closed-month-again", "ms", again, { status: 304, scansOfTheTable: scanned, passes: scanned === 0 });
}

/** The product's own select of the month, with its values written in: COPY takes no parameters. */
async function copyText(place: Place, programme: Programme): Promise<string> {
  const dataset = DATASETS.find(({ name }) => name === "usage_daily")!;
  const request = readExportRequest(dataset, "csv", { from: PERIOD, to: PERIOD.replace("-03", "-04") });
  return place.installation.database.withTenant(scopeOf(programme, "bench-finance", "FINANCE"), async (tx) => {
    await planExport(tx, request, 1, Date.now());
    const { sql, parameters } = statementOf(tx, request, PERIOD);
    return parameters.reduceRight<string>((text, value, index) => text.replaceAll(`$${index + 1}`, `'${String(value)}'`), sql);
  });
}

/** A month of daily totals, put in behind the API's back: only what is read of them is measured. */
async function fillDays(place: Place, programme: Programme, rows: number): Promise<void> {
  await place.admin.query(
    `insert into governance.period (programme_id, key, starts_at, ends_at) values ($1, $2, '2024-03-01', '2024-04-01') on conflict do nothing`, [programme.id, PERIOD]);
  const useCases = Math.ceil(rows / (DAYS * 5));
  await place.admin.query(
    `insert into tenancy.use_case (programme_id, id, code, name) select $1, gen_random_uuid(), 'export-' || n, 'Use case ' || n from generate_series(1, $2) n on conflict do nothing`, [programme.id, useCases]);
  await place.admin.query(
    `insert into metering.usage_daily_total (programme_id, business_unit_id, use_case_id, day, channel, direction, provider, outcome, legs, connected_legs, connected_ms)
     select $1, (select id from tenancy.business_unit where programme_id = $1 order by code limit 1), c.id, d::date, ch, 'INBOUND', '', '', 10, 9, 123456
     from tenancy.use_case c, generate_series('2024-03-01'::date, '2024-03-31', '1 day') d, unnest(enum_range(null::metering.channel)) ch
     where c.programme_id = $1 and c.code like 'export-%' order by c.id, d, ch limit $2 on conflict do nothing`, [programme.id, rows]);
  await place.admin.query("analyze metering.usage_daily_total");
}
