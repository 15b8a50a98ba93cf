import { Clock } from "../../src/kernel/clock";

/** A clock that stands still until it is moved. */
export class FixedClock implements Clock {
  constructor(private ms = Date.parse("2025-11-15T12:00:00Z")) {}
  now(): number {
    return this.ms;
  }
  set(iso: string): void {
    this.ms = Date.parse(iso);
  }
}
