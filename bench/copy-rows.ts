import { Client, Pool } from "pg";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

/** The stored events as COPY text, in chunks of `size` rows, in the order in which they were sent. */
export async function storedRows(admin: Pool, size: number): Promise<Buffer[]> {
  const client = await admin.connect();
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of client.query(copyTo("copy (select * from metering.usage_event order by event_id) to stdout"))) chunks.push(chunk as Buffer);
  } finally {
    client.release();
  }
  const lines = Buffer.concat(chunks).toString("utf8").split("\n").filter((line) => line !== "");
  const commits: Buffer[] = [];
  for (let start = 0; start < lines.length; start += size) commits.push(Buffer.from(`${lines.slice(start, start + size).join("\n")}\n`));
  return commits;
}

/** Puts prepared rows into the table over some connections, each chunk a commit of its own. */
export async function copyRows(url: string, commits: readonly Buffer[], connections: number): Promise<() => Promise<void>> {
  const clients = await Promise.all(Array.from({ length: connections }, async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  }));
  return async () => {
    let next = 0;
    await Promise.all(clients.map(async (client) => {
      for (let chunk = commits[next++]; chunk; chunk = commits[next++]) {
        await pipeline(Readable.from([chunk]), client.query(copyFrom("copy metering.usage_event from stdin")));
      }
    }));
    await Promise.all(clients.map((client) => client.end()));
  };
}
