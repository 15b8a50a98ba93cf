import { requireText } from "../kernel/code";
import { given } from "../kernel/given";
import { Currency, toMinor, toMoney } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { Role } from "../tenancy";
import { CasePorts, CaseRecord, PlanVersion, approvedPlan, holdExisting, requireRunning } from "./business-case";
import { EVIDENCE_ITEMS, EvidenceReference, GATES, GATE_RULES, Gate, MONTHS_BEFORE_G4, Tranche, releasedOf, shareOfGate } from "./gates";
import { investmentOf } from "./plan";

export interface TranchePorts extends CasePorts {
  readonly role: Role;
  readonly currency: Currency;
  /** Closed months of the programme from one on. */
  closedMonthsFrom(period: string): Promise<number>;
  saveTranche(record: CaseRecord, tranche: Pick<Tranche, "gate" | "evidence" | "amountMinor" | "planVersion">): Promise<Tranche>;
  saveRelease(record: CaseRecord, gate: Gate): Promise<Tranche>;
  audit(action: "requestTranche" | "releaseTranche", record: CaseRecord, tranche: Tranche): Promise<void>;
}

export interface RequestTrancheInput {
  readonly useCase: string;
  readonly gate: Gate;
  readonly evidence: readonly EvidenceReference[];
  /** Less than the gate's share; left out: all of it. */
  readonly amount?: string | null;
  readonly currency?: string | null;
}

const passed = (record: CaseRecord, gate: Gate): boolean => record.tranches.some((each) => each.gate === gate && each.releasedBy !== null);
const replaced = (record: CaseRecord, tranche: Tranche): CaseRecord => ({ ...record, tranches: [...record.tranches.filter(({ gate }) => gate !== tranche.gate), tranche] });

/** Asks for the money of a gate with its evidence. A request may be made anew until it is released. NOT_READY names what is missing, LIMIT_EXCEEDED asks for more than the gate's share. */
export async function requestTranche(ports: TranchePorts, input: RequestTrancheInput): Promise<CaseRecord> {
  const { gate } = input;
  const record = await holdExisting(ports, input.useCase);
  requireRunning(record);
  if (passed(record, gate)) throw new Refusal("CONFLICT", `${gate} is passed already.`, ["gate"]);
  const before = GATES[GATES.indexOf(gate) - 1];
  if (before !== undefined && !passed(record, before)) throw new Refusal("NOT_READY", `${before} comes before ${gate}: have it released first.`, ["gate"]);
  const evidence = readEvidence(input);
  const plan = await requirePlan(ports, record, gate);
  const amountMinor = readAmount(ports, record, input, plan);
  const tranche = await ports.saveTranche(record, { gate, evidence, amountMinor, planVersion: plan?.version ?? null });
  await ports.audit("requestTranche", record, tranche);
  return replaced(record, tranche);
}

/** Releases what was asked for. Whoever asked cannot (SAME_PERSON); each gate names the roles that may. Naturally idempotent. */
export async function releaseTranche(ports: TranchePorts, { useCase, gate }: { readonly useCase: string; readonly gate: Gate }): Promise<CaseRecord> {
  const record = await holdExisting(ports, useCase);
  const found = record.tranches.find((each) => each.gate === gate);
  if (!found) throw new Refusal("NOT_FOUND", `Nobody asked for ${gate} of ${record.useCase}. Ask with requestTranche.`, ["gate"]);
  if (found.releasedBy !== null) return record;
  requireRunning(record);
  if (found.requestedBy === ports.subject) throw new Refusal("SAME_PERSON", "Somebody else releases what you asked for.", ["gate"]);
  if (!GATE_RULES[gate].releasedBy.includes(ports.role)) throw new Refusal("FORBIDDEN", `${gate} is released by ${GATE_RULES[gate].releasedBy.join(" or ")}.`);
  const plan = await requirePlan(ports, record, gate);
  // The plan may have been approved anew since it was asked for.
  if (found.amountMinor > share(record, gate, plan)) throw new Refusal("LIMIT_EXCEEDED", "The plan that holds now leaves less for this gate than was asked for. Ask anew with requestTranche.", ["gate"]);
  const released = await ports.saveRelease(record, gate);
  await ports.audit("releaseTranche", record, released);
  return replaced(record, released);
}

const share = (record: CaseRecord, gate: Gate, plan: PlanVersion | null): bigint =>
  plan === null ? 0n : shareOfGate(gate, investmentOf(plan.plan), releasedOf(record.tranches));

function readEvidence({ gate, evidence }: RequestTrancheInput): EvidenceReference[] {
  const read = evidence.map(({ item, reference }, index): EvidenceReference => {
    if (evidence.findIndex((each) => each.item === item) !== index) throw new Refusal("BAD_USER_INPUT", `${item} is given twice.`, ["evidence", String(index), "item"]);
    return { item, reference: requireText(reference, ["evidence", String(index), "reference"], 500) };
  });
  const missing = GATE_RULES[gate].evidence.filter((item) => !read.some((each) => each.item === item));
  if (missing.length > 0) throw new Refusal("NOT_READY", `${gate} needs evidence of ${missing.join(", ")}.`, ["evidence"]);
  return read.sort((a, b) => EVIDENCE_ITEMS.indexOf(a.item) - EVIDENCE_ITEMS.indexOf(b.item));
}

/** The plan that holds. G0 does without one, every other gate needs it, and the last one two quarters that are closed. */
async function requirePlan(ports: TranchePorts, record: CaseRecord, gate: Gate): Promise<PlanVersion | null> {
  const plan = approvedPlan(record);
  if (gate === "G0") return plan;
  if (plan === null) throw new Refusal("NOT_READY", `${gate} needs an approved plan, with its budget holder and net present value: have it approved with approveBusinessCase.`, ["gate"]);
  if (gate === "G4") {
    const months = await ports.closedMonthsFrom(plan.plan.startMonth);
    if (months < MONTHS_BEFORE_G4) throw new Refusal("NOT_READY", `Benefits are confirmed after ${MONTHS_BEFORE_G4} closed months from ${plan.plan.startMonth} on; there are ${months}.`, ["gate"]);
  }
  return plan;
}

function readAmount({ currency }: TranchePorts, record: CaseRecord, input: RequestTrancheInput, plan: PlanVersion | null): bigint {
  const most = share(record, input.gate, plan);
  if (!given(input.amount)) return most;
  if ((input.currency ?? currency.code) !== currency.code) throw new Refusal("CURRENCY_MISMATCH", `This programme is kept in ${currency.code}.`, ["currency"]);
  const amountMinor = toMinor(input.amount, currency, ["amount"]);
  if (amountMinor < 0n) throw new Refusal("BAD_USER_INPUT", "A release is not below zero.", ["amount"]);
  if (amountMinor > most) throw new Refusal("LIMIT_EXCEEDED", `${input.gate} releases at most ${toMoney(most, currency).amount} of the approved investment.`, ["amount"]);
  return amountMinor;
}
