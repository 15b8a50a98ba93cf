import { requireText } from "../kernel/code";
import { formatUnits } from "../kernel/decimal";
import { hashOf } from "../kernel/hash";
import { fromNodeId } from "../kernel/node-id";
import { Currency, toMinor } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { Dispute, ResolutionOutcome, readIdempotencyKey } from "./dispute";
import { LockStatement, Statement, StatementDraft, StatementLine, StatementStatus, nextVersion, requireStanding, requireStatement, sumOf } from "./statement";

const MOST_LINES = 500;
const DESCRIPTION = "Resolution of a dispute";
const MOVED = "Cost moved by the resolution of a dispute";

export interface ResolutionLineInput {
  /** Code of the unit; null: the programme bears it. */
  readonly businessUnit?: string | null;
  readonly useCase?: string | null;
  readonly pool?: string | null;
  /** Signed, in the programme's currency. */
  readonly amount: string;
  readonly description?: string | null;
}

export interface ResolveDisputeInput {
  readonly statement: string;
  readonly reason: string;
  readonly lines: readonly ResolutionLineInput[];
  /** Ids of the disputed lines that this answers; CONFLICT when others are disputed by now. Left out: whatever is. */
  readonly disputedLines?: readonly string[] | null;
  readonly idempotencyKey?: string | null;
}

/** A line as it will stand, in minor units. */
export interface ResolvedLine {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly pool: string | null;
  readonly amountMinor: bigint;
  readonly description: string;
}

/** What is stored of a resolution besides the new versions. */
export interface ResolutionRecord {
  readonly id: string;
  readonly outcome: ResolutionOutcome;
  readonly reason: string;
  readonly idempotencyKey: string | null;
  readonly payloadHash: string;
  readonly disputes: readonly Dispute[];
  /** What the programme bears. */
  readonly programmeLines: readonly ResolvedLine[];
}

/** A version that follows another one, and how it stands from the start. */
export interface Succession {
  readonly before: Statement;
  readonly draft: StatementDraft;
  readonly status: StatementStatus;
  readonly reason: string;
}

export interface ResolveDisputePorts {
  readonly currency: Currency;
  newId(): string;
  lockStatement: LockStatement;
  /** The newest version that a unit has for the month; null when it has none. */
  newestOf(businessUnit: string, period: string): Promise<Statement | null>;
  linesOf(statement: Statement): Promise<readonly StatementLine[]>;
  openDisputes(statement: Statement): Promise<readonly Dispute[]>;
  /** An earlier resolution under the key, and the statement that it led to. */
  findResolution(idempotencyKey: string): Promise<{ readonly payloadHash: string; readonly statement: Statement } | null>;
  findUnitCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  findUseCaseCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  findPoolCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  saveResolution(statement: Statement, resolution: ResolutionRecord): Promise<void>;
  /** Stores the versions, notes what they supersede, and proves that the resolution moved cost and made none. */
  saveVersions(successions: readonly Succession[]): Promise<void>;
  addEvent(statement: Statement, status: StatementStatus, reason: string | null): Promise<Statement>;
  audit(before: Statement, after: Statement, resolution: ResolutionRecord, successions: readonly Succession[]): Promise<void>;
}

/**
 * Finance answers every open dispute of a statement. Without lines it rejects them and the statement is ISSUED again. With
 * lines, which sum to zero, every unit named gets a new version: the disputed one ADJUSTED, the others to be accepted anew.
 * CONFLICT when there is nothing to resolve. Sent again under the same key it answers what was made.
 */
export async function resolveDispute(ports: ResolveDisputePorts, input: ResolveDisputeInput): Promise<Statement> {
  const reason = requireText(input.reason, ["reason"], 1_000);
  const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
  const lines = readLines(ports.currency, input.lines);
  const statement = requireStatement(await ports.lockStatement(input.statement));
  const payloadHash = hashOf({ statement: statement.id, reason, lines: lines.map((line) => ({ ...line })) });
  const earlier = idempotencyKey === null ? null : await ports.findResolution(idempotencyKey);
  if (earlier && earlier.payloadHash === payloadHash) return earlier.statement;
  if (earlier) throw new Refusal("CONFLICT", "This idempotencyKey was used for another resolution. Choose a new key.", ["idempotencyKey"]);
  requireStanding(statement);
  const disputes = await ports.openDisputes(statement);
  if (disputes.length === 0) throw new Refusal("CONFLICT", `The statement of ${statement.businessUnit} for ${statement.periodKey} has no open dispute: there is nothing to resolve.`, ["statement"]);
  requireSameDisputes(input.disputedLines ?? null, disputes);
  requireBalance(ports.currency, statement, lines);
  await requireKnownNames(ports, lines);
  const resolution: ResolutionRecord = {
    id: ports.newId(), outcome: lines.length === 0 ? "REJECTED" : "ADJUSTED", reason, idempotencyKey, payloadHash, disputes,
    programmeLines: lines.filter((line) => line.businessUnit === null),
  };
  const successions = await succeed(ports, statement, lines, resolution);
  await ports.saveResolution(statement, resolution);
  await ports.saveVersions(successions);
  const after = successions.length === 0 ? await ports.addEvent(statement, "ISSUED", reason) : requireStatement(await ports.newestOf(statement.businessUnit, statement.periodKey));
  await ports.audit(statement, after, resolution, successions);
  return after;
}

/** What finance answers must be what is open: a unit may have disputed another line in the meantime. */
function requireSameDisputes(answered: readonly string[] | null, disputes: readonly Dispute[]): void {
  if (answered === null) return;
  const named = new Set(answered.map((id) => fromNodeId(id)?.key ?? id));
  const open = new Set(disputes.map(({ lineId }) => lineId));
  if (named.size !== open.size || [...open].some((line) => !named.has(line))) {
    throw new Refusal("CONFLICT", `Open are disputes of ${open.size} lines, and they are not the ones that you name. Read the statement again and answer what is disputed now.`, ["disputedLines"]);
  }
}

function readLines(currency: Currency, lines: readonly ResolutionLineInput[]): ResolvedLine[] {
  if (lines.length > MOST_LINES) throw new Refusal("BAD_USER_INPUT", `A resolution has at most ${MOST_LINES} lines.`, ["lines"]);
  return lines.map(({ businessUnit, useCase, pool, amount, description }, index) => {
    const amountMinor = toMinor(amount, currency, ["lines", String(index), "amount"]);
    if (amountMinor === 0n) throw new Refusal("BAD_USER_INPUT", "A line of zero moves nothing. Leave it out.", ["lines", String(index), "amount"]);
    return {
      businessUnit: businessUnit ?? null, useCase: useCase ?? null, pool: pool ?? null, amountMinor,
      description: description ? requireText(description, ["lines", String(index), "description"], 500) : DESCRIPTION,
    };
  });
}

/** UNBALANCED when the lines make or lose money; BAD_USER_INPUT when none of them is on the disputed statement. */
function requireBalance(currency: Currency, statement: Statement, lines: readonly ResolvedLine[]): void {
  const difference = sumOf(lines);
  if (difference !== 0n) {
    const amount = `${formatUnits(difference, currency.exponent)} ${currency.code}`;
    throw new Refusal("UNBALANCED", `The lines sum to ${amount}, not to zero. What one gives, another or the programme takes.`, ["lines"]);
  }
  if (lines.length > 0 && !lines.some((line) => line.businessUnit === statement.businessUnit)) {
    throw new Refusal("BAD_USER_INPUT", `None of the lines is on ${statement.businessUnit}, whose statement is disputed. Name it, or send no lines to reject the dispute.`, ["lines"]);
  }
}

async function requireKnownNames(ports: ResolveDisputePorts, lines: readonly ResolvedLine[]): Promise<void> {
  const named = (pick: (line: ResolvedLine) => string | null): string[] => [...new Set(lines.flatMap((line) => pick(line) ?? []))];
  const units = await ports.findUnitCodes(named((line) => line.businessUnit));
  const useCases = await ports.findUseCaseCodes(named((line) => line.useCase));
  const pools = await ports.findPoolCodes(named((line) => line.pool));
  lines.forEach(({ businessUnit, useCase, pool }, index) => {
    const unknown = (kind: string, code: string, field: string): Refusal => new Refusal("NOT_FOUND", `There is no ${kind} ${code.slice(0, 64)}.`, ["lines", String(index), field]);
    if (businessUnit !== null && !units.has(businessUnit)) throw unknown("business unit", businessUnit, "businessUnit");
    if (useCase !== null && !useCases.has(useCase)) throw unknown("use case", useCase, "useCase");
    if (pool !== null && !pools.has(pool)) throw unknown("cost pool", pool, "pool");
  });
}

/** The next version of every unit that the lines name, in the order in which they name them. */
async function succeed(ports: ResolveDisputePorts, statement: Statement, lines: readonly ResolvedLine[], resolution: ResolutionRecord): Promise<Succession[]> {
  const successions: Succession[] = [];
  for (const unit of new Set(lines.flatMap((line) => line.businessUnit ?? []))) {
    const own = unit === statement.businessUnit;
    const before = own ? statement : await otherStatement(ports, unit, statement.periodKey, lines);
    const added = lines.filter((line) => line.businessUnit === unit).map(({ useCase, pool, amountMinor, description }): StatementLine => ({
      lineId: ports.newId(), kind: "RESOLUTION", useCase, pool, originPeriod: statement.periodKey, run: null, resolutionId: resolution.id, amountMinor, description,
    }));
    successions.push({
      before, draft: nextVersion(before, await ports.linesOf(before), added, ports.newId(), resolution.id),
      // A dispute of that unit's own stays open: it is about lines, and those are in the new version too.
      status: own ? "ADJUSTED" : before.status === "DISPUTED" ? "DISPUTED" : "ISSUED", reason: own ? resolution.reason : MOVED,
    });
  }
  return successions;
}

async function otherStatement(ports: ResolveDisputePorts, unit: string, period: string, lines: readonly ResolvedLine[]): Promise<Statement> {
  const field = ["lines", String(lines.findIndex((line) => line.businessUnit === unit)), "businessUnit"];
  const found = await ports.newestOf(unit, period);
  if (!found) throw new Refusal("NOT_FOUND", `${unit} has no statement of ${period}: it came after the month was closed.`, field);
  if (found.status === "POSTED") throw new Refusal("CONFLICT", `The statement of ${unit} for ${period} is posted and takes no more lines.`, field);
  return found;
}
