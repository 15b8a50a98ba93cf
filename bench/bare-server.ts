import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { Pool } from "pg";

/** A statement as the product sends it, the settings of its transaction, and how a row is laid out in the answer. */
export interface BareQuery {
  readonly name: string;
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly settings: readonly string[];
}

type Row = Record<string, string | null>;

const nested = (row: Row, prefix: string): object | null => (row[`${prefix}Code`] ? { code: row[`${prefix}Code`], name: row[`${prefix}Name`] } : null);

/** Rows of the same content as the product's answer, straight from the columns. */
const LAYOUTS: Readonly<Record<string, (row: Row) => object>> = {
  allocation: (row) => ({
    businessUnit: nested(row, "unit"), useCase: nested(row, "useCase"), pool: nested(row, "pool"),
    driverQuantity: row.quantity, driverTotal: row.total, share: `${row.numerator}/${row.denominator}`, amount: { amount: row.amount, currency: "GBP" },
  }),
  usageByDay: (row) => ({
    businessUnit: nested(row, "unit"), useCase: nested(row, "useCase"), bucket: row.bucket,
    calls: Number(row.calls), connectedMs: Number(row.connectedMs), minutes: String(Number(row.connectedMs) / 60_000), legs: Number(row.legs),
  }),
  usage: (row) => ({
    businessUnit: nested(row, "unit"), useCase: nested(row, "useCase"),
    calls: Number(row.calls), connectedMs: Number(row.connectedMs), minutes: String(Number(row.connectedMs) / 60_000), contacts: Number(row.contacts), legs: Number(row.legs),
  }),
};

/** What the product is held against: the same statement in the same transaction, and nothing else around it. */
function main(): void {
  const queries = JSON.parse(readFileSync(process.env.BENCH_QUERIES!, "utf8")) as BareQuery[];
  const pool = new Pool({ connectionString: process.env.BENCH_DATABASE!, max: Number(process.env.BENCH_POOL) });
  const answer = async (query: BareQuery): Promise<string> => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      await client.query("select set_config('app.programme', $1, true), set_config('app.reach', $2, true), set_config('app.units', $3, true)", [...query.settings]);
      const { rows } = await client.query<Row>(query.sql, [...query.parameters]);
      await client.query("commit");
      return JSON.stringify({ data: { rows: rows.map(LAYOUTS[query.name]!) } });
    } finally {
      client.release();
    }
  };
  const server = createServer((request, response) => {
    const query = queries.find(({ name }) => request.url === `/${name}`);
    request.resume();
    request.on("end", () => {
      if (!query) return void response.writeHead(404).end();
      answer(query).then(
        (body) => response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) }).end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  server.listen(0, "127.0.0.1", () => process.stdout.write(`bare server on http://127.0.0.1:${(server.address() as { port: number }).port}\n`));
  process.on("SIGTERM", () => process.exit(0));
}

if (require.main === module) main();
