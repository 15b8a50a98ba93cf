import { Backup } from "../app/backup/manifest";
import { count } from "./output";

/** A backup as data and in words: what it holds, and the digest to compare it by. */
export function describeBackup({ folder, manifest, manifestSha256 }: Backup): [data: Record<string, unknown>, text: string] {
  const { takenAt, tables, figures } = manifest;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return [
    { folder, manifestSha256, takenAt, tables: tables.length, rows, bytes, ...figures },
    [
      `${folder}: ${count(rows)} rows of ${tables.length} tables (${count(bytes)} bytes), as of ${takenAt}`,
      `${figures.runs.length} run(s)`,
      ...figures.auditHeads.map(({ programme, anchor }) => `audit head of ${programme}: ${anchor}`),
      `SHA-256 of manifest.json: ${manifestSha256}`,
    ].join("\n"),
  ];
}
