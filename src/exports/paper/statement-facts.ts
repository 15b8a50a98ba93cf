import { Currency } from "../../kernel/money";
import { AllocationRun } from "../../allocation";
import { Dispute, Statement, StatementEvent, StatementLine } from "../../chargeback";
import { ChargeBridge, ChargedAmount } from "../../chargeback/bridge/charge-bridge";
import { Period } from "../../governance";
import { BusinessUnit, Programme } from "../../tenancy";

/** A flow of cost on its way to the unit; exact figures. */
export interface ExplainedStep {
  readonly step: number;
  readonly pool: string;
  /** Null: the unit. */
  readonly toPool: string | null;
  readonly method: string | null;
  readonly driverText: string | null;
  readonly quantity: string | null;
  readonly driverTotal: string | null;
  readonly share: string | null;
  readonly rate: string | null;
  readonly exactAmount: string;
}

/** How a use case was told apart from the others of its unit. */
export interface ExplainedSplit {
  readonly by: string;
  readonly driver: string | null;
  readonly bookedDriver: string | null;
  readonly quantity: string | null;
  readonly total: string | null;
}

/** How a part of a pool came to a line, as `explainAllocation` answers it. */
export interface ExplainedPart {
  readonly poolAmount: { readonly amount: string };
  readonly receivedAmount: { readonly amount: string };
  readonly method: string | null;
  readonly driver: string | null;
  readonly bookedDriver: string | null;
  readonly driverQuantity: string | null;
  readonly driverTotal: string | null;
  readonly shareNumerator: string | null;
  readonly shareDenominator: string | null;
  readonly exactAmount: string;
  readonly adjustmentMinor: bigint;
  readonly amount: { readonly amount: string };
  readonly policyVersion: number;
  readonly chain: readonly ExplainedStep[];
  /** Null: the driver itself is of use cases. */
  readonly split: ExplainedSplit | null;
  readonly run: AllocationRun;
}

/** The statement of the month before, as it was known when this version was issued, and what makes the difference. */
export interface Comparison {
  readonly before: Statement;
  readonly lines: readonly ChargedAmount[];
  readonly bridge: ChargeBridge;
}

/** Everything that a statement says on paper. */
export interface StatementFacts {
  readonly programme: Programme;
  readonly currency: Currency;
  readonly unit: BusinessUnit;
  readonly period: Period;
  readonly statement: Statement;
  readonly lines: readonly StatementLine[];
  /** By id of the line; those of kind ALLOCATION. */
  readonly explanations: ReadonlyMap<string, readonly ExplainedPart[]>;
  /** The allocations that lines come from, by id. */
  readonly runs: ReadonlyMap<string, AllocationRun>;
  /** Names by code, as far as the reader may know them. */
  readonly poolNames: ReadonlyMap<string, string>;
  readonly useCaseNames: ReadonlyMap<string, string>;
  readonly history: readonly StatementEvent[];
  /** Oldest first; this one is among them. */
  readonly versions: readonly Statement[];
  readonly disputes: readonly Dispute[];
  /** Null: there was no statement of the month before. */
  readonly comparison: Comparison | null;
}
