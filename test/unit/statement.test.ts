import fc from "fast-check";
import {
  AcceptStatementPorts, ChargedLine, DEFAULT_STATEMENT_RULES, Dispute, DisputeSide, DisputeStatementPorts, EvidenceInput, IssueStatementsPorts, NewMessage, PostStatementsPorts, ReplyToDisputeInput, ReplyToDisputePorts, ResolutionLineInput, ResolveDisputePorts,
  SetStatementRulesInput, SettleStatementsPorts, Statement, StatementDraft, StatementLine, StatementRules, StatementStatus,
  acceptStatement, disputeAsOf, disputeStatement, drawUp, draftStatements, hashStatement, inOrder, issueStatements, nextVersion, postStatements, readEvidence, replyToDispute, resolveDispute, setStatementRules, settleStatements, sumOf, threadOf, toEvidence,
} from "../../src/chargeback";
import { Period } from "../../src/governance";
import { currencyOf } from "../../src/kernel/money";
import { Refusal } from "../../src/kernel/refusal";
import { BusinessUnit } from "../../src/tenancy";

const USD = currencyOf("USD")!;
const PERIOD = "2025-10";
const unitOf = (code: string, chargebackMode: BusinessUnit["chargebackMode"] = "SHOWBACK"): BusinessUnit => ({ id: code, code, name: code, costCentre: null, chargebackMode });
const UNITS = [unitOf("cards", "CHARGEBACK"), unitOf("claims"), unitOf("retail")];
const line = (more: Partial<StatementLine> = {}): StatementLine => ({
  lineId: "l-1", kind: "ALLOCATION", useCase: "triage", pool: "platform", originPeriod: PERIOD, run: { id: "r-1", resultHash: "abc" }, resolutionId: null, amountMinor: 100n, description: null, ...more,
});
const draft = (more: Partial<StatementDraft> = {}): StatementDraft => drawUp({
  id: "s-1", businessUnit: "claims", periodKey: PERIOD, version: 1, mode: "SHOWBACK", currency: "USD", lines: [line()], previousHash: null, resolutionId: null, ...more,
});
const charged = (businessUnit: string, amountMinor: bigint, more: Partial<ChargedLine> = {}): ChargedLine => ({
  businessUnit, kind: "ALLOCATION", useCase: "triage", pool: "platform", originPeriod: PERIOD, run: { id: "r-1", resultHash: "abc" }, amountMinor, description: null, ...more,
});

async function faultOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code} at ${error.field?.join(".")}`;
  }
  return "no fault";
}

/** Statements of one month in memory, with every verb over them, and what was written to the audit trail. */
class Book {
  readonly statements: Array<Statement & { lines: readonly StatementLine[] }> = [];
  readonly disputes: Array<Dispute & { unit: string }> = [];
  readonly audited: string[] = [];
  programmeMinor = 0n;
  status: Period["status"] = "CLOSED";
  /** By the rules under which statements are issued. */
  until: string | null = null;
  acceptsBySilence = false;
  day = "2025-11-20";
  readonly messages: Array<NewMessage & { disputeId: string }> = [];
  charges: ChargedLine[];
  private ids = 0;
  private readonly raised = new Map<string, { statementId: string; payloadHash: string }>();
  private readonly resolved = new Map<string, { payloadHash: string; unit: string }>();

  constructor(charges: ChargedLine[] = [charged("claims", 4_250n), charged("retail", 6_000n)]) {
    this.charges = charges;
  }

  newId = (): string => `id-${(this.ids += 1)}`;
  find = (id: string): (Statement & { lines: readonly StatementLine[] }) | null => this.statements.find((each) => each.id === id) ?? null;
  newest = (): Statement[] => UNITS.flatMap(({ code }) => this.newestOf(code) ?? []);
  newestOf = (unit: string): Statement | null => this.statements.filter((each) => each.businessUnit === unit).at(-1) ?? null;
  total = (): bigint => this.newest().reduce((sum, each) => sum + each.totalMinor, 0n) + this.programmeMinor;
  openOf = (unit: string): Dispute[] => this.disputes.filter((each) => each.unit === unit && each.resolution === null);

  private save(drafts: readonly StatementDraft[], status: StatementStatus): void {
    for (const each of drafts) {
      this.statements.forEach((older, index) => {
        if (older.businessUnit === each.businessUnit) this.statements[index] = { ...older, newestVersion: each.version };
      });
      this.statements.push({ ...each, businessUnitId: each.businessUnit, status, newestVersion: each.version, issuedAt: new Date(0), issuedBy: "ana", disputableUntil: this.until, rulesVersion: this.until === null ? null : 3, acceptsBySilence: this.acceptsBySilence, asOf: null });
    }
  }

  private set(id: string, status: StatementStatus): Statement {
    const index = this.statements.findIndex((each) => each.id === id);
    this.statements[index] = { ...this.statements[index]!, status };
    return this.statements[index]!;
  }

  readonly issuing: IssueStatementsPorts = {
    currency: "USD", newId: this.newId,
    lockPeriod: async (key) => ({ key, status: this.status }) as Period,
    newestStatements: async () => this.newest(),
    businessUnits: async () => UNITS,
    chargedLines: async () => this.charges,
    saveStatements: async (drafts) => this.save(drafts, "ISSUED"),
    audit: async (period, drafts) => void this.audited.push(`issued ${drafts.length} of ${period}`),
  };

  private readonly common = {
    newId: this.newId, currency: USD,
    lockStatement: async (id: string) => this.find(id),
    addEvent: async (statement: Statement, status: StatementStatus) => this.set(statement.id, status),
    linesOf: async (statement: Statement) => this.find(statement.id)!.lines,
  };

  readonly accepting: AcceptStatementPorts = { ...this.common, audit: async (before, after) => void this.audited.push(`accepted ${after.businessUnit}, it was ${before.status}`) };

  readonly disputing: DisputeStatementPorts = {
    ...this.common,
    today: async () => this.day,
    findStatement: async (id) => this.find(id),
    lineIdOf: (id) => (id === "nonsense" ? null : id),
    openLines: async (statement) => new Set(this.openOf(statement.businessUnit).map((each) => each.lineId)),
    findRaised: async (_, key) => this.raised.get(key) ?? null,
    saveDisputes: async (statement, disputes, key, payloadHash) => {
      for (const each of disputes) this.disputes.push({ ...each, unit: statement.businessUnit, raisedBy: "uma", raisedAt: new Date(0), answerBy: null, overdueFrom: null, isOverdue: false, messages: [], resolution: null });
      if (key !== null) this.raised.set(key, { statementId: statement.id, payloadHash });
    },
    audit: async (_, after, disputes) => void this.audited.push(`disputed ${disputes.length} of ${after.businessUnit}`),
  };

  readonly resolving: ResolveDisputePorts = {
    ...this.common,
    newestOf: async (unit) => this.newestOf(unit),
    openDisputes: async (statement) => this.openOf(statement.businessUnit),
    findResolution: async (key) => {
      const found = this.resolved.get(key);
      return found ? { payloadHash: found.payloadHash, statement: this.newestOf(found.unit)! } : null;
    },
    findUnitCodes: async (codes) => new Set(codes.filter((code) => UNITS.some((unit) => unit.code === code) || code === "latecomer")),
    findUseCaseCodes: async (codes) => new Set(codes.filter((code) => code === "triage")),
    findPoolCodes: async (codes) => new Set(codes.filter((code) => code === "platform")),
    saveResolution: async (statement, { id, outcome, reason, idempotencyKey, payloadHash, disputes, programmeLines }) => {
      const closed = new Set(disputes.map((dispute) => dispute.id));
      this.disputes.forEach((dispute, index) => {
        if (closed.has(dispute.id)) this.disputes[index] = { ...dispute, resolution: { id, outcome, reason, resolvedBy: "ana", resolvedAt: new Date(0) } };
      });
      this.programmeMinor += programmeLines.reduce((sum, each) => sum + each.amountMinor, 0n);
      if (idempotencyKey !== null) this.resolved.set(idempotencyKey, { payloadHash, unit: statement.businessUnit });
    },
    saveVersions: async (successions) => {
      for (const { before, draft: next, status } of successions) {
        this.set(before.id, "SUPERSEDED");
        this.save([next], status);
      }
    },
    audit: async (before, after, { outcome }, successions) => void this.audited.push(`${outcome} ${before.businessUnit}, ${successions.length} versions, now ${after.status}`),
  };

  readonly settling: SettleStatementsPorts = {
    lockPeriod: this.issuing.lockPeriod, newestStatements: this.issuing.newestStatements, today: async () => this.day,
    acceptSilent: async (silent) => silent.forEach(({ statement, reason }) => void (this.set(statement.id, "ACCEPTED") && this.audited.push(reason))),
    auditSilence: async (period, silent) => void this.audited.push(`settled ${silent.length} of ${period}`),
  };

  replying = (side: DisputeSide): ReplyToDisputePorts => ({
    side, lockStatement: this.common.lockStatement, lineIdOf: this.disputing.lineIdOf,
    disputesOf: async (statement) => this.disputes.filter((each) => each.unit === statement.businessUnit),
    findMessage: async (disputeId, from, key) => this.messages.find((each) => each.disputeId === disputeId && each.side === from && each.idempotencyKey === key) ?? null,
    saveMessage: async (_, dispute, message) => void this.messages.push({ ...message, disputeId: dispute.id }),
    audit: async (statement, _, { text }) => void this.audited.push(`${side} wrote to ${statement.businessUnit}: ${text}`),
  });

  readonly posting: PostStatementsPorts = {
    ...this.settling,
    addEvents: async (statements, status) => statements.forEach((each) => this.set(each.id, status)),
    audit: async (period, statements) => void this.audited.push(`posted ${statements.length} of ${period}`),
  };

  issue = (): Promise<readonly Statement[]> => issueStatements(this.issuing, { period: PERIOD });
  accept = (unit: string): Promise<Statement> => acceptStatement(this.accepting, { statement: this.newestOf(unit)!.id });
  dispute = (unit: string): Promise<Statement> => disputeStatement(this.disputing, { statement: this.newestOf(unit)!.id, lines: [{ line: this.find(this.newestOf(unit)!.id)!.lines[0]!.lineId, reason: "too high" }] });
  resolve = (unit: string, lines: readonly ResolutionLineInput[], more: object = {}): Promise<Statement> => resolveDispute(this.resolving, { statement: this.newestOf(unit)!.id, reason: "because", lines, ...more });
  settle = (): Promise<readonly Statement[]> => settleStatements(this.settling, { period: PERIOD });
  reply = (side: DisputeSide, unit: string, more: Partial<ReplyToDisputeInput> = {}): Promise<Statement> => replyToDispute(this.replying(side), { statement: this.newestOf(unit)!.id, line: this.find(this.newestOf(unit)!.id)!.lines[0]!.lineId, text: "look", ...more });
  post = (): Promise<readonly Statement[]> => postStatements(this.posting, { period: PERIOD });
}

async function issued(charges?: ChargedLine[]): Promise<Book> {
  const book = new Book(charges);
  await book.issue();
  return book;
}

describe("the hash of a statement", () => {
  test("is of one known form", () => {
    // Written down once: a change of form would make every stored hash unprovable.
    expect(hashStatement(draft())).toBe("c17ecbcc2f4b0640c0f0184c0846970132c5cd1ce96f061d2c97bd99afdbca1f");
  });

  test("does not depend on ids", () => {
    const renamed = draft({ id: "s-2", lines: [line({ lineId: "l-2", run: { id: "r-2", resultHash: "abc" } })] });
    expect(renamed.hash).toBe(draft().hash);
  });

  test.each<[string, Partial<StatementDraft>]>([
    ["the unit", { businessUnit: "retail" }], ["the month", { periodKey: "2025-11" }], ["the version", { version: 2 }], ["the mode", { mode: "CHARGEBACK" }], ["the currency", { currency: "EUR" }],
    ["the hash before it", { previousHash: "x" }], ["an amount", { lines: [line({ amountMinor: 101n })] }], ["a kind", { lines: [line({ kind: "DIRECT" })] }], ["a use case", { lines: [line({ useCase: "returns" })] }],
    ["a pool", { lines: [line({ pool: "telephony" })] }], ["the month of origin", { lines: [line({ originPeriod: "2025-09" })] }], ["the run's result", { lines: [line({ run: { id: "r-1", resultHash: "abd" } })] }],
    ["a description", { lines: [line({ description: "x" })] }], ["a missing line", { lines: [] }], ["a line twice", { lines: [line(), line()] }],
  ])("depends on %s", (_, more) => {
    expect(draft(more).hash).not.toBe(draft().hash);
  });
});

describe("drawing up", () => {
  const amount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
  const charges = fc.uniqueArray(
    fc.record({ unit: fc.constantFrom("cards", "claims", "retail"), kind: fc.constantFrom("ALLOCATION" as const, "DIRECT" as const, "ADJUSTMENT" as const), pool: fc.constantFrom("a", "B", "z"), useCase: fc.constantFrom("x", "Y"), origin: fc.constantFrom("2025-08", "2025-10"), amount }),
    { selector: ({ unit, kind, pool, useCase, origin }) => [unit, kind, pool, useCase, origin].join(), maxLength: 40 },
  ).map((list) => list.map(({ unit, kind, pool, useCase, origin, amount: amountMinor }) => charged(unit, amountMinor, { kind, pool, useCase, originPeriod: origin })));
  const ports = () => {
    let ids = 0;
    return { currency: "USD", newId: () => String((ids += 1)) };
  };

  test("every amount stands once, on its unit; totals add up; zeros are left out; the order of the charges does not matter", () => {
    fc.assert(fc.property(charges, fc.infiniteStream(fc.nat()), (list, random) => {
      const drafts = draftStatements(ports(), PERIOD, UNITS, list);
      expect(drafts.map((each) => [each.businessUnit, each.version, each.mode])).toEqual([["cards", 1, "CHARGEBACK"], ["claims", 1, "SHOWBACK"], ["retail", 1, "SHOWBACK"]]);
      for (const each of drafts) {
        const own = list.filter(({ businessUnit, amountMinor }) => businessUnit === each.businessUnit && amountMinor !== 0n);
        expect(each.lines.map((l) => [l.kind, l.pool, l.useCase, l.originPeriod, l.amountMinor].join()).sort()).toEqual(own.map((l) => [l.kind, l.pool, l.useCase, l.originPeriod, l.amountMinor].join()).sort());
        expect(each.totalMinor).toBe(own.reduce((sum, l) => sum + l.amountMinor, 0n));
      }
      expect(drafts.reduce((sum, each) => sum + each.totalMinor, 0n)).toBe(list.reduce((sum, l) => sum + l.amountMinor, 0n));
      const shuffled = [...list].map((each) => [random.next().value, each] as const).sort(([a], [b]) => a - b).map(([, each]) => each);
      expect(draftStatements(ports(), PERIOD, UNITS, shuffled).map((each) => each.hash)).toEqual(drafts.map((each) => each.hash));
    }));
  });

  test("lines come by kind, month of origin, pool and use case, bytewise", () => {
    const lines = [line({ kind: "ADJUSTMENT", pool: "a" }), line({ kind: "ALLOCATION", pool: "b", useCase: "x" }), line({ kind: "ALLOCATION", pool: "b", useCase: "Y" }), line({ kind: "ALLOCATION", pool: "B" }), line({ kind: "DIRECT", originPeriod: "2025-09" }), line({ kind: "DIRECT", originPeriod: "2025-10", pool: null })];
    expect(inOrder(lines).map(({ kind, originPeriod, pool, useCase }) => [kind, originPeriod, pool, useCase].join(" "))).toEqual([
      "ALLOCATION 2025-10 B triage", "ALLOCATION 2025-10 b Y", "ALLOCATION 2025-10 b x", "DIRECT 2025-09 platform triage", "DIRECT 2025-10  triage", "ADJUSTMENT 2025-10 a triage",
    ]);
  });

  test("an amount of a unit that is not there stops everything", () => {
    expect(() => draftStatements(ports(), PERIOD, UNITS, [charged("moon", 1n)])).toThrow("a unit that is not there");
  });

  test("the next version holds all lines, then the new ones, and points to the one before", async () => {
    const book = await issued();
    const before = book.newestOf("claims")!;
    const old = book.find(before.id)!.lines;
    const added = line({ lineId: "new", kind: "RESOLUTION", amountMinor: -50n, resolutionId: "x", run: null });
    const next = nextVersion(before, old, [added], "v2", "x");
    expect(next).toMatchObject({ id: "v2", version: 2, previousHash: before.hash, resolutionId: "x", totalMinor: 4_200n, mode: "SHOWBACK", lines: [...old, added] });
    expect(sumOf(next.lines)).toBe(4_200n);
  });
});

describe("issuing", () => {
  test("needs a closed month and happens once", async () => {
    for (const status of ["OPEN", "CLOSING"] as const) {
      const book = new Book();
      book.status = status;
      expect(await faultOf(book.issue)).toBe("PERIOD_OPEN at period");
      expect(await faultOf(book.post)).toBe("PERIOD_OPEN at period");
      expect([book.statements, book.audited]).toEqual([[], []]);
    }
    const book = new Book();
    const first = await book.issue();
    expect(first.map((each) => [each.businessUnit, each.status, each.totalMinor])).toEqual([["cards", "ISSUED", 0n], ["claims", "ISSUED", 4_250n], ["retail", "ISSUED", 6_000n]]);
    book.charges = [charged("cards", 1n)];
    expect(await book.issue()).toEqual(first);
    expect(book.audited).toEqual(["issued 3 of 2025-10"]);
    expect(await faultOf(() => issueStatements(book.issuing, { period: "October" }))).toBe("BAD_USER_INPUT at period");
  });
});

describe("moving cost between statements", () => {
  const share = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }).filter((each) => each !== 0n);
  const inText = (minor: bigint): string => `${minor < 0n ? "-" : ""}${(minor < 0n ? -minor : minor) / 100n}.${String((minor < 0n ? -minor : minor) % 100n).padStart(2, "0")}`;

  test("balanced lines change no total, whoever they name; every named unit gets one version", async () => {
    await fc.assert(fc.asyncProperty(share, fc.array(fc.record({ unit: fc.constantFrom("cards", "claims", "retail", null), minor: share }), { maxLength: 8 }), async (first, others) => {
      const book = await issued();
      await book.dispute("claims");
      const lines = [{ unit: "claims" as string | null, minor: first }, ...others];
      const rest = lines.reduce((sum, each) => sum + each.minor, 0n);
      if (rest !== 0n) lines.push({ unit: null, minor: -rest });
      const before = book.total();
      const old = new Map(book.newest().map((each) => [each.businessUnit, each]));
      const after = await book.resolve("claims", lines.map(({ unit, minor }) => ({ businessUnit: unit, amount: inText(minor) })));
      expect(book.total()).toBe(before);
      expect(after).toMatchObject({ businessUnit: "claims", status: "ADJUSTED", version: 2 });
      for (const { code } of UNITS) {
        const moved = lines.filter(({ unit }) => unit === code);
        const now = book.newestOf(code)!;
        expect([now.version, now.totalMinor]).toEqual([moved.length > 0 ? 2 : 1, old.get(code)!.totalMinor + moved.reduce((sum, each) => sum + each.minor, 0n)]);
        if (moved.length > 0) expect(now.previousHash).toBe(old.get(code)!.hash);
      }
    }), { numRuns: 200 });
  });

  test("lines that do not sum to zero are refused with the difference and nothing is written", async () => {
    await fc.assert(fc.asyncProperty(fc.array(share, { minLength: 1, maxLength: 6 }).filter((list) => list.reduce((sum, each) => sum + each, 0n) !== 0n), async (list) => {
      const book = await issued();
      await book.dispute("claims");
      const before = JSON.stringify([book.statements, book.disputes, book.audited], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
      const sum = list.reduce((total, each) => total + each, 0n);
      await expect(book.resolve("claims", list.map((minor) => ({ businessUnit: "claims", amount: inText(minor) })))).rejects.toThrow(`The lines sum to ${inText(sum)} USD, not to zero.`);
      expect(JSON.stringify([book.statements, book.disputes, book.audited], (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))).toBe(before);
      expect(book.programmeMinor).toBe(0n);
    }), { numRuns: 100 });
  });

  test.each<[string, ResolutionLineInput[], object, string]>([
    ["a line of zero", [{ businessUnit: "claims", amount: "0" }], {}, "BAD_USER_INPUT at lines.0.amount"],
    ["too many decimals", [{ businessUnit: "claims", amount: "0.001" }], {}, "BAD_USER_INPUT at lines.0.amount"],
    ["no number", [{ businessUnit: "claims", amount: "1e3" }], {}, "BAD_USER_INPUT at lines.0.amount"],
    ["501 lines", Array(501).fill({ businessUnit: "claims", amount: "1" }), {}, "BAD_USER_INPUT at lines"],
    ["none on the disputed unit", [{ businessUnit: "retail", amount: "1" }, { amount: "-1" }], {}, "BAD_USER_INPUT at lines"],
    ["an unknown unit", [{ businessUnit: "claims", amount: "1" }, { businessUnit: "moon", amount: "-1" }], {}, "NOT_FOUND at lines.1.businessUnit"],
    ["a unit without a statement", [{ businessUnit: "claims", amount: "1" }, { businessUnit: "latecomer", amount: "-1" }], {}, "NOT_FOUND at lines.1.businessUnit"],
    ["an unknown use case", [{ businessUnit: "claims", amount: "1" }, { useCase: "moon", amount: "-1" }], {}, "NOT_FOUND at lines.1.useCase"],
    ["an unknown pool", [{ businessUnit: "claims", pool: "moon", amount: "1" }, { amount: "-1" }], {}, "NOT_FOUND at lines.0.pool"],
    ["a blank reason", [], { reason: " " }, "BAD_USER_INPUT at reason"],
    ["a blank key", [], { idempotencyKey: "" }, "BAD_USER_INPUT at idempotencyKey"],
  ])("%s is refused", async (_, lines, more, fault) => {
    const book = await issued();
    await book.dispute("claims");
    const [statements, audited] = [[...book.statements], [...book.audited]];
    expect(await faultOf(() => book.resolve("claims", lines, more))).toBe(fault);
    expect([book.statements, book.audited, book.openOf("claims").length]).toEqual([statements, audited, 1]);
  });

  test("a posted statement of another unit takes nothing", async () => {
    const book = await issued();
    await book.dispute("claims");
    const retail = book.newestOf("retail")!;
    await book.posting.addEvents([retail], "POSTED", null);
    expect(await faultOf(() => book.resolve("claims", [{ businessUnit: "claims", amount: "-1" }, { businessUnit: "retail", amount: "1" }]))).toBe("CONFLICT at lines.1.businessUnit");
    expect(book.newestOf("retail")).toMatchObject({ version: 1, status: "POSTED" });
  });

  test("the same request under its key is answered once, in whatever form the amount was written", async () => {
    const book = await issued();
    await book.dispute("claims");
    const first = await book.resolve("claims", [{ businessUnit: "claims", amount: "-1.00" }, { amount: "1.00" }], { idempotencyKey: "k" });
    const again = (more: object): Promise<Statement> => resolveDispute(book.resolving, { statement: book.statements.find((each) => each.businessUnit === "claims")!.id, reason: "because", lines: [{ businessUnit: "claims", amount: "-1" }, { amount: "+1.0" }], idempotencyKey: "k", ...more });
    expect(await again({})).toEqual(first);
    expect(await faultOf(() => again({ reason: "other" }))).toBe("CONFLICT at idempotencyKey");
    expect(book.audited.slice(2)).toEqual(["ADJUSTED claims, 1 versions, now ADJUSTED"]);
  });
});

describe("what may follow what", () => {
  const ALLOWED: Readonly<Record<string, readonly StatementStatus[]>> = {
    ISSUED: ["ISSUED", "ACCEPTED", "DISPUTED"], DISPUTED: ["DISPUTED", "ISSUED", "ADJUSTED"], ACCEPTED: ["ACCEPTED", "DISPUTED", "ISSUED", "POSTED"], ADJUSTED: ["ADJUSTED", "ACCEPTED", "DISPUTED", "ISSUED", "POSTED"], POSTED: ["POSTED"],
  };
  const step = fc.oneof(
    fc.record({ act: fc.constant("accept" as const), unit: fc.constantFrom("claims", "retail") }), fc.record({ act: fc.constant("dispute" as const), unit: fc.constantFrom("claims", "retail") }),
    fc.record({ act: fc.constantFrom("reject" as const, "adjust" as const, "move" as const), unit: fc.constantFrom("claims", "retail") }), fc.record({ act: fc.constant("post" as const), unit: fc.constant("claims") }),
  );

  test("any run of actions keeps the total, moves along the chain, and a refusal changes nothing", async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const book = await issued();
      await book.accept("cards");
      const total = book.total();
      for (const { act, unit } of steps) {
        const other = unit === "claims" ? "retail" : "claims";
        const before = book.newest();
        const written = book.audited.length;
        try {
          if (act === "accept") await book.accept(unit);
          else if (act === "dispute") await book.dispute(unit);
          else if (act === "reject") await book.resolve(unit, []);
          else if (act === "adjust") await book.resolve(unit, [{ businessUnit: unit, amount: "-1" }, { amount: "1" }]);
          else if (act === "move") await book.resolve(unit, [{ businessUnit: unit, amount: "-1" }, { businessUnit: other, amount: "1" }]);
          else await book.post();
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(["CONFLICT", "NOT_READY"]).toContain(error.code);
          expect([book.newest(), book.audited.length]).toEqual([before, written]);
        }
        expect(book.total()).toBe(total);
        book.newest().forEach((now, index) => {
          expect([before[index]!.status, now.status, ALLOWED[before[index]!.status]!.includes(now.status)]).toEqual([before[index]!.status, now.status, true]);
          expect(now.status === "DISPUTED").toBe(book.openOf(now.businessUnit).length > 0);
        });
        expect(book.statements.filter(({ version, newestVersion }) => version !== newestVersion).every(({ status }) => status === "SUPERSEDED")).toBe(true);
      }
    }), { numRuns: 300 });
  });

  test("posting waits for everybody, names whom, and is done once", async () => {
    const book = new Book();
    expect(await faultOf(book.post)).toBe("NOT_READY at period");
    await book.issue();
    await book.accept("cards");
    await book.dispute("claims");
    await expect(book.post()).rejects.toThrow("2 of 3 statements of 2025-10 are neither accepted nor adjusted: claims DISPUTED, retail ISSUED.");
    await book.resolve("claims", [{ businessUnit: "claims", amount: "-1" }, { amount: "1" }]);
    await book.accept("retail");
    expect((await book.post()).map(({ status }) => status)).toEqual(["POSTED", "POSTED", "POSTED"]);
    const written = [...book.audited];
    expect((await book.post()).map(({ status }) => status)).toEqual(["POSTED", "POSTED", "POSTED"]);
    expect(book.audited).toEqual(written);
    for (const work of [() => book.accept("claims"), () => book.dispute("claims"), () => book.resolve("claims", [])]) expect(await faultOf(work)).toBe("CONFLICT at statement");
  });

  test("more than twenty that are not ready are counted, not named", async () => {
    const many = Array.from({ length: 23 }, (_, index) => ({ ...draft(), businessUnit: `unit-${index}`, status: "ISSUED" }) as unknown as Statement);
    const ports: PostStatementsPorts = { lockPeriod: async (key) => ({ key, status: "CLOSED" }) as Period, newestStatements: async () => many, today: async () => "2026-01-01", acceptSilent: async () => fail(), auditSilence: async () => fail(), addEvents: async () => fail(), audit: async () => fail() };
    await expect(postStatements(ports, { period: PERIOD })).rejects.toThrow(/^23 of 23 .*unit-0 ISSUED, .*unit-19 ISSUED and 3 more\.$/);
  });
});

describe("the days of a statement", () => {
  const until = async (day: string, acceptsBySilence: boolean): Promise<Book> => {
    const book = new Book();
    Object.assign(book, { until: "2025-11-20", acceptsBySilence, day });
    await book.issue();
    return book;
  };

  test("end with the last one: afterwards it says which that was and what to do instead", async () => {
    const book = await until("2025-11-20", true);
    expect((await book.dispute("claims")).status).toBe("DISPUTED");
    book.day = "2025-11-21";
    const written = [...book.audited];
    await expect(book.dispute("retail")).rejects.toThrow("The statement of retail for 2025-10 could be disputed until 2025-11-20. Tell finance: what is wrong in 2025-10 is corrected by a later month's adjustment or by restating it, and a new version may be disputed again.");
    expect(await faultOf(() => book.dispute("retail"))).toBe("CONFLICT at statement");
    expect(book.audited).toEqual(written);
    // What accepted may still say so, and so may a unit with no days at all.
    expect((await book.accept("retail")).status).toBe("ACCEPTED");
    expect((await (await issued()).dispute("claims")).status).toBe("DISPUTED");
  });

  test.each<[string, string, boolean, string]>([
    ["on the last day", "2025-11-20", true, "ISSUED"], ["after it", "2025-11-21", true, "ACCEPTED"], ["after it, where the rules wait", "2025-11-21", false, "ISSUED"],
  ])("let silence accept %s or not", async (_, day, accepts, status) => {
    const book = await until(day, accepts);
    expect((await book.settle()).map((each) => each.status)).toEqual([status, status, status]);
    expect(book.audited.slice(1)).toEqual(status === "ISSUED" ? [] : [...Array(3).fill("Accepted by silence: not disputed until 2025-11-20 (rules of statements, version 3)"), "settled 3 of 2025-10"]);
    const written = [...book.audited];
    await book.settle();
    expect(book.audited).toEqual(written);
  });

  test("silence accepts nothing that is disputed, adjusted or accepted; posting writes it down first", async () => {
    const book = await until("2025-11-20", true);
    await book.dispute("claims");
    await book.accept("retail");
    book.day = "2025-12-01";
    expect((await book.settle()).map(({ businessUnit, status }) => `${businessUnit} ${status}`)).toEqual(["cards ACCEPTED", "claims DISPUTED", "retail ACCEPTED"]);
    expect(book.audited).toContain("settled 1 of 2025-10");
    const other = await until("2025-12-01", true);
    expect((await other.post()).map(({ status }) => status)).toEqual(["POSTED", "POSTED", "POSTED"]);
    expect(other.audited.slice(-2)).toEqual(["settled 3 of 2025-10", "posted 3 of 2025-10"]);
  });

  test("settling refuses an open month and one without statements", async () => {
    const book = new Book();
    expect(await faultOf(book.settle)).toBe("NOT_READY at period");
    book.status = "CLOSING";
    expect(await faultOf(book.settle)).toBe("PERIOD_OPEN at period");
  });
});

describe("the rules of statements", () => {
  const set = async (input: Partial<SetStatementRulesInput>, current: StatementRules = DEFAULT_STATEMENT_RULES): Promise<[StatementRules, string[]]> => {
    const done: string[] = [];
    const rules = await setStatementRules(
      { holdRules: async () => current, saveRules: async ({ version }, reason) => void done.push(`saved ${version}: ${reason}`), audit: async (before, after) => void done.push(`${before.version} to ${after.version}`) },
      { disputeDays: 14, answerDays: 7, silence: "ACCEPTS", reason: "policy", ...input },
    );
    return [rules, done];
  };

  test("are versions; the same again changes nothing", async () => {
    const [rules, done] = await set({});
    expect([rules, done]).toEqual([{ version: 1, disputeDays: 14, answerDays: 7, silence: "ACCEPTS" }, ["saved 1: policy", "0 to 1"]]);
    expect(await set({}, rules)).toEqual([rules, []]);
    expect((await set({ answerDays: null }, rules))[0]).toEqual({ ...rules, version: 2, answerDays: null });
  });

  test.each<[string, Partial<SetStatementRulesInput>, string]>([
    ["no days at all", { disputeDays: 0 }, "disputeDays"], ["half a day", { disputeDays: 1.5 }, "disputeDays"], ["more than a year", { answerDays: 366 }, "answerDays"], ["silence that accepts without a day", { disputeDays: null }, "silence"], ["no reason", { reason: " " }, "reason"],
  ])("refuse %s", async (_, input, field) => {
    expect(await faultOf(() => set(input))).toBe(`BAD_USER_INPUT at ${field}`);
  });
});

describe("the talk about a dispute", () => {
  test("is written by both sides, once under a key, until finance has resolved it", async () => {
    const book = await issued();
    expect(await faultOf(() => book.reply("UNIT", "claims"))).toBe("NOT_FOUND at line");
    await book.dispute("claims");
    await book.reply("FINANCE", "claims", { text: "Which calls?", idempotencyKey: "k" });
    await book.reply("UNIT", "claims", { text: "Those of August", evidence: [{ reference: "https://desk/1", sha256: "a".repeat(64) }], idempotencyKey: "k" });
    await book.reply("FINANCE", "claims", { text: "Which calls?", idempotencyKey: "k" });
    expect(book.messages.map(({ side, text }) => `${side} ${text}`)).toEqual(["FINANCE Which calls?", "UNIT Those of August"]);
    expect(await faultOf(() => book.reply("FINANCE", "claims", { text: "Other", idempotencyKey: "k" }))).toBe("CONFLICT at idempotencyKey");
    expect(await faultOf(() => book.reply("UNIT", "claims", { text: " " }))).toBe("BAD_USER_INPUT at text");
    expect(await faultOf(() => book.reply("UNIT", "claims", { line: "nonsense" }))).toBe("NOT_FOUND at line");
    expect(book.newestOf("claims")!.status).toBe("DISPUTED");
    await book.resolve("claims", []);
    expect(await faultOf(() => book.reply("UNIT", "claims"))).toBe("CONFLICT at line");
    expect(book.messages).toHaveLength(2);
  });

  test("is read in order, and as it was known on a day", () => {
    const at = (day: number): Date => new Date(Date.UTC(2025, 10, day));
    const dispute: Dispute = {
      id: "d", lineId: "l", reason: "too high", evidence: [], expectedMinor: null, raisedBy: "uma", raisedAt: at(1), answerBy: "2025-11-01", overdueFrom: at(2), isOverdue: false, messages: [{ side: "FINANCE", text: "why", evidence: [], by: "fin", at: at(2) }],
      resolution: { id: "r", outcome: "REJECTED", reason: "it is yours", resolvedBy: "fin", resolvedAt: at(3) },
    };
    expect(threadOf(dispute).map(({ side, text, by }) => [side, text, by])).toEqual([["UNIT", "too high", "uma"], ["FINANCE", "why", "fin"], ["FINANCE", "it is yours", "fin"]]);
    expect([1, 2, 3, 4].map((day) => disputeAsOf(dispute, at(day)) && threadOf(disputeAsOf(dispute, at(day))!).length)).toEqual([null, 1, 2, 3]);
    expect(disputeAsOf(dispute, at(3))!.resolution).toBeNull();
    expect(disputeAsOf(dispute, null)).toBe(dispute);
    // What is resolved by now was overdue while it was not, and what is overdue now was not while its day lasted.
    expect([new Date(at(2).getTime() - 1), at(2), at(3), at(4)].map((asOf) => disputeAsOf(dispute, asOf)!.isOverdue)).toEqual([false, true, true, false]);
    expect(disputeAsOf({ ...dispute, isOverdue: true, resolution: null, answerBy: "2025-11-02", overdueFrom: at(3) }, at(2))!.isOverdue).toBe(false);
    expect(disputeAsOf({ ...dispute, isOverdue: true, resolution: null, answerBy: null, overdueFrom: null }, at(4))!.isOverdue).toBe(false);
  });

  test.each<[string, EvidenceInput, string]>([
    ["that points at nothing", {}, "e.0"], ["with a hash of nothing", { text: "x", sha256: "a".repeat(64) }, "e.0.sha256"], ["with half a hash", { reference: "x", sha256: "a".repeat(63) }, "e.0.sha256"], ["with a hash in capitals", { reference: "x", sha256: "A".repeat(64) }, "e.0.sha256"],
    ["with an empty reference", { reference: " " }, "e.0.reference"], ["with too long a reference", { reference: "x".repeat(501) }, "e.0.reference"], ["with too long a text", { text: "x".repeat(4_001) }, "e.0.text"],
  ])("refuses evidence %s", async (_, piece, field) => {
    expect(await faultOf(() => readEvidence([piece], ["e"]))).toBe(`BAD_USER_INPUT at ${field}`);
  });

  test("takes references, hashes and texts, and reads what was stored as a reference alone", async () => {
    expect(readEvidence([{ reference: " https://desk/1 " }, { text: "said on the phone" }], ["e"])).toEqual([{ reference: "https://desk/1", sha256: null, text: null }, { reference: null, sha256: null, text: "said on the phone" }]);
    expect(await faultOf(() => readEvidence(Array(21).fill({ text: "x" }), ["e"]))).toBe("BAD_USER_INPUT at e");
    expect(toEvidence(["ticket 7", { reference: "r", sha256: "h", text: "t" }])).toEqual([{ reference: "ticket 7", sha256: null, text: null }, { reference: "r", sha256: "h", text: "t" }]);
  });
});

function fail(): never {
  throw new Error("nothing may be written");
}
