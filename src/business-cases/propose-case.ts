import { Canonical } from "../kernel/canonical";
import { hashOf } from "../kernel/hash";
import { Currency } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { CasePorts, CaseRecord, PlanVersion, noUseCase, requireRunning } from "./business-case";
import { CasePlan, CasePlanInput, readPlan } from "./plan";

export interface ProposeCasePorts extends CasePorts {
  readonly currency: Currency;
  savePlan(record: CaseRecord, plan: CasePlan, documentHash: string): Promise<PlanVersion>;
  audit(before: PlanVersion | null, after: PlanVersion): Promise<void>;
}

/** A plan as it is hashed: amounts as text. */
export const canonicalPlan = (plan: CasePlan): Canonical => ({ ...plan, containmentDriven: [...plan.containmentDriven], lines: plan.lines.map((line) => ({ ...line, amountMinor: String(line.amountMinor) })) });

/** Proposes a plan: the first, or a new version of one that stays as it is. The same again answers the newest version. */
export async function proposeCase(ports: ProposeCasePorts, input: CasePlanInput): Promise<{ record: CaseRecord; version: PlanVersion }> {
  const plan = readPlan(input, ports.currency);
  const record = await ports.holdCase(plan.useCase);
  if (!record) throw noUseCase();
  requireRunning(record);
  const documentHash = hashOf(canonicalPlan(plan));
  const newest = record.versions.at(-1) ?? null;
  if (newest?.documentHash === documentHash) return { record, version: newest };
  if (newest !== null && plan.reason === null) throw new Refusal("BAD_USER_INPUT", `Version ${newest.version} stays as it is; a new version says why: give a reason.`, ["reason"]);
  const version = await ports.savePlan(record, plan, documentHash);
  await ports.audit(newest, version);
  return { record: { ...record, versions: [...record.versions, version] }, version };
}
