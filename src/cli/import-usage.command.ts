import { statSync } from "node:fs";
import { basename } from "node:path";
import { Command, Option } from "commander";
import { PROVIDERS, isProvider } from "../metering";
import { storeBulk } from "../metering/bulk/store-bulk.store";
import { parseUsageMapping } from "../metering/mapping/usage-mapping";
import { UsageError } from "./exit-status";
import { ImportSummary, importUsage } from "./import-usage";
import { MadeNames, missingNames } from "./missing-names";
import { count, print, say } from "./output";
import { pathOf, readJson } from "./paths";
import { createImportProgress } from "./progress";
import { providerFile } from "./provider-file";
import { RowFormat } from "./read-rows";
import { CommonOptions, withCommonOptions, withProgramme } from "./session";

interface ImportUsageCommandOptions extends CommonOptions {
  readonly mapping?: string;
  readonly source?: string;
  readonly createMissing?: boolean;
  readonly rejects?: string;
  readonly format?: RowFormat;
}

const INVALID_INPUT = 3;

/** `import usage`: the rows of a file as usage events. Safe to repeat; ends with 3 when a row was rejected or conflicts. */
export function registerImportUsage(imports: Command): void {
  withCommonOptions(imports.command("usage"))
    .description("import usage from a CSV or NDJSON file, gzip or not; again: everything is a duplicate")
    .argument("<file>", "CSV (with a header) or NDJSON, UTF-8; of a provider also a JSON list")
    .option("--mapping <file>", `JSON that says how a row becomes a usage event; or whose records these are: ${PROVIDERS.join(", ")} (without: NDJSON of canonical events or CloudEvents)`)
    .option("--source <uri>", "who measured; part of the identity of every event (default: that of the mapping, or of each event)")
    .option("--create-missing", "make the business units and use cases that the file names and the programme lacks")
    .option("--rejects <file>", "where rejected rows go (default: <name of the file>.rejected.csv in this folder)")
    .addOption(new Option("--format <format>", "of the file (default: by its name)").choices(["csv", "ndjson"]))
    .action(async (name: string, options: ImportUsageCommandOptions) => {
      const file = pathOf(name);
      const provider = options.mapping !== undefined && isProvider(options.mapping) ? options.mapping : null;
      const mapping = options.mapping === undefined || provider !== null ? null : parseUsageMapping(readJson(pathOf(options.mapping)));
      const source = options.source ?? mapping?.source ?? null;
      if (provider && source === null) throw new UsageError(`Say with --source who measured; it is part of the identity of every event. Where ${provider} also sends by itself, use the source of that connection.`);
      if (mapping && source === null) throw new UsageError("The mapping names no source. Say with --source who measured; it is part of the identity of every event, so use the same one each time.");
      const { summary, made } = await withProgramme(options, async ({ installation, database, scope }) => {
        const missing = options.createMissing ? missingNames(database, scope) : null;
        const ofProvider = provider && (await providerFile(database, scope, provider, source!));
        const within = ofProvider?.scope ?? scope;
        const result = await importUsage({
          file, format: options.format, mapping, source, provider: ofProvider?.file,
          nowMs: () => installation.clock.now(),
          rejectsFile: pathOf(options.rejects ?? `${basename(file)}.rejected.csv`),
          progress: createImportProgress(statSync(file, { throwIfNoEntry: false })?.size ?? 0),
          store: (batch) => storeBulk(database, within, batch, { statementTimeoutMs: 0 }, (read) => missing?.make(read.sound) ?? Promise.resolve()),
        });
        return { summary: result, made: missing?.made() ?? null };
      });
      print(options, { ...summary, ...(made ? { created: made } : {}) }, inWords(summary, made));
      if (summary.rejected + summary.conflict > 0) {
        say(`${count(summary.rejected + summary.conflict)} row(s) were not taken in: see ${summary.rejectsFile}. Correct them and import the file again.`);
        process.exitCode = INVALID_INPUT;
      }
    });
}

function inWords(summary: ImportSummary, made: MadeNames | null): string {
  const { rejectsFile, ...rows } = summary;
  const lines = Object.entries(rows).map(([outcome, number]) => `${outcome.padEnd(10)} ${count(number).padStart(12)}`);
  if (made) lines.push(`made       ${count(made.businessUnits)} business unit(s), ${count(made.useCases)} use case(s)`);
  return lines.concat(rejectsFile === null ? [] : [`rejects    ${rejectsFile}`]).join("\n");
}
