import { Refusal } from "../kernel/refusal";
import { monthsBetween, requirePeriodKey } from "../kernel/period";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { PlanKind, plannedMonth } from "./plan";
import { planStore } from "./plan.store";
import { NO_SOURCES, PnlMonth, hashOfMonth } from "./pnl";
import { PNL_LEAVES } from "./pnl-line";
import { ReadBenefits, pnlMonth } from "./pnl-facts.query";
import { SignedStatement } from "./sign-programme-pnl";
import { statementStore } from "./statement.store";

export const PNL_SCENARIOS = ["ACTUAL", "BUDGET", "OUTLOOK"] as const;
export type PnlScenario = (typeof PNL_SCENARIOS)[number];

export interface PnlQuestion {
  readonly from: string;
  readonly to: string;
  readonly scenario: PnlScenario;
  /** Of the plan; null: the newest approved one. */
  readonly version: number | null;
  /** True: as the ledgers stand now, also where a month was signed. */
  readonly live: boolean;
}

/** A month of an answer, with the statement that was signed of it. */
export interface AnsweredMonth extends PnlMonth {
  readonly hash: string;
  readonly cutoff: Date | null;
  readonly signed: SignedStatement | null;
}

const MOST_MONTHS = 36;

/** A range of months; BAD_USER_INPUT when it is none or longer than three years. */
export function requireRange(from: string, to: string): string[] {
  requirePeriodKey(from, ["from"]);
  requirePeriodKey(to, ["to"]);
  if (from > to) throw new Refusal("BAD_USER_INPUT", `The range ends in ${to}, before it begins in ${from}.`, ["to"]);
  const months = monthsBetween(from, to);
  if (months.length > MOST_MONTHS) throw new Refusal("BAD_USER_INPUT", `A range is at most ${MOST_MONTHS} months; this one has ${months.length}.`, ["to"]);
  return months;
}

/** The months of a range in a scenario, read under the role of this report alone, in the snapshot of the transaction. */
export async function answerMonths(tx: TenantTransaction, question: PnlQuestion, readBenefits: ReadBenefits): Promise<AnsweredMonth[]> {
  const keys = requireRange(question.from, question.to);
  return tx.readingAs("PROGRAMME", async () => {
    const store = statementStore(tx);
    const signed = new Map((await store.newestBetween(question.from, question.to)).map((each) => [each.period, each]));
    const periods = new Map((await tx.query<{ key: string; status: PnlMonth["status"]; cutoff: Date | null }>("select key, status, cutoff from governance.period where programme_id = $1 and key between $2 and $3", [tx.scope.programme.id, question.from, question.to])).map((each) => [each.key, each]));
    const plans = plansOnce(tx);
    const months: AnsweredMonth[] = [];
    for (const key of keys) {
      const period = periods.get(key);
      const statement = signed.get(key) ?? null;
      const month = await monthIn(tx, plans, question, key, period?.status ?? null, statement, readBenefits);
      months.push({ ...month, status: period?.status ?? null, cutoff: period?.cutoff ?? null, hash: hashOfMonth(month, programmeCurrency(tx.scope.programme).code), signed: statement });
    }
    return months;
  });
}

type ReadPlan = ReturnType<typeof planStore>["approvedPlan"];

/** Approved plans, each read once for all the months of a question. */
function plansOnce(tx: TenantTransaction): ReadPlan {
  const store = planStore(tx);
  const read = new Map<string, ReturnType<ReadPlan>>();
  return (kind, version) => {
    const key = `${kind} ${version ?? "newest"}`;
    const found = read.get(key) ?? store.approvedPlan(kind, version);
    read.set(key, found);
    return found;
  };
}

async function monthIn(tx: TenantTransaction, plans: ReadPlan, { scenario, version, live }: PnlQuestion, key: string, status: PnlMonth["status"], statement: SignedStatement | null, readBenefits: ReadBenefits): Promise<PnlMonth> {
  if (scenario === "BUDGET") return planned(plans, "BUDGET", version, key);
  if (scenario === "OUTLOOK" && status !== "CLOSED") {
    const forecast = await planned(plans, "FORECAST", version, key);
    return forecast.gaps.length === 0 ? forecast : planned(plans, "BUDGET", null, key);
  }
  if (statement && !live) {
    const { sources } = statement;
    return { period: key, status, cells: await statementStore(tx).cellsOf(key, statement.version), gaps: [], sources, source: "ACTUAL" };
  }
  return pnlMonth(tx, key, readBenefits);
}

async function planned(plans: ReadPlan, kind: PlanKind, version: number | null, key: string): Promise<PnlMonth> {
  const plan = await plans(kind, version);
  if (plan) return plannedMonth(plan, key);
  if (version !== null) throw new Refusal("NOT_FOUND", `There is no approved ${kind.toLowerCase()} version ${version}.`, ["version"]);
  return { period: key, status: null, cells: [], gaps: [{ lines: PNL_LEAVES, businessUnit: null, useCase: null, reason: `No ${kind === "BUDGET" ? "programme budget" : "forecast"} is approved that covers ${key}.` }], sources: NO_SOURCES, source: kind };
}
