import { writeFile } from "node:fs/promises";
import { once } from "node:events";
import { Command, InvalidArgumentError, Option } from "commander";
import { newestStatement, versionsOf } from "../chargeback/statement.query";
import { PAPER_FORMATS, PAPER_SPECS, PaperFormat } from "../exports/paper/render-paper";
import { statementPaper } from "../exports/paper/statement-paper";
import { PAPER, statementFacts } from "../exports/paper/statement-paper.query";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { Statement } from "../chargeback";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { say } from "./output";
import { CommonOptions, withCommonOptions, withProgramme } from "./session";

interface StatementOptions extends CommonOptions {
  readonly businessUnit: string;
  readonly statementVersion?: number;
  readonly format: PaperFormat;
  readonly output?: string;
}

/** `statement`: what a unit is charged for a month on paper, the same bytes as GET /statement answers to whoever sees the whole programme. */
export function registerStatement(program: Command): void {
  withCommonOptions(program.command("statement"))
    .description("a unit's statement of a month on paper, on standard output unless told")
    .argument("<period>", "year and month, for example 2025-10")
    .requiredOption("--business-unit <code>", "the unit")
    .option("--statement-version <number>", "a version of it; the newest when left out", wholeNumber)
    .addOption(new Option("--format <format>", "how it is written").choices(PAPER_FORMATS).default("pdf"))
    .option("--output <file>", "write there")
    .action(async (period: string, options: StatementOptions) => {
      const key = requirePeriodKey(period);
      const facts = await withProgramme(options, ({ database, scope }) => database.withTenant(scope, async (tx) => statementFacts(tx, await find(tx, key, options)), PAPER));
      const paper = statementPaper(facts);
      const content = await PAPER_SPECS[options.format].render(paper);
      if (options.output === undefined) {
        if (!process.stdout.write(content)) await once(process.stdout, "drain");
        return;
      }
      await writeFile(options.output, content);
      say(`${paper.title}: ${paper.subject} in ${options.output}`);
    });
}

async function find(tx: TenantTransaction, period: string, { businessUnit, statementVersion: version }: StatementOptions): Promise<Statement> {
  if (!(await tenancyStore(tx).findBusinessUnit(businessUnit))) throw new Refusal("NOT_FOUND", `There is no business unit ${businessUnit.slice(0, 64)}.`, ["businessUnit"]);
  const newest = await newestStatement(tx, businessUnit, period);
  if (!newest) throw new Refusal("NOT_FOUND", `No statement of ${businessUnit} for ${period} was issued. "apportion statements ${period} --issue" makes them once the month is closed.`, ["period"]);
  if (version === undefined) return newest;
  const found = (await versionsOf(tx, [newest.id])).get(newest.id)?.find((each) => each.version === version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no version ${version} of the statement of ${businessUnit} for ${period}. The newest is ${newest.version}.`, ["statementVersion"]);
  return found;
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return Number(text);
}
