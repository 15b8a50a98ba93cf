import type { Client } from "pg";

/** What must be the same before and after, beside the number of rows: the hash of every run and the end of every audit chain. */
export interface Figures {
  readonly runs: ReadonlyArray<{ readonly programme: string; readonly period: string; readonly sequence: number; readonly inputHash: string; readonly resultHash: string }>;
  /** `anchor` is "sequence:hash" of the newest entry of the programme's audit trail. */
  readonly auditHeads: ReadonlyArray<{ readonly programme: string; readonly anchor: string }>;
}

/** Reads the figures of every programme, in a fixed order; the role must see past row-level security. */
export async function readFigures(client: Client): Promise<Figures> {
  const runs = await client.query<Figures["runs"][number]>(
    `select p.code as programme, r.period_key as period, r.sequence, r.input_hash as "inputHash", r.result_hash as "resultHash"
     from allocation.run r join tenancy.programme p on p.id = r.programme_id order by p.code collate "C", r.period_key collate "C", r.sequence`,
  );
  const heads = await client.query<Figures["auditHeads"][number]>(
    `select p.code as programme, h.sequence || ':' || h.hash as anchor
     from governance.audit_head h join tenancy.programme p on p.id = h.programme_id order by p.code collate "C"`,
  );
  return { runs: runs.rows, auditHeads: heads.rows };
}

/** Rows of each table, by its name. */
export async function countRows(client: Client, tables: ReadonlyArray<{ readonly name: string }>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const { rows } = await client.query<{ rows: string }>(`select count(*) as rows from ${name}`);
    counts.set(name, Number(rows[0]!.rows));
  }
  return counts;
}
