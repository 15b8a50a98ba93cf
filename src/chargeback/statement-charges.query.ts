import { invariant } from "../kernel/refusal";
import { runStore } from "../allocation/run.store";
import { Period } from "../governance";
import { TenantTransaction } from "../tenancy/database.store";
import { Charges } from "./adjustment";
import type { PendingAdjustment } from "./draft-adjustments.store";
import { chargesOfRestatements, chargesOfRun, directCharges } from "./charges.query";
import { standardRateWords } from "./true-up/standard-rate-words.query";
import { trueUpLines } from "./true-up/true-up-lines.query";
import { ChargedLine } from "./issue-statements";

/** Everything that a closed period charges to units: its run, its direct cost, what late facts of earlier months changed, what was restated, and the true-ups that it carries. */
export async function chargedLines(tx: TenantTransaction, period: Period): Promise<ChargedLine[]> {
  invariant(period.cutoff, "a closed period without its cut-off");
  return linesOfMonth(tx, period.key, period.cutoff, await adjustmentLines(tx, period.key));
}

/** What a month that is not closed would charge, were it closed now with these adjustments: its newest run, and the rest as it is known. */
export async function draftedLines(tx: TenantTransaction, period: string, adjustments: readonly PendingAdjustment[]): Promise<ChargedLine[]> {
  const lines: ChargedLine[] = [];
  for (const { origin, runId, charges } of adjustments) {
    const run = runId === null ? null : await runStore(tx).findRun(runId);
    lines.push(...charges.map(({ businessUnit, useCase, pool, amountMinor }): ChargedLine => ({
      businessUnit, kind: "ADJUSTMENT", useCase, pool, originPeriod: origin, run: run && { id: run.id, resultHash: run.resultHash }, amountMinor, description: ofLateFacts(origin),
    })));
  }
  return linesOfMonth(tx, period, null, lines);
}

const ofLateFacts = (origin: string): string => `Late usage and cost of ${origin}`;

/** Direct cost counts that was recorded before an instant; null: by now. */
async function linesOfMonth(tx: TenantTransaction, period: string, recordedBefore: Date | null, adjusted: readonly ChargedLine[]): Promise<ChargedLine[]> {
  const run = await runStore(tx).latestRun(period);
  const allocated = run ? linesFrom(await chargesOfRun(tx, run.id), "ALLOCATION", period, { id: run.id, resultHash: run.resultHash }) : [];
  const words = run ? await standardRateWords(tx, run) : null;
  const direct = linesFrom(await directCharges(tx, period, recordedBefore), "DIRECT", period, null);
  return [
    ...allocated.map((line) => ({ ...line, description: words?.(line) ?? null })), ...direct, ...adjusted, ...linesFrom(await chargesOfRestatements(tx, period), "RESTATEMENT", period, null),
    ...(await trueUpLines(tx, period)),
  ];
}

function linesFrom({ charges }: Charges, kind: ChargedLine["kind"], originPeriod: string, run: ChargedLine["run"]): ChargedLine[] {
  return charges.map(({ businessUnit, useCase, pool, amountMinor }) => ({ businessUnit, kind, useCase, pool, originPeriod, run, amountMinor, description: null }));
}

async function adjustmentLines(tx: TenantTransaction, period: string): Promise<ChargedLine[]> {
  const rows = await tx.query<{ unit: string; useCase: string; pool: string; origin: string; runId: string | null; resultHash: string | null; amount: string }>(
    `select u.code as unit, c.code as "useCase", p.code as pool, l.origin_period_key as origin, a.run_id as "runId", r.result_hash as "resultHash", l.amount_minor as amount
     from chargeback.adjustment_line l
       join chargeback.adjustment a on a.programme_id = $1 and a.period_key = l.period_key and a.origin_period_key = l.origin_period_key
       left join allocation.run r on r.programme_id = $1 and r.id = a.run_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
       join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
     where l.programme_id = $1 and l.period_key = $2`,
    [tx.scope.programme.id, period],
  );
  return rows.map(({ unit, useCase, pool, origin, runId, resultHash, amount }) => ({
    businessUnit: unit, kind: "ADJUSTMENT", useCase, pool, originPeriod: origin, run: runId === null ? null : { id: runId, resultHash: resultHash! }, amountMinor: BigInt(amount),
    description: ofLateFacts(origin),
  }));
}
