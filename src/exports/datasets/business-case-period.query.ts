import { statusOf, versionOf } from "../../business-cases/business-case";
import { CASE_CATEGORIES } from "../../business-cases/plan";
import { seenCases } from "../../business-cases/seen-cases.query";
import { programmeCurrency } from "../../tenancy";
import { ComputedDataset, Fact, fact, fromFacts } from "../computed-dataset.query";
import { Column, date, money, text, whole } from "../dataset";
import { firstDays } from "./month-facts";

const COLUMNS: readonly Column[] = [
  text(fact("period", "Year and month of the programme's calendar.")),
  date(fact("period_start", "First day of the month; from and to are about it.")),
  date(fact("period_end", "First day after the month.")),
  text(fact("status", "final in a closed month, of which there is actual; draft before.")),
  text(fact("use_case", "Code of the use case.")),
  text(fact("category", "IMPLEMENTATION, RUN_COST and PLATFORM_SHARE are costs; COST_REDUCTION, MARGIN and OTHER_EBIT are benefits.")),
  whole(fact("plan_version", "The plan that holds; before one is approved the newest."), null),
  text(fact("plan_status", "DRAFT, APPROVED, or RETIRED with its case.")),
  money(["planned", "x.planned", "What that version plans; zero where it plans nothing. Costs and benefits alike are above zero."]),
  money(["actual", "x.actual", "What the ledgers say of it, of closed months alone; null before, and for benefits until finance decided on them."], true),
  text(fact("currency", "ISO 4217.")),
  text(fact("missing", "What is not known of the case, in words; null where nothing is missing."), true),
];

/** Every business case that the reader may see, planned and as it came. */
export const businessCasePeriod: ComputedDataset = {
  name: "business_case_period",
  version: 1,
  title: "Business cases by month",
  grain: "use case x category x period",
  operation: "Query.businessCase",
  scope: "cases",
  readers: ["FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "AUDITOR"],
  time: "period_start",
  byPeriod: false,
  asOfRun: false,
  superseding: null,
  columns: COLUMNS,
  key: ["period", "use_case", "category"],
  filters: [{ column: "period", of: "period" }],
  from: fromFacts(COLUMNS),
  part: "use_case",
  revision: null,
  facts: async (tx, { nowMs }) => {
    const currency = programmeCurrency(tx.scope.programme).code;
    return (await seenCases(tx, nowMs)).flatMap(([record, ledger]): Fact[] => {
      const shown = versionOf(record, null)!;
      const closed = new Map(ledger.months.map((month) => [month.period, month]));
      const months = [...new Set([...shown.plan.lines.map(({ period }) => period), ...closed.keys()])];
      return months.flatMap((period) => CASE_CATEGORIES.flatMap((category): Fact[] => {
        const planned = shown.plan.lines.find((line) => line.period === period && line.category === category)?.amountMinor ?? 0n;
        const booked = closed.get(period)?.amounts[category] ?? null;
        if (planned === 0n && (booked ?? 0n) === 0n) return [];
        const isKnown = booked !== null && (closed.get(period)!.knowsBenefits || !["COST_REDUCTION", "MARGIN", "OTHER_EBIT"].includes(category));
        return [{
          ...firstDays(period), status: closed.has(period) ? "final" : "draft", use_case: record.useCase, category, plan_version: String(shown.version), plan_status: statusOf(record, shown),
          planned: String(planned), actual: isKnown ? String(booked) : null, currency, missing: ledger.missing.join(" ") || null,
        }];
      }));
    });
  },
};
