import { UsageEventResult } from "../metering";
import { PlanContent, PlannedLeg } from "./plan";

/** A row of usage that a correction wrote, and the leg that it stands for. */
export interface CorrectionRow {
  readonly legKey: string;
  readonly eventKey: string;
}

/** What came of applying a change: its rows, and the months that they are in or took a leg from. */
export interface Applied {
  readonly rows: readonly CorrectionRow[];
  readonly periods: readonly string[];
}

/** A correction worked out on the usage as it is, its legs held; `apply` makes it count, in the same transaction. */
export interface PlannedChange {
  readonly content: PlanContent;
  readonly legs: readonly PlannedLeg[];
  /** Legs of the selection that stand like that already. */
  readonly unchanged: number;
  /** Events of a backfill that are left out, and why. */
  readonly leftOut: readonly UsageEventResult[];
  apply(): Promise<Applied>;
}
