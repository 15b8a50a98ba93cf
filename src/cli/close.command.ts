import { Command } from "commander";
import { systemClock } from "../kernel/clock";
import { Refusal } from "../kernel/refusal";
import { CloseCheck, closeChecklist, requireReady } from "../closing";
import { closeFacts } from "../closing/close-facts.query";
import { runClosePeriod, runRequestClose } from "../closing/closing-ports.store";
import { Period } from "../governance";
import { periodStore } from "../governance/period.store";
import { Scope } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { print, say } from "./output";
import { CommonOptions, recordAudit, withCommonOptions, withProgramme } from "./session";

/** `close`: the first person asks for the close of a month, a second one closes it. */
export function registerClose(program: Command): void {
  withCommonOptions(program.command("close"))
    .description("close a month: the first person asks for it, a second one (--subject) closes it")
    .argument("<period>", "year and month, for example 2025-10")
    .option("--dry-run", "only say what is missing")
    .action(async (key: string, options: CommonOptions & { readonly dryRun?: boolean }) => {
      await withProgramme(options, async ({ database, scope }) => {
        if (options.dryRun) return void printChecklist(options, key, await checklistOf(database, scope, key));
        const tools = { database, scope, clock: systemClock, record: recordAudit };
        const before = await database.withTenant(scope, (tx) => periodStore(tx).find(key));
        say(before?.status === "CLOSING" ? `closing ${key}: checking its figures and what came late for earlier months` : `asking for the close of ${key}: checking its figures`);
        const period = before?.status === "CLOSING" ? await runClosePeriod(tools, { period: key }) : await runRequestClose(tools, { period: key });
        print(options, asJson(period), inWords(period));
      });
    });
}

function checklistOf(database: Database, scope: Scope, key: string): Promise<CloseCheck[]> {
  return database.withTenant(scope, async (tx) => {
    const period = await periodStore(tx).find(key);
    if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
    return closeChecklist(await closeFacts(tx, period, systemClock.now()));
  }, { statementTimeoutMs: 0, isolation: "REPEATABLE READ" });
}

function printChecklist(options: CommonOptions, key: string, checks: readonly CloseCheck[]): void {
  const ready = checks.every(({ ok }) => ok);
  print(options, { period: key, ready, checks }, checks.map(({ ok, check, message }) => `${ok ? "ok  " : "MISS"}  ${check.padEnd(22)}  ${message}`).join("\n"));
  requireReady(key, checks);
}

function asJson(period: Period): unknown {
  const { key, status, closeRequestedBy, closeRequestedAt, closedBy, closedAt, cutoff, hash, auditHead } = period;
  return { period: key, status, closeRequestedBy, closeRequestedAt, closedBy, closedAt, cutoff, hash, auditHead };
}

function inWords(period: Period): string {
  if (period.status !== "CLOSED") return `${period.key} is ${period.status}: ${period.closeRequestedBy} asked for its close. A second person runs: apportion close ${period.key} --subject <name>`;
  return [
    `${period.key} is CLOSED by ${period.closedBy}, asked for by ${period.closeRequestedBy}`,
    `cut-off     ${period.cutoff?.toISOString()}`,
    `hash        ${period.hash}`,
    `audit head  ${period.auditHead}   (keep it outside: apportion verify --anchor ${period.auditHead})`,
  ].join("\n");
}
