import { ALLOCATE, REPORT } from "../support/builders";
import { BOOK } from "../support/two-programmes";
import { Reply } from "./client";
import { Facts, SentEvent, Setting, monthOf } from "./model";
import { Month, Months, Statement } from "./model-months";
import { LineIds, toMajor } from "./simulation-compare";
import { EventMaker, Random, pick } from "./simulation-plan";
import { abandon } from "./simulation-abandon";
import { World } from "./simulation-world";

const ATTRIBUTE = "mutation($input: AttributeUsageInput!) { r: attributeUsage(input: $input) { attributed userErrors { code } } }";
const onPeriod = (name: string): string => `mutation($input: PeriodInput!) { r: ${name}(input: $input) { missing { check } userErrors { code } } }`;
const onMonth = (name: string, type: string): string => `mutation($input: ${type}!) { r: ${name}(input: $input) { userErrors { code } } }`;
const SUBJECTS = ["anna", "bert"] as const;

/** An event as a sender writes it. */
export const asSent = (event: SentEvent): unknown => ({ ...event, direction: "INBOUND" });

/** A step's verdict as the product gave it and as the model has it. */
export interface Step { readonly name: string; readonly product: string; readonly model: string }
interface Batch { readonly units: readonly string[]; readonly events: readonly SentEvent[] }

/** People at work on one programme, one step at a time, each done to the product and to the model. */
export class Steps {
  readonly facts: Facts;
  readonly months: Months;
  readonly lineIds: LineIds = new Map();
  private readonly maker: EventMaker;
  private readonly sent: Batch[] = [];
  private bookings = 0;

  constructor(private readonly world: World, readonly setting: Setting, private readonly random: Random) {
    this.facts = new Facts(setting);
    this.months = new Months(this.facts, setting);
    this.maker = new EventMaker(setting, this.facts, random);
  }

  get now(): number {
    return this.world.base.clock.now();
  }

  token(role: "FINANCE" | "BUSINESS_UNIT" | "INTEGRATION", subject: string, businessUnits: readonly string[] = []): string {
    return this.world.base.as(role, { subject, programme: this.setting.programme, businessUnits: [...businessUnits] }).token;
  }

  async next(): Promise<Step> {
    const { random } = this;
    const kind = random(100);
    if (kind < 30) return this.ingest(this.sent.length > 0 && random(5) === 0 ? pick(random, this.sent) : this.newBatch(), random(20) === 0 ? "killed" : random(5) === 0 ? "left" : "plain");
    if (kind < 66) return this.push();
    if (kind < 71) return this.attribute();
    if (kind < 76) return this.book(pick(random, this.setting.months), pick(random, [...this.setting.sharedPools, this.setting.directPool]));
    if (kind < 79) return this.allocate(pick(random, this.setting.months));
    if (kind < 81) return this.requestClose(pick(random, this.setting.months));
    if (kind < 83) return this.close(pick(random, this.setting.months), pick(random, SUBJECTS));
    if (kind < 84) return this.issue(pick(random, this.setting.months));
    if (kind < 95) return this.aboutStatement();
    if (kind < 98) return this.post(pick(random, this.setting.months));
    return abandon(this.world, this.setting, this.maker.batch(this.now), pick(random, this.setting.months));
  }

  /** Whatever the first month that is not done needs next. */
  private push(): Promise<Step> {
    const { facts, months, setting, random } = this;
    const undone = setting.months.find((key) => (months.all.get(key)?.statements ?? null) === null);
    if (undone === undefined) return this.aboutStatement();
    const month = months.all.get(undone);
    if (month?.status === "CLOSED") return this.issue(undone);
    if (monthOf(this.now, setting.timeZone) <= undone) return Promise.resolve(this.advance());
    const rules = setting.policies.filter(({ from }) => from <= undone).at(-1)!.rules;
    const bare = rules.find(({ pool }) => !facts.booked(undone, facts.now).has(pool));
    if (bare || !month) return this.book(undone, bare?.pool ?? setting.directPool);
    const stray = months.strays(undone);
    if (stray !== null) return this.attributeWhere(stray, pick(random, [...setting.unitOf.keys()]));
    if (months.missing(undone, this.now).includes("RUN_LATEST")) return this.allocate(undone);
    return month.status === "OPEN" ? this.requestClose(undone) : this.close(undone, SUBJECTS.find((each) => each !== month.requestedBy)!);
  }

  private advance(): Step {
    this.world.base.clock.set(new Date(this.now + (2 + this.random(30)) * 86_400_000).toISOString());
    return { name: "time passes", product: "", model: "" };
  }

  private newBatch(): Batch {
    const { random, setting } = this;
    const batch = { units: random(5) === 0 ? [pick(random, setting.units)] : setting.units, events: this.maker.batch(this.now) };
    this.sent.push(batch);
    return batch;
  }

  private async ingest({ units, events }: Batch, manner: "plain" | "left" | "killed"): Promise<Step> {
    const token = this.token("INTEGRATION", "sender", units);
    const variables = { input: { source: "sim://source", events: events.map(asSent) } };
    if (manner === "left") await this.world.askAndLeave(token, REPORT, variables, this.random(12));
    if (manner === "killed") {
      const sent = this.world.askAndLeave(token, REPORT, variables, 1_000);
      await new Promise((resolve) => setTimeout(resolve, this.random(12)));
      await this.world.kill();
      await sent;
    }
    const reply = await this.world.ask(token, REPORT, variables);
    const results: Array<{ outcome: string; code: string | null }> = reply.data?.reportUsage?.results ?? [];
    const product = results.map(({ outcome, code }) => `${outcome}${code === null ? "" : ` ${code}`}`);
    const model = events.map((event) => this.judge(event, units));
    // Of a request that was cut short nobody knows whether it was stored; when it was, all of it was.
    const isStored = (verdict: string): boolean => ["ACCEPTED", "HELD", "SUPERSEDED"].includes(verdict);
    const wasStored = manner !== "plain" && model.some(isStored) && model.every((verdict, index) => !isStored(verdict) || product[index] === "DUPLICATE");
    return { name: `ingest ${manner} ${JSON.stringify(events)} for ${String(units)}`, product: String(product), model: String(wasStored ? model.map((verdict) => (isStored(verdict) ? "DUPLICATE" : verdict)) : model) };
  }

  /** One event's verdict, and the fact that it leaves. */
  private judge(event: SentEvent, units: readonly string[]): string {
    const { facts, setting } = this;
    if (Date.parse(event.endedAt) > this.now + 300_000) return "REJECTED BAD_USER_INPUT";
    if (event.businessUnit !== null && !units.includes(event.businessUnit)) return "REJECTED NOT_FOUND";
    const owner = event.useCase === null ? undefined : setting.unitOf.get(event.useCase);
    if (owner !== undefined && event.businessUnit !== null && event.businessUnit !== owner) return "REJECTED BAD_USER_INPUT";
    const useCase = owner !== undefined && units.includes(owner) ? event.useCase : null;
    const stored = facts.stored(event.eventId);
    const leg = facts.legs().get(event.legId);
    if (stored) return JSON.stringify(stored) === JSON.stringify(event) ? "DUPLICATE" : "CONFLICT CONFLICT";
    if (leg && leg.receivedFor !== null && !units.includes(leg.receivedFor)) return "REJECTED NOT_FOUND";
    const period = monthOf(Date.parse(event.endedAt), setting.timeZone);
    facts.list.push({ kind: "event", event, period, useCase });
    this.months.touch(period);
    if (facts.legs().get(event.legId)!.event !== event) return "SUPERSEDED";
    return useCase === null ? "HELD" : "ACCEPTED";
  }

  private async attribute(): Promise<Step> {
    const { random, facts } = this;
    const known = facts.list.flatMap((fact) => (fact.kind === "event" ? [fact.event] : []));
    if (known.length === 0 || random(3) === 0) return this.attributeWhere(pick(random, this.setting.months), random(10) === 0 ? "no-such-case" : pick(random, [...this.setting.unitOf.keys()]));
    const named = Array.from({ length: 1 + random(3) }, () => pick(random, known));
    const useCase = pick(random, [...this.setting.unitOf.keys()]);
    const eventIds = [...named.map(({ eventId }) => eventId), ...(random(12) === 0 ? ["never-sent"] : [])];
    const legs = facts.legs();
    const lost = eventIds.includes("never-sent") || named.some(({ legId }) => legs.get(legId)!.event.type === "LEG_VOIDED");
    const elsewhere = named.some(({ legId }) => ![null, useCase].includes(legs.get(legId)!.useCase));
    const model = lost ? "NOT_FOUND" : elsewhere ? "CONFLICT" : this.move(named.map(({ legId }) => legId), useCase);
    return this.told(`attribute ${String(eventIds)} to ${useCase}`, await this.finance("anna", ATTRIBUTE, { eventIds, useCase, reason: "simulated" }), model, ({ attributed }) => `OK ${attributed}`);
  }

  private async attributeWhere(period: string, useCase: string): Promise<Step> {
    const unattributed = [...this.facts.legs()].filter(([, leg]) => leg.useCase === null && leg.period === period && leg.event.type !== "LEG_VOIDED").map(([legId]) => legId);
    const model = !this.setting.unitOf.has(useCase) || !this.months.all.has(period) ? "NOT_FOUND" : this.move(unattributed, useCase);
    return this.told(`attribute the rest of ${period} to ${useCase}`, await this.finance("anna", ATTRIBUTE, { where: { period }, useCase, reason: "simulated" }), model, ({ attributed }) => `OK ${attributed}`);
  }

  private move(legIds: readonly string[], useCase: string): string {
    const legs = this.facts.legs();
    const moved = [...new Set(legIds)].filter((legId) => legs.get(legId)!.useCase !== useCase);
    for (const legId of moved) this.facts.list.push({ kind: "attribution", legId, useCase });
    return `OK ${moved.length}`;
  }

  private async book(period: string, pool: string): Promise<Step> {
    const { random, facts, setting } = this;
    const costs = facts.list.flatMap((fact) => (fact.kind === "cost" ? [fact] : []));
    const again = costs.length > 0 && random(6) === 0 ? pick(random, costs) : null;
    const other = again !== null && random(2) === 0;
    this.bookings += 1;
    const amount = BigInt(random(7) === 0 ? -random(5_000) : random(4) === 0 ? random(7) : random(100_000_000));
    const fact = again
      ? { ...again, amount: other ? again.amount + 1n : again.amount }
      : { kind: "cost" as const, externalId: `cost-${this.bookings}`, pool, period, amount, useCase: pool === setting.directPool ? pick(random, [...setting.unitOf.keys()]) : null };
    if (!again) {
      facts.list.push(fact);
      this.months.touch(period);
    }
    const { externalId, useCase } = fact;
    const input = { pool: fact.pool, period: fact.period, amount: toMajor(fact.amount, setting.exponent), currency: setting.currency, externalId, useCase };
    const token = this.token("FINANCE", "anna");
    if (random(8) === 0) await this.world.askAndLeave(token, BOOK, { input }, random(12));
    return this.told(`book ${JSON.stringify(input)}`, await this.world.ask(token, BOOK.replace("bookCost(", "r: bookCost("), { input }), other ? "CONFLICT" : "OK");
  }

  private async allocate(period: string): Promise<Step> {
    const reply = await this.finance("anna", ALLOCATE.replace("allocatePeriod(", "r: allocatePeriod("), { period });
    return this.told(`allocate ${period}`, reply, this.months.allocate(period));
  }

  private async requestClose(period: string): Promise<Step> {
    const who = pick(this.random, SUBJECTS);
    return this.told(`request close of ${period} by ${who}`, await this.finance(who, onPeriod("requestClose"), { period }), this.months.requestClose(period, who, this.now));
  }

  private async close(period: string, who: string): Promise<Step> {
    const left = this.random(8) === 0;
    if (left) await this.world.askAndLeave(this.token("FINANCE", who), onPeriod("closePeriod"), { input: { period } }, this.random(60));
    const step = this.told(`close ${period} by ${who}`, await this.finance(who, onPeriod("closePeriod"), { period }), this.months.close(period, who, this.now));
    return left && step.model === "OK" && step.product === "PERIOD_CLOSED" ? { ...step, product: "OK" } : step;
  }

  private async issue(period: string): Promise<Step> {
    return this.told(`issue ${period}`, await this.finance("anna", onMonth("issueStatements", "IssueStatementsInput"), { period }), this.months.issue(period));
  }

  private async post(period: string): Promise<Step> {
    return this.told(`post ${period}`, await this.finance("anna", onMonth("postStatements", "PostStatementsInput"), { period }), this.months.post(period));
  }

  /** Accepts, disputes or resolves some statement; now and then an older version, or one of somebody else. */
  private async aboutStatement(): Promise<Step> {
    const { random } = this;
    const issued = this.months.inOrder().filter(({ statements }) => statements !== null);
    if (issued.length === 0) return this.ingest(this.newBatch(), "plain");
    const month = pick(random, issued);
    const all = [...month.statements!.values()];
    const disputed = all.filter(({ status }) => status === "DISPUTED");
    const kind = random(5);
    const statement = kind >= 3 && disputed.length > 0 ? pick(random, disputed) : pick(random, all);
    const id = statement.olderIds.length > 0 && random(6) === 0 ? pick(random, statement.olderIds) : statement.id;
    if (kind >= 3) return this.resolve(month, statement, id);
    const foreign = random(8) === 0 ? this.setting.units.find((unit) => unit !== statement.unit)! : null;
    const token = this.token("BUSINESS_UNIT", "manager", [foreign ?? statement.unit]);
    if (kind < 1) {
      const reply = await this.world.ask(token, onMonth("acceptStatement", "AcceptStatementInput"), { input: { statement: id } });
      return this.told(`accept ${statement.unit} ${month.key}`, reply, foreign ? "NOT_FOUND" : this.months.accept(statement, id));
    }
    const index = statement.lines.length > 0 && random(10) > 0 ? random(statement.lines.length) : -1;
    const line = index < 0 ? "no-such-line" : this.lineIds.get(statement.id)![index]!;
    const reply = await this.world.ask(token, onMonth("disputeStatement", "DisputeStatementInput"), { input: { statement: id, lines: [{ line, reason: "simulated" }] } });
    return this.told(`dispute line ${index} of ${statement.unit} ${month.key}`, reply, foreign ? "NOT_FOUND" : this.months.dispute(statement, id, statement.lines[index] ?? null));
  }

  private async resolve(month: Month, statement: Statement, id: string): Promise<Step> {
    const { random, setting } = this;
    const amount = BigInt(1 + random(9_999));
    const others = ["", ...setting.units.filter((unit) => unit !== statement.unit)];
    const moves: Array<readonly [string, bigint]> = random(3) === 0 ? [] : [[statement.unit, -amount], [pick(random, others), random(4) === 0 ? amount + 1n : amount]];
    const lines = moves.map(([unit, each]) => ({ ...(unit === "" ? {} : { businessUnit: unit }), amount: toMajor(each, setting.exponent) }));
    const reply = await this.finance("anna", onMonth("resolveDispute", "ResolveDisputeInput"), { statement: id, reason: "simulated", lines });
    return this.told(`resolve ${statement.unit} ${month.key} ${JSON.stringify(lines)}`, reply, this.months.resolve(month, statement, id, moves));
  }

  private finance(who: string, query: string, input: unknown): Promise<Reply> {
    return this.world.ask(this.token("FINANCE", who), query, { input });
  }

  private told(name: string, { code, data }: Reply, model: string, fine: (answer: { attributed: number }) => string = () => "OK"): Step {
    const refused = data?.r?.userErrors?.[0]?.code as string | undefined;
    const missing = (data?.r?.missing ?? []).map(({ check }: { check: string }) => check).sort();
    return { name, model, product: code !== "OK" ? code : refused === undefined ? fine(data.r) : `${refused}${missing.length > 0 ? ` ${missing.join(",")}` : ""}` };
  }
}
