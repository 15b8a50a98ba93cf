import { TenantTransaction } from "../tenancy/database.store";
import { ExportRequest } from "./export-request";
import { FORMAT_SPECS } from "./formats/formats";
import { ExportPlan, readRows } from "./read-dataset.query";

/** Takes pieces of a file; what it awaits holds the reading back. */
export interface Sink {
  write(piece: string | Uint8Array, rows: number): Promise<void>;
}

/** Writes the rows of a plan as a file. Answers the key of the last row when a limit cut the rest off. */
export async function writeDataset(tx: TenantTransaction, plan: ExportPlan, sink: Sink): Promise<readonly string[] | null> {
  const { dataset, format, columns, decimalsAsNumbers, bom }: ExportRequest = plan.request;
  const writer = await FORMAT_SPECS[format].write({ columns, title: dataset.name, decimalsAsNumbers, bom });
  await sink.write(writer.begin(), 0);
  const last = await readRows(tx, plan, (rows) => sink.write(writer.rows(rows), rows.length));
  await sink.write(writer.end(), 0);
  return last;
}
