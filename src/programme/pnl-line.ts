/** The lines that facts are written to. Benefits are positive, costs negative; the memo lines say their own. */
export const PNL_LEAVES = [
  "A1_COST_REDUCTION", "A2_MARGIN", "A3_OTHER_EBIT",
  "B1_VENDOR_USAGE", "B2_CARRIER_USAGE", "B3_PASS_THROUGH", "B4_CASE_OPEX", "B5_IMPLEMENTATION_EXPENSED",
  "C1_PLATFORM_CONTRACT", "C2_TELEPHONY", "C3_INTEGRATION", "C4_COMPLIANCE", "C5_SERVICE_CREDITS", "C6_OTHER_SHARED",
  "D_AMORTISATION", "E_PROGRAMME_MANAGEMENT", "F_ELIMINATIONS", "G_UNALLOCATED", "H_RECOVERY_VARIANCE", "I_IMPAIRMENT",
  "MEMO_NON_CASHABLE", "MEMO_CAPEX_CASH", "MEMO_CUMULATIVE_INVESTMENT", "MEMO_WORKING_CAPITAL_INTEREST",
] as const;
export type PnlLeaf = (typeof PNL_LEAVES)[number];

/** The lines of the statement in their order; totals stand after what they add up. */
export const PNL_LINES = [
  "A1_COST_REDUCTION", "A2_MARGIN", "A3_OTHER_EBIT", "A_RECOGNISED_BENEFIT",
  "B1_VENDOR_USAGE", "B2_CARRIER_USAGE", "B3_PASS_THROUGH", "B4_CASE_OPEX", "B5_IMPLEMENTATION_EXPENSED", "B_DIRECT",
  "C1_PLATFORM_CONTRACT", "C2_TELEPHONY", "C3_INTEGRATION", "C4_COMPLIANCE", "C5_SERVICE_CREDITS", "C6_OTHER_SHARED", "C_SHARED",
  "EBITDA_CONTRIBUTION", "D_AMORTISATION", "EBIT_CONTRIBUTION",
  "E_PROGRAMME_MANAGEMENT", "F_ELIMINATIONS", "G_UNALLOCATED", "H_RECOVERY_VARIANCE", "I_IMPAIRMENT", "PROGRAMME_EBIT",
  "MEMO_NON_CASHABLE", "MEMO_ECONOMIC_VALUE", "MEMO_CAPEX_CASH", "MEMO_CUMULATIVE_INVESTMENT", "MEMO_WORKING_CAPITAL_INTEREST",
] as const;
export type PnlLine = (typeof PNL_LINES)[number];

/** The leaves of sections of the statement, by their letters; memo lines are in none. */
export const startingWith = (...letters: readonly string[]): PnlLeaf[] => PNL_LEAVES.filter((leaf) => !leaf.startsWith("MEMO") && letters.includes(leaf[0]!));

const TOTALS: Readonly<Partial<Record<PnlLine, readonly PnlLeaf[]>>> = {
  A_RECOGNISED_BENEFIT: startingWith("A"),
  B_DIRECT: startingWith("B"),
  C_SHARED: startingWith("C"),
  EBITDA_CONTRIBUTION: startingWith("A", "B", "C"),
  EBIT_CONTRIBUTION: startingWith("A", "B", "C", "D"),
  PROGRAMME_EBIT: startingWith("A", "B", "C", "D", "E", "F", "G", "H", "I"),
  MEMO_ECONOMIC_VALUE: [...startingWith("A", "B", "C", "D", "E", "F", "G", "H", "I"), "MEMO_NON_CASHABLE"],
};

/** The leaves that a line adds up; of a leaf itself. */
export function leavesOf(line: PnlLine): readonly PnlLeaf[] {
  return TOTALS[line] ?? [line as PnlLeaf];
}

/** The leaves that make Programme EBIT. */
export const EBIT_LEAVES: readonly PnlLeaf[] = leavesOf("PROGRAMME_EBIT");

/** A balance at a month's end: of several months the last one counts, they are not added. */
export const isBalance = (line: PnlLine): boolean => line === "MEMO_CUMULATIVE_INVESTMENT";

export const COST_LEAVES: ReadonlySet<PnlLeaf> = new Set(startingWith("B", "C", "D", "E", "G", "I").filter((leaf) => leaf !== "C5_SERVICE_CREDITS"));
export const BENEFIT_LEAVES: ReadonlySet<PnlLeaf> = new Set(startingWith("A"));
