import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { to as copyTo } from "pg-copy-streams";
import { Format, readExportRequest } from "../src/exports";
import { DATASETS } from "../src/exports/dataset-list.query";
import { planExport, statementOf } from "../src/exports/read-dataset.query";
import { Programme } from "../src/tenancy";
import { printFigure, printRatio, say, timed } from "./figures";
import { Place, tokenFor } from "./place";
import { scopeOf } from "./programme";

const ROUNDS = 3;
const PERIOD = "2024-03";
const DAYS = 31;
/** Use cases x channels x days of a month: a million rows of usage_daily need more than a month holds, so providers do not matter. */
const ROWS = 400_000;

/** How fast a dataset is streamed, against COPY TO of the very same query in the same database, and how long until the first byte. */
export async function benchExport(place: Place, programme: Programme): Promise<void> {
  await fillDays(place, programme);
  const dataset = DATASETS.find(({ name }) => name === "usage_daily")!;
  const query = await copyText(place, programme);
  const server = await place.startServer();
  try {
    const token = tokenFor(place.installation, "bench-finance", "FINANCE", programme.code);
    const fetched = async (format: Format): Promise<{ ms: number; firstMs: number; bytes: number }> => {
      let bytes = 0, firstMs = 0;
      const ms = await timed(async () => {
        const begun = process.hrtime.bigint();
        const response = await fetch(`${server.found}/export/${dataset.name}.${format}?from=${PERIOD}&to=${PERIOD.replace("-03", "-04")}`, { headers: { authorization: `Bearer ${token}` } });
        if (response.status !== 200) throw new Error(await response.text());
        for await (const chunk of response.body!) {
          if (bytes === 0) firstMs = Number(process.hrtime.bigint() - begun) / 1e6;
          bytes += (chunk as Uint8Array).length;
        }
      });
      return { ms, firstMs, bytes };
    };
    const copied = async (): Promise<number> => {
      const client = await place.admin.connect();
      try {
        return await timed(() => pipeline(client.query(copyTo(`copy (${query}) to stdout with (format csv, header)`)), new PassThrough().resume()));
      } finally {
        client.release();
      }
    };
    await fetched("csv");
    const csv: number[] = [], copy: number[] = [], first: number[] = [], ratio: number[] = [];
    const setting = { rows: ROWS, dataset: dataset.name, columns: dataset.columns.length };
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { ms, firstMs } = await fetched("csv");
      csv.push(ms);
      first.push(firstMs);
      copy.push(await copied());
      ratio.push(copy.at(-1)! / ms);
      say(`export ${round}/${ROUNDS}: CSV ${Math.round(ms)} ms, COPY ${Math.round(copy.at(-1)!)} ms, first byte ${Math.round(firstMs)} ms`);
    }
    printFigure("export", "csv", "ms", csv, setting);
    printFigure("export", "copy-to", "ms", copy, setting);
    printFigure("export", "first-byte", "ms", first, { ...setting, atMost: 200 });
    printRatio("export", "csv-speed-of-copy-to", ratio, { atLeast: 0.15 }, setting);
    for (const format of ["ndjson", "parquet", "xlsx"] as const) {
      const { ms, bytes } = await fetched(format);
      printFigure("export", format, "ms", [ms], { ...setting, bytes });
    }
  } finally {
    await server.stop();
  }
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
async function fillDays(place: Place, programme: Programme): Promise<void> {
  await place.admin.query(
    `insert into governance.period (programme_id, key, starts_at, ends_at) values ($1, $2, '2024-03-01', '2024-04-01') on conflict do nothing`, [programme.id, PERIOD]);
  const useCases = Math.ceil(ROWS / (DAYS * 5));
  await place.admin.query(
    `insert into tenancy.use_case (programme_id, id, code, name) select $1, gen_random_uuid(), 'export-' || n, 'Use case ' || n from generate_series(1, $2) n on conflict do nothing`, [programme.id, useCases]);
  await place.admin.query(
    `insert into metering.usage_daily_total (programme_id, business_unit_id, use_case_id, day, channel, direction, provider, outcome, legs, connected_legs, connected_ms)
     select $1, (select id from tenancy.business_unit where programme_id = $1 order by code limit 1), c.id, d::date, ch, 'INBOUND', '', '', 10, 9, 123456
     from tenancy.use_case c, generate_series('2024-03-01'::date, '2024-03-31', '1 day') d, unnest(enum_range(null::metering.channel)) ch
     where c.programme_id = $1 and c.code like 'export-%' order by c.id, d, ch limit $2 on conflict do nothing`, [programme.id, ROWS]);
  await place.admin.query("analyze metering.usage_daily_total");
}
