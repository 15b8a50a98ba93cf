import { FileHandle, open } from "node:fs/promises";
import { once } from "node:events";
import { Writable } from "node:stream";
import { Command, Option } from "commander";
import { FORMATS, Format, UnknownName, readExportRequest } from "../exports";
import { DATASETS } from "../exports/dataset-list.query";
import { writeDataset } from "../exports/export-dataset.query";
import { FORMAT_VERSION } from "../exports/formats/formats";
import { planExport } from "../exports/read-dataset.query";
import { systemClock } from "../kernel/clock";
import { say } from "./output";
import { createImportProgress } from "./progress";
import { CommonOptions, withCommonOptions, withProgramme } from "./session";

interface ExportOptions extends CommonOptions {
  readonly format: Format;
  readonly from?: string;
  readonly to?: string;
  readonly fields?: string;
  readonly filter?: readonly string[];
  readonly updatedSince?: string;
  readonly asOfRun?: string;
  readonly decimals?: string;
  readonly bom?: boolean;
  readonly output?: string;
}

/** `export`: a dataset as a file, the same bytes as GET /export answers to whoever sees the whole programme. */
export function registerExport(program: Command): void {
  withCommonOptions(program.command("export"))
    .description("a dataset as a file, on standard output unless told; progress goes to standard error")
    .argument("<dataset>", DATASETS.map(({ name }) => name).join(", "))
    .addOption(new Option("--format <format>", "how it is written").choices(FORMATS).default("csv"))
    .option("--from <day>", "first day or month of the programme's calendar")
    .option("--to <day>", "first day or month after the range")
    .option("--fields <names>", "columns, with commas between them")
    .option("--filter <column=codes...>", "codes of a column, for example business_unit=retail,claims")
    .option("--updated-since <instant>", "what was recorded or superseded since")
    .option("--as-of-run <id>", "the lines of one allocation run")
    .option("--decimals <how>", "string or number, in JSON")
    .option("--bom", "begin a CSV with a byte order mark")
    .option("--output <file>", "write there")
    .action(async (name: string, options: ExportOptions) => {
      const dataset = DATASETS.find((each) => each.name === name);
      if (!dataset) throw new UnknownName(`There is no dataset ${name.slice(0, 64)}. Known are ${DATASETS.map((each) => each.name).join(", ")}.`, [], "dataset", "NOT_FOUND");
      const request = readExportRequest(dataset, options.format, parametersOf(options));
      await withProgramme(options, async ({ database, scope }) => {
        const progress = createImportProgress(0);
        let rows = 0;
        let bytes = 0;
        let file: FileHandle | null = null;
        try {
          await database.withTenant(scope, async (tx) => {
            const plan = await planExport(tx, request, FORMAT_VERSION, systemClock.now());
            // Not before it is known that there is something to write: a file that stood there is lost with this.
            if (options.output !== undefined) file = await open(options.output, "w");
            await writeDataset(tx, plan, { write: async (piece, more) => {
              await (file?.appendFile(piece) ?? pour(process.stdout, piece));
              rows += more;
              bytes += piece.length;
              progress.report(bytes, rows);
            } });
          }, { statementTimeoutMs: 0, isolation: "REPEATABLE READ" });
        } finally {
          progress.end();
          await (file as FileHandle | null)?.close();
        }
        if (options.output !== undefined) say(`${rows} rows of ${dataset.name} in ${options.output}`);
      });
    });
}

async function pour(out: Writable, piece: string | Uint8Array): Promise<void> {
  if (piece.length > 0 && !out.write(piece)) await once(out, "drain");
}

function parametersOf(options: ExportOptions): Record<string, string | string[]> {
  const given: Record<string, string | undefined> = {
    from: options.from, to: options.to, fields: options.fields, updated_since: options.updatedSince, as_of_run: options.asOfRun, decimals: options.decimals, bom: options.bom ? "1" : undefined,
  };
  const filters = (options.filter ?? []).map((each) => [each.slice(0, Math.max(each.indexOf("="), 0)) || each, each.slice(each.indexOf("=") + 1)] as const);
  return Object.fromEntries([...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])), ...filters]);
}
