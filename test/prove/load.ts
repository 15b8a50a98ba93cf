import { setTimeout as pause } from "node:timers/promises";
import { randomFrom } from "../../seeds/random";
import { ALLOCATE, REPORT, Reported, UNITS, USE_CASES, call } from "../support/builders";
import { BOOK } from "../support/two-programmes";
import { Reply, send, until } from "./client";
import { Ledger, SentEvent } from "./ledger";
import { Product } from "./product";
import { Tally } from "./report";

export const KINDS = ["ingest", "allocate", "close"] as const;
export type Kind = (typeof KINDS)[number];

const REQUEST = "mutation($input: PeriodInput!) { requestClose(input: $input) { period { status } userErrors { code message } } }";
const CLOSE = "mutation($input: PeriodInput!) { closePeriod(input: $input) { period { hash } userErrors { code message } } }";
const ISSUE = "mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { statements { id hash } userErrors { code message } } }";

/** Months that the load walks through, closing one after the other. */
export const MONTHS: readonly string[] = Array.from({ length: 240 }, (_, index) => `${2005 + Math.floor(index / 12)}-${String(1 + (index % 12)).padStart(2, "0")}`);

export interface LoadOptions {
  readonly seed: number;
  readonly senders?: number;
  readonly batch?: number;
  /** False: only usage is sent and no month is divided or closed. */
  readonly finance?: boolean;
  /** Names the events of one load apart from those of another. */
  readonly prefix?: string;
  /** Longest pause of a sender between two batches. */
  readonly restMs?: number;
}

/**
 * People at work on a product: senders that push batches of usage and send each again, blindly, until it is acknowledged;
 * and a finance pair that books, divides, closes and states one month after the other in the same manner. Some usage
 * comes late for the months before. What was promised stands in the ledger.
 */
export class Load {
  readonly ledger = new Ledger();
  /** Answers by kind, status and code. */
  readonly answers = new Tally();
  readonly underWay: Record<Kind, number> = { ingest: 0, allocate: 0, close: 0 };
  private readonly random: (below: number) => number;
  private readonly workers: Promise<void>[];
  private wanted = true;
  private month = 0;

  constructor(private readonly product: Product, private readonly options: LoadOptions) {
    this.random = randomFrom(options.seed);
    this.workers = Array.from({ length: options.senders ?? 3 }, (_, who) => this.pushUsage(who));
    if (options.finance !== false) this.workers.push(this.closeMonths());
  }

  /** Waits until a request of a kind is under way. */
  async reach(kind: Kind): Promise<void> {
    await until(`a request of kind ${kind} under way`, () => this.underWay[kind] > 0, 60_000, 1);
  }

  /** Begins nothing more; what was begun is sent again until it is acknowledged. */
  async finish(): Promise<void> {
    this.wanted = false;
    await Promise.all(this.workers);
  }

  /** Answers that are neither what was asked for nor a plain request to come again. */
  unexpected(): string[] {
    return [...this.answers.counts.keys()].filter((key) => !/ (200 OK|503 UNAVAILABLE|408 TIMEOUT|no answer)$/.test(key));
  }

  private async pushUsage(who: number): Promise<void> {
    const token = this.product.sign("INTEGRATION", { businessUnits: [...UNITS], subject: `sender-${who}` });
    const { prefix = "load", batch = 25, restMs = 20 } = this.options;
    for (let number = 0; this.wanted; number += 1) {
      const back = this.random(100) < 8 ? 1 + this.random(2) : 0;
      const period = MONTHS[Math.max(0, this.month - back)]!;
      const events = Array.from({ length: batch }, (_, index) => this.event(`${prefix}-${who}-${number}-${index}`, period));
      for (const { sent } of events) this.ledger.sent.add(sent.eventId);
      const { reportUsage } = await this.deliver<{ reportUsage: Reported }>("ingest", token, REPORT, { source: "prove://load", events: events.map(({ input }) => input) });
      reportUsage.results.forEach(({ outcome, code }, index) => {
        this.ledger.verdicts.add(code === null ? outcome : `${outcome} ${code}`);
        if (outcome === "ACCEPTED" || outcome === "DUPLICATE") this.ledger.stored.set(events[index]!.sent.eventId, events[index]!.sent);
      });
      await pause(this.random(restMs + 1));
    }
  }

  private event(eventId: string, period: string): { sent: SentEvent; input: unknown } {
    const useCase = USE_CASES[this.random(USE_CASES.length)]![0];
    const connectedMs = 1_000 + this.random(600_000);
    const endedAt = `${period}-${String(2 + this.random(26)).padStart(2, "0")}T15:30:00.000Z`;
    return { sent: { eventId, period, useCase, connectedMs }, input: call(eventId, { useCase, connectedMs, connectedAt: null, endedAt, contactId: `contact-${this.random(5_000)}` }) };
  }

  private async closeMonths(): Promise<void> {
    const first = this.product.sign("FINANCE");
    while (this.wanted && this.month < MONTHS.length - 1) {
      const period = MONTHS[this.month]!;
      await this.deliver("other", first, BOOK, { pool: "platform", period, amount: `${1_000 + this.random(9_000)}.${10 + this.random(90)}`, currency: "USD", externalId: `platform-${period}` });
      await pause(100 + this.random(200));
      // From here on usage of this month comes late or just in time.
      this.month += 1;
      while (this.wanted && !(await this.closeMonth(first, period))) await pause(this.random(30));
      if (!this.wanted) return;
      const { issueStatements } = await this.deliver<{ issueStatements: { statements: Array<{ id: string; hash: string }> } }>("other", first, ISSUE, { period });
      for (const { id, hash } of issueStatements.statements) this.ledger.statements.set(id, hash);
    }
  }

  /** False when usage came between the run and the close: then both are to be done again. */
  private async closeMonth(first: string, period: string): Promise<boolean> {
    const { allocatePeriod } = await this.deliver<{ allocatePeriod: { run: { id: string; resultHash: string } } }>("allocate", first, ALLOCATE, { period });
    this.ledger.runs.set(allocatePeriod.run.id, allocatePeriod.run.resultHash);
    const { requestClose } = await this.deliver<{ requestClose: { userErrors: Array<{ code: string }> } }>("close", first, REQUEST, { period });
    if (requestClose.userErrors[0]?.code === "NOT_READY") return false;
    const { closePeriod } = await this.deliver<{ closePeriod: { period: { hash: string } | null; userErrors: Array<{ code: string }> } }>("close", this.product.sign("FINANCE", { subject: "second-person" }), CLOSE, { period });
    const code = closePeriod.userErrors[0]?.code ?? "";
    if (code === "NOT_READY") return false;
    if (code !== "" && code !== "PERIOD_CLOSED") throw new Error(`closePeriod ${period}: ${code}`);
    this.ledger.closes.set(period, closePeriod.period?.hash ?? "");
    return true;
  }

  /** Sends until an answer comes that is not a request to come again. */
  private async deliver<T>(kind: Kind | "other", token: string, query: string, input: Record<string, unknown>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (kind !== "other") this.underWay[kind] += 1;
      const reply = await send(this.product.origin, token, query, { input });
      if (kind !== "other") this.underWay[kind] -= 1;
      this.answers.add(`${kind} ${wordFor(reply)}`);
      if (reply.status === 200 && reply.code === "OK") return reply.data as T;
      if (attempt > 3_000) throw new Error(`${kind}: no acknowledgement after ${attempt} attempts, last ${wordFor(reply)} ${reply.body.slice(0, 300)}`);
      await pause(20 + this.random(30));
    }
  }
}

const wordFor = ({ status, code }: Reply): string => (status === 0 ? "no answer" : `${status} ${code}`);
