import { shiftPeriod } from "../kernel/period";
import { AllocationRun } from "../allocation";
import { AllocationExplanation, explainAllocation } from "../allocation/explain.query";
import { RUN_SQL } from "../allocation/run.store";
import { Period } from "../governance";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { Dispute } from "./dispute";
import { ProgrammeLine, disputesOf, disputesOfLines, programmeLinesOf } from "./dispute.query";
import { Statement, StatementEvent } from "./statement";
import { StoredLine, grouped, historyOf, linesOf, newestLines, versionsOf } from "./statement.query";
import { TrueUpMonth } from "./true-up/true-up";
import { StoredTrueUpLine, linesOfTrueUps, monthsOfTrueUps } from "./true-up/true-up.query";

type Load<V> = (tx: TenantTransaction, keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** A loader by a key: one query per request and level. */
const by = <V>(name: string, load: Load<V>) => async (context: RequestContext, key: string): Promise<V | null> => (await context.loader<V>(name, load)).load(key);

/** The lines of a statement, in their order. */
export const loadLines = by<StoredLine[]>("StatementLines", linesOf);
/** A line as it stands in the newest version; null when there is none that the caller may see. */
export const loadLine = by<StoredLine>("StatementLine", newestLines);
/** What happened to a statement, oldest first. */
export const loadHistory = by<StatementEvent[]>("StatementHistory", historyOf);
/** Every version of a statement that this is one of, oldest first, as it was known when this one is asked of. */
export const loadVersions = (context: RequestContext, statement: Pick<Statement, "id" | "asOf">): Promise<Statement[] | null> =>
  by<Statement[]>(`StatementVersions ${statement.asOf?.toISOString() ?? ""}`, (tx, ids) => versionsOf(tx, ids, statement.asOf))(context, statement.id);
/** What was disputed in a version of a statement or an earlier one, oldest first. */
export const loadDisputes = by<Dispute[]>("StatementDisputes", async (tx, ids) => grouped(await disputesOf(tx, ids), (dispute) => dispute.of, ({ of: _, ...dispute }) => dispute));
/** The disputes of a line, oldest first. */
export const loadLineDisputes = by<Dispute[]>("LineDisputes", disputesOfLines);
/** What a resolution leaves with the programme. */
export const loadProgrammeLines = by<ProgrammeLine[]>("ProgrammeLines", programmeLinesOf);
/** The months that a true-up clears and the lines of it, by its number; null until it is posted. */
export const loadTrueUpMonths = by<TrueUpMonth[]>("TrueUpMonths", monthsOfTrueUps);
export const loadTrueUpLines = by<StoredTrueUpLine[]>("TrueUpLines", linesOfTrueUps);

/** A run by id. */
export const loadRun = by<AllocationRun>("AllocationRun", async (tx, ids) => {
  const rows = await tx.query<AllocationRun>(`${RUN_SQL} and r.id = any($2::uuid[])`, [tx.scope.programme.id, ids]);
  return new Map(rows.map((run) => [run.id, run]));
});

/** A period by key. */
export const loadPeriod = by<Period>("Period", async (tx, keys) => {
  const [first, last] = [[...keys].sort()[0]!, [...keys].sort().at(-1)!];
  let months = 1;
  while (shiftPeriod(first, months - 1) < last) months += 1;
  return new Map((await periodStore(tx).list(shiftPeriod(first, -1), months)).map((period) => [period.key, period]));
});

/** How a use case of a unit came to its charge in a run, pool by pool; the key is made by `explanationKey`. */
export const loadExplanations = by<AllocationExplanation[]>("AllocationExplanations", async (tx, keys) => {
  const currency = programmeCurrency(tx.scope.programme);
  const wanted = keys.map((key) => key.split("/") as [string, string, string]);
  const runs = new Map((await tx.query<AllocationRun>(`${RUN_SQL} and r.id = any($2::uuid[])`, [tx.scope.programme.id, wanted.map(([run]) => run)])).map((run) => [run.id, run]));
  const found = new Map<string, AllocationExplanation[]>();
  for (const [run, unit, useCase] of wanted) found.set(explanationKey(run, unit, useCase), runs.has(run) ? await explainAllocation(tx, runs.get(run)!, unit, useCase, null, currency) : []);
  return found;
});

export const explanationKey = (runId: string, unitId: string, useCaseId: string): string => [runId, unitId, useCaseId].join("/");
