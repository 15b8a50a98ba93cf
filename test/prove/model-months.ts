import { Facts, Rule, Setting, addTo, monthOf } from "./model";

export interface Run { readonly sequence: number; readonly facts: string; readonly lines: ReadonlyMap<string, bigint>; readonly rules: readonly Rule[] }
export interface StatementLine { readonly key: string; readonly amount: bigint; disputed: boolean }
export interface Statement { readonly unit: string; version: number; status: string; lines: StatementLine[]; readonly olderIds: string[]; id: string }

export interface Month {
  readonly key: string;
  status: "OPEN" | "CLOSING" | "CLOSED";
  requestedBy: string | null;
  /** How many facts were known when it closed. */
  closedAt: number | null;
  run: Run | null;
  /** Charged in this month, by "origin pool useCase". */
  adjustments: Map<string, bigint>;
  statements: Map<string, Statement> | null;
}

/** The simulation's own months: what a close finds, freezes and posts, and what statements then say. Answers are codes. */
export class Months {
  readonly all = new Map<string, Month>();

  constructor(readonly facts: Facts, readonly setting: Setting) {}

  /** A month comes into being with its first fact. */
  touch(key: string): void {
    if (!this.all.has(key)) this.all.set(key, { key, status: "OPEN", requestedBy: null, closedAt: null, run: null, adjustments: new Map(), statements: null });
  }

  inOrder(): Month[] {
    return [...this.all.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** The moment up to which facts count as posted. */
  postedAt(key: string): number {
    return this.all.get(key)?.closedAt ?? this.facts.now;
  }

  private policy(key: string): Setting["policies"][number] | null {
    return this.setting.policies.filter(({ from }) => from <= key).at(-1) ?? null;
  }

  private shared(key: string): Map<string, bigint> {
    return new Map([...this.facts.booked(key, this.postedAt(key))].filter(([pool]) => this.setting.sharedPools.includes(pool)));
  }

  /** Everything that a division depends on, as text: what stays the same gives the same run. */
  private divisionFacts(key: string): string {
    const policy = this.policy(key)!, pools = this.shared(key);
    const rules = policy.rules.filter(({ pool }) => pools.has(pool));
    const before = previous(this, key);
    const measured = (period: string, wanted: readonly Rule[]): string[] =>
      [...new Set(wanted.flatMap(({ parts }) => parts.map(({ driver }) => driver)))].sort().map((driver) => {
        const { cells, units } = this.facts.measured(period, driver, this.postedAt(period));
        return `${driver} ${text(cells)} ${driver === "CONTACTS" ? text(units) : ""}`;
      });
    return [policy.version, text(pools), ...measured(key, rules), ...measured(before, rules.filter(({ zeroDriver }) => zeroDriver === "PRIOR_PERIOD"))].join("\n");
  }

  private divide(key: string, pools: ReadonlyMap<string, bigint>, rules: readonly Rule[], moment: number): Map<string, bigint> {
    const lines = new Map<string, bigint>();
    for (const [pool, amount] of pools) {
      const rule = rules.find((each) => each.pool === pool) ?? null;
      const before = previous(this, key);
      for (const [useCase, part] of this.facts.divide(amount, rule, key, moment, this.postedAt(before))) lines.set(`${pool} ${useCase}`, part);
    }
    return lines;
  }

  allocate(key: string): string {
    const month = this.all.get(key);
    if (!month) return "NOT_FOUND";
    if (month.status === "CLOSED") return "PERIOD_CLOSED";
    const policy = this.policy(key), pools = this.shared(key);
    if (policy === null || pools.size === 0) return "NOT_READY";
    const facts = this.divisionFacts(key);
    if (month.run?.facts === facts) return "OK";
    month.run = { sequence: (month.run?.sequence ?? 0) + 1, facts, rules: policy.rules, lines: this.divide(key, pools, policy.rules, this.facts.now) };
    return "OK";
  }

  /** What the close of a month would miss. */
  missing(key: string, nowMs: number): string[] {
    const month = this.all.get(key)!;
    const booked = this.facts.booked(key, this.facts.now), shared = this.shared(key);
    const usage = this.facts.usage(key, this.facts.now);
    const ruled = (this.policy(key)?.rules ?? []).map(({ pool }) => pool);
    const isEmpty = booked.size === 0 && usage.size === 0;
    const needsRun = shared.size > 0 || (!isEmpty && ruled.length > 0);
    const missing = new Set<string>();
    if (monthOf(nowMs, this.setting.timeZone) <= key) missing.add("MONTH_OVER");
    if (this.inOrder().some((each) => each.key < key && each.status !== "CLOSED")) missing.add("EARLIER_MONTHS_CLOSED");
    if (this.strays(key) !== null) missing.add("USAGE_ATTRIBUTED");
    if (!isEmpty && ruled.some((pool) => !shared.has(pool))) missing.add("POOLS_HAVE_COST");
    if ([...shared.keys()].some((pool) => !ruled.includes(pool))) missing.add("POOLS_HAVE_RULES");
    if (month.run === null ? needsRun : month.run.facts !== this.divisionFacts(key)) missing.add("RUN_LATEST");
    return [...missing].sort();
  }

  /** The first month up to one that holds unattributed usage, late usage included; null when there is none. */
  strays(key: string): string | null {
    return this.inOrder().find((each) => each.key <= key && this.facts.usage(each.key, this.facts.now).has("") && (each.key === key || each.status === "CLOSED"))?.key ?? null;
  }

  requestClose(key: string, who: string, nowMs: number): string {
    const month = this.all.get(key);
    if (!month) return "NOT_FOUND";
    if (month.status === "CLOSED") return "PERIOD_CLOSED";
    if (month.status === "CLOSING") return "OK";
    const missing = this.missing(key, nowMs);
    if (missing.length > 0) return `NOT_READY ${missing.join(",")}`;
    Object.assign(month, { status: "CLOSING", requestedBy: who });
    return "OK";
  }

  close(key: string, who: string, nowMs: number): string {
    const month = this.all.get(key);
    if (!month) return "NOT_FOUND";
    if (month.status === "CLOSED") return "PERIOD_CLOSED";
    if (month.status === "OPEN") return "PERIOD_OPEN";
    if (month.requestedBy === who) return "SAME_PERSON";
    const missing = this.missing(key, nowMs);
    if (missing.length > 0) return `NOT_READY ${missing.join(",")}`;
    for (const origin of this.inOrder()) {
      if (origin.status !== "CLOSED") continue;
      for (const [line, amount] of this.lateChange(origin)) if (amount !== 0n) month.adjustments.set(`${origin.key} ${line}`, amount);
    }
    Object.assign(month, { status: "CLOSED", closedAt: this.facts.now });
    return "OK";
  }

  /** The month divided anew with everything that is known now, less everything that was charged for it. */
  private lateChange(origin: Month): Map<string, bigint> {
    const pools = new Map([...this.facts.booked(origin.key, this.facts.now)].filter(([pool]) => this.setting.sharedPools.includes(pool)));
    const change = this.divide(origin.key, pools, origin.run?.rules ?? this.policy(origin.key)?.rules ?? [], this.facts.now);
    for (const [line, amount] of this.facts.direct(origin.key, this.facts.now)) addTo(change, line, amount);
    for (const [line, amount] of origin.run?.lines ?? []) addTo(change, line, -amount);
    for (const [line, amount] of this.facts.direct(origin.key, origin.closedAt!)) addTo(change, line, -amount);
    for (const { adjustments } of this.all.values()) {
      for (const [line, amount] of adjustments) if (line.startsWith(`${origin.key} `)) addTo(change, line.slice(origin.key.length + 1), -amount);
    }
    return change;
  }

  issue(key: string): string {
    const month = this.all.get(key);
    if (!month) return "NOT_FOUND";
    if (month.status !== "CLOSED") return "PERIOD_OPEN";
    month.statements ??= new Map([...this.setting.units].sort().map((unit) => [unit, { unit, version: 1, status: "ISSUED", id: "", olderIds: [], lines: this.firstLines(month, unit) }]));
    return "OK";
  }

  private firstLines(month: Month, unit: string): StatementLine[] {
    const under = (kind: string, origin: string, lines: Iterable<readonly [string, bigint]>): StatementLine[] =>
      [...lines].filter(([line, amount]) => amount !== 0n && this.setting.unitOf.get(line.split(" ").at(-1)!) === unit)
        .map(([line, amount]) => ({ key: `${kind} ${origin}${line}`, amount, disputed: false })).sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    return [
      ...under("ALLOCATION", `${month.key} `, month.run?.lines ?? []),
      ...under("DIRECT", `${month.key} `, this.facts.direct(month.key, month.closedAt!)),
      ...under("ADJUSTMENT", "", month.adjustments),
    ];
  }

  accept(statement: Statement, id: string): string {
    if (id !== statement.id || statement.status === "POSTED") return "CONFLICT";
    if (statement.status === "DISPUTED") return "CONFLICT";
    statement.status = "ACCEPTED";
    return "OK";
  }

  dispute(statement: Statement, id: string, line: StatementLine | null): string {
    if (id !== statement.id || statement.status === "POSTED") return "CONFLICT";
    if (line === null) return "NOT_FOUND";
    if (line.disputed) return "CONFLICT";
    line.disputed = true;
    statement.status = "DISPUTED";
    return "OK";
  }

  /** `moves`: what each unit gets on top; "" is the programme. */
  resolve(month: Month, statement: Statement, id: string, moves: ReadonlyArray<readonly [string, bigint]>): string {
    if (id !== statement.id || statement.status === "POSTED") return "CONFLICT";
    if (!statement.lines.some(({ disputed }) => disputed)) return "CONFLICT";
    if (moves.reduce((sum, [, amount]) => sum + amount, 0n) !== 0n) return "UNBALANCED";
    for (const line of statement.lines) line.disputed = false;
    if (moves.length === 0) statement.status = "ISSUED";
    for (const unit of new Set(moves.map(([each]) => each))) {
      if (unit === "") continue;
      const other = month.statements!.get(unit)!;
      for (const [to, amount] of moves) if (to === unit) other.lines.push({ key: `RESOLUTION ${month.key} - -`, amount, disputed: false });
      other.version += 1;
      if (other === statement) other.status = "ADJUSTED";
      else if (other.status !== "DISPUTED") other.status = "ISSUED";
      other.olderIds.push(other.id);
      other.id = "";
    }
    return "OK";
  }

  post(key: string): string {
    const month = this.all.get(key);
    if (!month) return "NOT_FOUND";
    if (month.status !== "CLOSED") return "PERIOD_OPEN";
    if (month.statements === null) return "NOT_READY";
    const statements = [...month.statements.values()];
    if (statements.every(({ status }) => status === "POSTED")) return "OK";
    if (statements.some(({ status }) => !["ACCEPTED", "ADJUSTED", "POSTED"].includes(status))) return "NOT_READY";
    for (const statement of statements) statement.status = "POSTED";
    return "OK";
  }
}

const text = (sums: ReadonlyMap<string, bigint>): string => [...sums].map(([key, amount]) => `${key}=${amount}`).sort().join(" ");

function previous({ setting }: Months, key: string): string {
  const index = setting.months.indexOf(key);
  return index > 0 ? setting.months[index - 1]! : "none";
}
