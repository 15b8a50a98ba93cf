import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { Journal, PROFILE_CODES, ProfileCode, generateJournal, profileOf, renderControl, slugOf, unmappedInWords } from "../journals";
import { StoredFile, contentOf, filesOf } from "../journals/journal.query";
import { generateJournalPorts } from "../journals/journals-ports.store";
import { unmappedAccounts } from "../journals/unmapped-accounts.query";
import { Currency, toMoney } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { UsageError } from "./exit-status";
import { print, say } from "./output";
import { CommonOptions, recordAudit, withCommonOptions, withProgramme } from "./session";

interface JournalOptions extends CommonOptions {
  readonly profile: string;
  readonly out?: string;
  readonly reversal?: boolean;
  readonly check?: boolean;
  readonly postingDate?: string;
  readonly remap?: boolean;
}

/** A journal with its file. */
interface Written { readonly journal: Journal; readonly file: StoredFile; readonly content: string }

/** `journal`: what a closed month posts, as the file that an ERP imports. */
export function registerJournal(program: Command): void {
  withCommonOptions(program.command("journal"))
    .description("the journal of a closed month as the file of an ERP, on standard output; made when there is none, the same bytes ever after")
    .argument("<period>", "year and month, for example 2025-10")
    .requiredOption("--profile <erp>", PROFILE_CODES.map(slugOf).join(", "))
    .option("--out <folder>", "write every file of the newest version there instead, each with a trailer of control totals")
    .option("--reversal", "the file that takes the version before it back, where there is one")
    .option("--check", "only say which accounts are missing")
    .option("--posting-date <day>", "year, month and day; the last day of the month when left out")
    .option("--remap", "post anew where the account mapping says otherwise by now")
    .action(async (period: string, options: JournalOptions) => {
      const profile = profileOf(options.profile);
      if (profile === null) throw new UsageError(`There is no profile ${options.profile.slice(0, 40)}. Known are ${PROFILE_CODES.map(slugOf).join(", ")}.`);
      await withProgramme(options, async ({ database, scope }) => {
        const currency = programmeCurrency(scope.programme);
        if (options.check) return void (await database.withTenant(scope, (tx) => check(tx, period, options, currency)));
        const written = await database.withTenant(scope, (tx) => generate(tx, period, profile, options), { statementTimeoutMs: 0 });
        show(written, options, currency);
      });
    });
}

async function check(tx: TenantTransaction, period: string, options: JournalOptions, currency: Currency): Promise<void> {
  const unmapped = await unmappedAccounts(tx, period, null);
  const rows = unmapped.map(({ amountMinor, ...each }) => ({ ...each, amount: toMoney(amountMinor, currency) }));
  print(options, rows, unmapped.length === 0 ? `Every charge of ${period} has an account.` : unmapped.map((each) => `${unmappedInWords(each)}, ${toMoney(each.amountMinor, currency).amount} ${currency.code}`).join("\n"));
  if (unmapped.length > 0) throw new Refusal("NOT_READY", `Charges of ${period} without an account: ${unmapped.length}. Propose an account mapping that names them.`, ["period"]);
}

async function generate(tx: TenantTransaction, period: string, profile: ProfileCode, { postingDate, remap }: JournalOptions): Promise<Written[]> {
  const journals = await generateJournal(generateJournalPorts(tx, recordAudit), { period, profile, postingDate, remap });
  const files = await filesOf(tx, journals.map(({ id }) => id));
  const written: Written[] = [];
  for (const journal of journals) {
    const file = files.get(journal.id)!.find((each) => each.profile === profile)!;
    written.push({ journal, file, content: await contentOf(tx, file) });
  }
  return written;
}

function show(written: readonly Written[], options: JournalOptions, currency: Currency): void {
  if (options.out !== undefined) {
    mkdirSync(options.out, { recursive: true });
    for (const { journal, file, content } of written) {
      writeFileSync(join(options.out, nameOf(journal, file, ".csv")), content);
      writeFileSync(join(options.out, nameOf(journal, file, ".control.csv")), renderControl(file, file, currency.exponent));
    }
    return print(options, asJson(written, currency), written.map(({ journal, file }) => inWords(journal, file, currency)).join("\n"));
  }
  const kind = options.reversal ? "REVERSAL" : "POSTING";
  const wanted = written.find(({ journal }) => journal.kind === kind);
  for (const { journal, file } of written) if (journal !== wanted?.journal) say(`also there: ${inWords(journal, file, currency)}${journal.kind === "REVERSAL" ? ", with --reversal" : ""}`);
  if (!wanted) throw new Refusal("NOT_FOUND", kind === "REVERSAL" ? "Nothing was taken back: this is the first version." : "Nothing is posted any more: the version before it was taken back. See --reversal.", ["period"]);
  if (options.json) return print(options, asJson(written, currency), "");
  say(inWords(wanted.journal, wanted.file, currency));
  process.stdout.write(wanted.content);
}

const nameOf = (journal: Journal, file: StoredFile, ending: string): string => `${journal.externalId}.${slugOf(file.profile)}${ending}`;

function inWords({ externalId, postingDate }: Journal, { lineCount, debitMinor, creditMinor, contentHash }: StoredFile, currency: Currency): string {
  return `${externalId}  ${postingDate}  ${lineCount} lines  debit ${toMoney(debitMinor, currency).amount}  credit ${toMoney(creditMinor, currency).amount} ${currency.code}  sha256 ${contentHash}`;
}

function asJson(written: readonly Written[], currency: Currency): unknown {
  return written.map(({ journal: { externalId, kind, version, periodKey, postingDate, mappingVersion, hash, reverses }, file }) => ({
    externalId, kind, version, period: periodKey, postingDate, mappingVersion, hash, reverses, profile: slugOf(file.profile),
    control: { lines: file.lineCount, debit: toMoney(file.debitMinor, currency), credit: toMoney(file.creditMinor, currency), sha256: file.contentHash },
  }));
}
