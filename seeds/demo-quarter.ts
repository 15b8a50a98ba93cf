import { SetBudgetInput, setBudget } from "../src/budgets";
import { setBudgetPorts } from "../src/budgets/budget-ports.store";
import { postTrueUp, proposeTrueUp, requestRestatement } from "../src/chargeback";
import { requestRestatementPorts, runRestatePeriod } from "../src/chargeback/restatement/restatement-ports.store";
import { restatementStore } from "../src/chargeback/restatement/restatement.store";
import { findTrueUp } from "../src/chargeback/true-up/true-up.query";
import { postTrueUpPorts, proposeTrueUpPorts } from "../src/chargeback/true-up/true-up.store";
import { CloseCheck, DUTY_CHECKS, DutyCheckName, SetCloseRulesInput, SignOffPorts, assignCloseCheck, setCloseRules, signOffCloseCheck } from "../src/closing";
import { setCloseRulesPorts } from "../src/closing/closing-ports.store";
import { assignCloseCheckPorts, signOffPorts } from "../src/closing/duties/duty-ports.store";
import { BookAccrualInput, BookCostInput, bookAccrual, bookCost } from "../src/costs";
import { bookAccrualPorts } from "../src/costs/accruals/accrual-ports.store";
import { bookCostPorts } from "../src/costs/costs-ports.store";
import { MappingInput, approveAccountMapping, generateJournal, proposeAccountMapping } from "../src/journals";
import { approveAccountMappingPorts, generateJournalPorts, proposeAccountMappingPorts } from "../src/journals/journals-ports.store";
import { TenantTransaction } from "../src/tenancy/database.store";
import { settle } from "./demo-charging";
import { sendUsage } from "./demo-month";
import { DEMO_OPEN_PERIOD, DEMO_PERIODS, DEMO_PROGRAMME, DEMO_RESTATED } from "./demo-programme";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage } from "./demo-stage";
import { demoLateUsage } from "./demo-usage";

/** The quarter that finance closes check by check, with what happens to a quarter: accrued, restated, trued up, posted to the ledger. */
export const DEMO_QUARTER = ["2025-07", "2025-08", "2025-09"] as const;
const [FIRST, SECOND, LAST] = DEMO_QUARTER;
const isOfQuarter = (period: string): boolean => (DEMO_QUARTER as readonly string[]).includes(period);
const { currency } = DEMO_PROGRAMME;

/** Days of contractors in July, whose invoice comes in August and is a little higher. */
export const DEMO_ACCRUAL: BookAccrualInput = {
  pool: "integration", period: FIRST, amount: "1800.00", currency, externalId: "integration/contractors/2025-07",
  reason: "Twelve contractor days of July that are not invoiced yet", source: "timesheets 2025-07",
};
const ACCRUED_INVOICE: BookCostInput = {
  pool: DEMO_ACCRUAL.pool, period: SECOND, amount: "1860.00", currency, externalId: "integration/contractors/invoice/2025-07", accrual: DEMO_ACCRUAL.externalId,
  vendor: "Contractors LLP", invoice: "CL-2207", description: "Contractor days of July",
};

export const DEMO_TRUE_UP = { pool: "messaging", from: FIRST, to: LAST, reason: "End of the quarter: the standard rate recovered otherwise than the gateway cost." } as const;

/** Pounds a month from July on; warned of at 80 and at 100 per cent. */
const BUDGETS: ReadonlyArray<readonly [businessUnit: string, amount: string]> = [["sales", "9500.00"], ["service", "30000.00"], ["claims", "16000.00"]];

/** The person who closes answers for what the other one worked out; that one answers for the facts. */
const OF_CONTROLLER: readonly DutyCheckName[] = ["VENDORS_RECONCILED", "ACCRUALS_ANSWERED", "LATE_FACTS_RESTATED", "RUN_ADDS_UP", "DISPUTES_SETTLED", "STATEMENTS_ISSUED"];
const ownerOf = (check: DutyCheckName): string => (OF_CONTROLLER.includes(check) ? DEMO_CONTROLLER : DEMO_FINANCE);

const ACCOUNTS: MappingInput = {
  effectiveFrom: DEMO_PERIODS[0], note: "Voice charges by cost centre; what a standard rate recovers otherwise than it cost waits for its true-up", recovery: { account: "4900", costCentre: "CC-900" },
  rules: [{ debit: { account: "6100" } }, { kind: "DIRECT", debit: { account: "6200" } }, { kind: "VARIANCE", debit: { account: "1480", costCentre: "CC-900" } }],
};

/** What stands before a month is divided: accounts, owners of the checks, budgets, and what is accrued or invoiced beside the usual. */
export async function prepareMonth(stage: DemoStage, period: string): Promise<void> {
  const { record } = stage;
  const finance = <T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T> => stage.as(DEMO_FINANCE, work);
  if (period === DEMO_PERIODS[0]) {
    const { version } = await finance((tx) => proposeAccountMapping(proposeAccountMappingPorts(tx, record), ACCOUNTS, "demo-accounts"));
    await stage.as(DEMO_CONTROLLER, (tx) => approveAccountMapping(approveAccountMappingPorts(tx, record), version));
  }
  if (period < FIRST) return;
  await finance(async (tx) => {
    for (const [businessUnit, amount] of BUDGETS) await setBudget(setBudgetPorts(tx, record), { businessUnit, period, amount, currency } satisfies SetBudgetInput);
  });
  if (period === FIRST) await takeDuties(stage);
  if (period === DEMO_OPEN_PERIOD) await setRules(stage, { requiresSignOffs: false, reason: "The quarter is signed. Until the next one ends owners are enough." });
  if (period === FIRST) await finance((tx) => bookAccrual(bookAccrualPorts(tx, record), DEMO_ACCRUAL));
  if (period === SECOND) await finance((tx) => bookCost(bookCostPorts(tx, record), ACCRUED_INVOICE));
}

const setRules = (stage: DemoStage, rules: SetCloseRulesInput): Promise<unknown> => stage.as(DEMO_FINANCE, (tx) => setCloseRules(setCloseRulesPorts(tx, stage.record), rules));

/** From the quarter on somebody answers for every check, in every month, by the tenth day after it. */
async function takeDuties(stage: DemoStage): Promise<void> {
  await setRules(stage, { requiresOwners: true, requiresSignOffs: true, dueDays: 10, reason: "The quarter is closed check by check." });
  await stage.as(DEMO_FINANCE, async (tx) => {
    for (const check of DUTY_CHECKS) await assignCloseCheck(assignCloseCheckPorts(tx, stage.record), { check, owner: ownerOf(check), reason: "Who answers for it in every month" });
  });
}

/** Everybody signs what they answer for, as it is found when the month is divided. */
export async function signChecks(stage: DemoStage, period: string): Promise<void> {
  if (!isOfQuarter(period)) return;
  for (const person of [DEMO_FINANCE, DEMO_CONTROLLER]) {
    await stage.as(person, async (tx) => {
      const ports = readOnce(signOffPorts(tx, stage.record, stage.clock.now()));
      for (const check of DUTY_CHECKS.filter((each) => ownerOf(each) === person)) await signOffCloseCheck(ports, { period, check, note: "Seen and agreed", evidence: [`close file ${period}, ${check}`] });
    });
  }
}

/** The month is held while somebody signs, and each check is signed once: what is found stays, so it is worked out once. */
function readOnce(ports: SignOffPorts): SignOffPorts {
  let found: Promise<readonly CloseCheck[]> | undefined;
  return { ...ports, holdChecklist: (period) => (found ??= ports.holdChecklist(period)) };
}

/** What follows when a month is closed and charged: its journal; a restatement of the second month of the quarter; a true-up after the last. */
export async function followClose(stage: DemoStage, period: string): Promise<void> {
  await postJournal(stage, period);
  if (period === DEMO_RESTATED.period) await restate(stage);
  if (period === LAST) await trueUp(stage);
}

async function postJournal(stage: DemoStage, period: string): Promise<void> {
  await stage.as(DEMO_FINANCE, (tx) => generateJournal(generateJournalPorts(tx, stage.record), { period, profile: "GENERIC" }));
}

/** Calls come for a month that is posted: one person asks for it to be restated, another one does; the ledger takes the first journal back. */
async function restate(stage: DemoStage): Promise<void> {
  const { period, useCase, reason } = DEMO_RESTATED;
  await sendUsage(stage, demoLateUsage(period, useCase));
  if ((await stage.as(DEMO_FINANCE, (tx) => restatementStore(tx).newestVersion(period))) === null) {
    await stage.as(DEMO_FINANCE, (tx) => requestRestatement(requestRestatementPorts(tx, stage.record), { period, reason }));
    await runRestatePeriod(stage.database, stage.scopeOf(DEMO_CONTROLLER), stage.record, { period });
  }
  await settle(stage, period);
  await postJournal(stage, period);
}

/** One person proposes to give back what the rate recovered, another one posts it into the first open month. */
async function trueUp(stage: DemoStage): Promise<void> {
  const posted = await stage.as(DEMO_FINANCE, (tx) => findTrueUp(tx, 1));
  if (posted !== null && posted.postedAt !== null) return;
  const { number } = await stage.as(DEMO_FINANCE, (tx) => proposeTrueUp(proposeTrueUpPorts(tx, stage.record), DEMO_TRUE_UP));
  await stage.as(DEMO_CONTROLLER, (tx) => postTrueUp(postTrueUpPorts(tx, stage.record), { number }));
}
