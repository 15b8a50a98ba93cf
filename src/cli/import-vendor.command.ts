import { Command, Option } from "commander";
import { FOCUS_NEEDED } from "../rating";
import { INVOICE_COLUMNS, ImportVendorOptions, VENDOR_FILE_KINDS, importVendor } from "./import-vendor";
import { count, print, say } from "./output";
import { pathOf } from "./paths";
import { CommonOptions, withCommonOptions, withProgramme } from "./session";

const INVALID_INPUT = 3;
const TOLD_FAULTS = 20;

/** `import vendor`: what a vendor says a month costs, to hold metered usage against. Safe to repeat; a faulty row books nothing and ends with 3. */
export function registerImportVendor(imports: Command): void {
  withCommonOptions(imports.command("vendor"))
    .description("keep a vendor's own total of a month; again: a duplicate. Nothing is booked when a row is faulty")
    .argument("<file>", `Twilio usage records (JSON), FOCUS (CSV with ${FOCUS_NEEDED.join(", ")}), or an invoice (CSV with ${INVOICE_COLUMNS.join(", ")}; the last five may be left out)`)
    .addOption(new Option("--kind <kind>", "of the file").choices([...VENDOR_FILE_KINDS]).makeOptionMandatory())
    .requiredOption("--vendor <name>", "as `provider` of the usage events names it")
    .option("--period <month>", "2025-10; needed unless the file is FOCUS")
    .option("--id <id>", "identity in the vendor's books (default: the file's name)")
    .option("--replaces <id>", "identity of an earlier file that this one corrects: it is kept and counts no more, and what it booked is taken back")
    .option("--pool <code>", "FOCUS only: also book what it costs on this shared pool, an entry per service")
    .action(async (name: string, options: CommonOptions & Omit<ImportVendorOptions, "file">) => {
      const summary = await withProgramme(options, ({ database, scope }) => importVendor(database, scope, { ...options, file: pathOf(name) }));
      for (const { row, column, reason } of summary.faults.slice(0, TOLD_FAULTS)) say(`row ${row}${column === "" ? "" : `, ${column}`}: ${reason}`);
      for (const { column, reason, rows, firstRows } of summary.remarks) say(`${column} ${reason}: ${count(rows)} row(s), taken all the same; row ${firstRows.join(", ")}${rows > firstRows.length ? ", ..." : ""}`);
      const told = summary.statements.map((each) => `${each.externalId}: ${each.total} ${each.currency} in ${count(each.lines)} line(s) of ${each.period}${each.duplicate ? ", there already" : ""}.`);
      print(options, summary, [`${count(summary.rows)} row(s), ${count(summary.faults.length)} faulty.`, ...told, ...summary.entries.map(({ externalId, amount, currency }) => `booked ${amount} ${currency} as ${externalId}`)].join("\n"));
      if (summary.faults.length > 0) {
        say("Nothing was booked. Correct these rows and import the file again.");
        process.exitCode = INVALID_INPUT;
      }
    });
}
