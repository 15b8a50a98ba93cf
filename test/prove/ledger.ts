import { Tally } from "./report";

/** A usage event as it was sent, as far as it is counted. */
export interface SentEvent {
  readonly eventId: string;
  readonly period: string;
  readonly useCase: string;
  readonly connectedMs: number;
}

/** What the product said it had done: the promises that must stand at the end, whatever happened meanwhile. */
export class Ledger {
  /** Events that were answered with a verdict that says they are stored. */
  readonly stored = new Map<string, SentEvent>();
  /** Every event that was ever sent. */
  readonly sent = new Set<string>();
  /** Verdicts, and what was wrong with those that should not be. */
  readonly verdicts = new Tally();
  /** Result hash by id of each run that was answered. */
  readonly runs = new Map<string, string>();
  /** Hash by month of each close that was answered; "" when the answer was lost and the retry said it is closed. */
  readonly closes = new Map<string, string>();
  /** Hash by id of each statement that was answered. */
  readonly statements = new Map<string, string>();

  /** Legs and milliseconds by month and use case, of the events that were acknowledged. */
  figures(): Map<string, { legs: number; ms: number }> {
    const figures = new Map<string, { legs: number; ms: number }>();
    for (const { period, useCase, connectedMs } of this.stored.values()) {
      const cell = figures.get(`${period} ${useCase}`) ?? { legs: 0, ms: 0 };
      cell.legs += 1;
      cell.ms += connectedMs;
      figures.set(`${period} ${useCase}`, cell);
    }
    return figures;
  }
}
