import { statSync } from "node:fs";
import { basename } from "node:path";
import { Command, Option } from "commander";
import { COST_COLUMNS, importCosts } from "./import-costs";
import { count, print, say } from "./output";
import { pathOf } from "./paths";
import { createImportProgress } from "./progress";
import { RowFormat } from "./read-rows";
import { CommonOptions, withCommonOptions, withProgramme } from "./session";

interface ImportCostsCommandOptions extends CommonOptions {
  readonly rejects?: string;
  readonly format?: RowFormat;
}

const INVALID_INPUT = 3;

/** `import costs`: the rows of a file as booked costs. Safe to repeat; ends with 3 when a row was rejected. */
export function registerImportCosts(imports: Command): void {
  withCommonOptions(imports.command("costs"))
    .description("book the costs of a CSV or NDJSON file; again: everything is a duplicate")
    .argument("<file>", `columns ${COST_COLUMNS.join(", ")}; what lowers cost has a negative amount; a vendor's service credit also has kind CREDIT, or FOCUS ChargeCategory Credit`)
    .option("--rejects <file>", "where rejected rows go (default: <name of the file>.rejected.csv in this folder)")
    .addOption(new Option("--format <format>", "of the file (default: by its name)").choices(["csv", "ndjson"]))
    .action(async (name: string, options: ImportCostsCommandOptions) => {
      const file = pathOf(name);
      const summary = await withProgramme(options, ({ database, scope }) =>
        importCosts(database, scope, {
          file, format: options.format,
          rejectsFile: pathOf(options.rejects ?? `${basename(file)}.rejected.csv`),
          progress: createImportProgress(statSync(file, { throwIfNoEntry: false })?.size ?? 0),
        }));
      if (summary.ignored.length > 0) say(`Columns that nothing reads: ${summary.ignored.join(", ")}.`);
      const { read, booked, duplicate, rejected, rejectsFile } = summary;
      print(options, summary, `${count(read)} row(s): ${count(booked)} booked, ${count(duplicate)} duplicate, ${count(rejected)} rejected.`);
      if (rejected > 0) {
        say(`The rejected rows and their reasons are in ${rejectsFile}. Correct them and import the file again.`);
        process.exitCode = INVALID_INPUT;
      }
    });
}
