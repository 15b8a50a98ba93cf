import { shiftPeriod } from "../../kernel/period";
import { readEbitBridge } from "../../programme/ebit-bridge.query";
import { COST_SIDE, executiveRows } from "../../programme/executive-pnl";
import { pnlRows } from "../../programme/pnl";
import { PNL_LINES, PnlLine } from "../../programme/pnl-line";
import { PNL_SCENARIOS, answerMonths, requireRange } from "../../programme/programme-pnl.query";
import { readBenefits } from "../../programme/read-benefits.query";
import { seenMonths } from "../../programme/seen-months.query";
import { programmeCurrency } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { ComputedDataset, Fact, fact, fromFacts, monthsAsked } from "../computed-dataset.query";
import { Column, date, instant, money, text, whole } from "../dataset";
import { firstDays } from "./month-facts";

const MONTH: readonly Column[] = [
  text(fact("period", "Year and month of the programme's calendar. At most 36 months in one export; without from and to every month that there is.")),
  date(fact("period_start", "First day of the month; from and to are about it.")),
  date(fact("period_end", "First day after the month.")),
];

const PNL_COLUMNS: readonly Column[] = [
  ...MONTH,
  text(fact("status", "final in a closed month (to whoever sees signed months alone: in a signed one); draft before.")),
  text(fact("scenario", "ACTUAL, BUDGET or OUTLOOK; executives, the steering group and leads see ACTUAL of signed months.")),
  text(fact("source", "ACTUAL, or the plan that the month is taken from: BUDGET 1, FORECAST 2.")),
  whole(fact("line_no", "Place of the line in the statement, from 1."), null),
  text(fact("line", "Line of the statement; totals stand after what they add up.")),
  money(["amount", "x.amount", "Benefits are positive, costs negative; memo lines say their own. Null where the line is not known or is left out: then `missing` says why."], true),
  text(fact("currency", "ISO 4217.")),
  whole(fact("signed_version", "Version of the signed statement that it is from; null where none is."), null, true),
  instant(fact("signed_at", "When that was signed."), true),
  text(fact("missing", "What is missing of the month, in words; null where nothing is."), true),
];

/** The programme's profit and loss; executives and the steering group read the signed aggregate alone, leads its cost side. */
export const programmePnl: ComputedDataset = {
  name: "programme_pnl",
  version: 1,
  title: "Programme profit and loss",
  grain: "line x period x scenario",
  operation: "Query.programmePnl",
  scope: "programme",
  readers: ["FINANCE", "EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "AUDITOR"],
  time: "period_start",
  byPeriod: false,
  asOfRun: false,
  superseding: null,
  columns: PNL_COLUMNS,
  key: ["period", "scenario", "line_no"],
  filters: [{ column: "period", of: "period" }],
  from: fromFacts(PNL_COLUMNS),
  part: "period",
  revision: null,
  facts: async (tx, question) => {
    const range = rangeOf(await monthsAsked(tx, question));
    if (range === null) return [];
    const { role } = tx.scope.principal;
    return role === "FINANCE" || role === "AUDITOR" ? everyScenario(tx, ...range) : aggregates(tx, ...range);
  },
};

/** The first and the last month; null for no month at all. */
function rangeOf(months: readonly string[]): readonly [string, string] | null {
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) return null;
  requireRange(first, last);
  return [first, last];
}

async function everyScenario(tx: TenantTransaction, from: string, to: string): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const scenario of PNL_SCENARIOS) {
    for (const month of await answerMonths(tx, { from, to, scenario, version: null, live: false }, readBenefits)) {
      const { amounts, missing } = pnlRows([month], ["PERIOD"])[0]!;
      const signed = scenario === "ACTUAL" ? month.signed : null;
      facts.push(...linesOf(tx, amounts, { ...firstDays(month.period), status: month.status === "CLOSED" ? "final" : "draft", scenario, source: month.source, ...signature(signed), missing: missing.join(" ") || null }));
    }
  }
  return facts;
}

async function aggregates(tx: TenantTransaction, from: string, to: string): Promise<Fact[]> {
  const months = await seenMonths(tx, from, to);
  const statements = new Map(months.map(({ period, statement }) => [period, statement]));
  return executiveRows(months, { period: true, group: false }, tx.scope.principal.role === "PROGRAMME_LEAD" ? COST_SIDE : null).flatMap(({ period, amounts, missing }) => {
    const statement = statements.get(period!) ?? null;
    return linesOf(tx, amounts, { ...firstDays(period!), status: statement ? "final" : "draft", scenario: "ACTUAL", source: "ACTUAL", ...signature(statement), missing: missing.join(" ") || null });
  });
}

const signature = (signed: { readonly version: number; readonly signedAt: Date } | null): Fact => ({ signed_version: signed && String(signed.version), signed_at: signed && signed.signedAt.toISOString() });

function linesOf(tx: TenantTransaction, amounts: ReadonlyMap<PnlLine, bigint | null>, month: Fact): Fact[] {
  const currency = programmeCurrency(tx.scope.programme).code;
  return PNL_LINES.flatMap((line, index): Fact[] => (amounts.has(line) ? [{ ...month, line_no: String(index + 1), line, amount: amounts.get(line)?.toString() ?? null, currency }] : []));
}

const BRIDGE_COLUMNS: readonly Column[] = [
  ...MONTH,
  text(fact("kind", "PERIOD: from the EBIT of the month before. PLAN: from the month's newest approved budget.")),
  text(fact("from_label", "What the bridge begins at.")),
  text(fact("to_label", "What it ends at.")),
  whole(fact("step_no", "Place of the step, from 1; 0 for the one row of a bridge that cannot be drawn."), null),
  text(fact("line", "Line of the statement that changes; null at step 0."), true),
  money(["from_amount", "x.from_amount", "The line where the bridge begins; at step 0 the Programme EBIT."], true),
  money(["to_amount", "x.to_amount", "The line where it ends; at step 0 the Programme EBIT."], true),
  money(["change", "x.change", "What the line adds to EBIT: to_amount - from_amount."], true),
  money(["running", "x.running", "EBIT after this step; after the last one it is the EBIT that the bridge ends at."], true),
  money(["volume_change", "x.volume_change", "Of the change: what another quantity than planned makes at the planned price. Null where no quantity and price were planned."], true),
  money(["rate_change", "x.rate_change", "The rest of the change. Null as volume_change is."], true),
  text(fact("currency", "ISO 4217.")),
  text(fact("missing", "Why there is no EBIT, in words; null where nothing is missing."), true),
];

/** Every month's bridges to its Programme EBIT. */
export const ebitBridge: ComputedDataset = {
  name: "ebit_bridge",
  version: 1,
  title: "EBIT bridges",
  grain: "period x kind x step",
  operation: "Query.ebitBridge",
  scope: "programme",
  readers: ["FINANCE", "AUDITOR"],
  time: "period_start",
  byPeriod: false,
  asOfRun: false,
  superseding: null,
  columns: BRIDGE_COLUMNS,
  key: ["period", "kind", "step_no"],
  filters: [{ column: "period", of: "period" }],
  from: fromFacts(BRIDGE_COLUMNS),
  part: "period",
  revision: null,
  facts: async (tx, question) => {
    const months = await monthsAsked(tx, question);
    const facts: Fact[] = [];
    if (rangeOf(months) === null) return facts;
    for (const period of months) {
      facts.push(...(await bridgeOf(tx, "PERIOD", shiftPeriod(period, -1), period)), ...(await bridgeOf(tx, "PLAN", period, period)));
    }
    return facts;
  },
};

async function bridgeOf(tx: TenantTransaction, kind: "PERIOD" | "PLAN", from: string, to: string): Promise<Fact[]> {
  const { bridge, fromLabel, toLabel } = await readEbitBridge(tx, { from, to, kind, version: null }, readBenefits);
  const common: Fact = { ...firstDays(to), kind, from_label: fromLabel, to_label: toLabel, currency: programmeCurrency(tx.scope.programme).code, missing: bridge.missing.join(" ") || null };
  if (bridge.fromMinor === null || bridge.toMinor === null) return [{ ...common, step_no: "0", from_amount: bridge.fromMinor?.toString(), to_amount: bridge.toMinor?.toString() }];
  let running = bridge.fromMinor;
  return bridge.steps.map(({ line, fromMinor, toMinor, changeMinor, volumeMinor, rateMinor }, index): Fact => {
    running += changeMinor;
    return { ...common, step_no: String(index + 1), line, from_amount: String(fromMinor), to_amount: String(toMinor), change: String(changeMinor), running: String(running), volume_change: volumeMinor?.toString(), rate_change: rateMinor?.toString() };
  });
}
