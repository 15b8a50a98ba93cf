import { requireText } from "../kernel/code";
import { CasePorts, CaseRecord, CaseRetirement, holdExisting } from "./business-case";

export interface RetireCasePorts extends CasePorts {
  saveRetirement(record: CaseRecord, reason: string): Promise<CaseRetirement>;
  audit(record: CaseRecord, retirement: CaseRetirement): Promise<void>;
}

/** Ends a case: nothing more is planned, released or committed, and everything that was written stays. Naturally idempotent: the first retirement stands. */
export async function retireCase(ports: RetireCasePorts, input: { readonly useCase: string; readonly reason: string }): Promise<CaseRecord> {
  const reason = requireText(input.reason, ["reason"], 500);
  const record = await holdExisting(ports, input.useCase);
  if (record.retirement !== null) return record;
  const retirement = await ports.saveRetirement(record, reason);
  await ports.audit(record, retirement);
  return { ...record, retirement };
}
