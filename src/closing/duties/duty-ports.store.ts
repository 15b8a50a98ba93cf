import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { closeChecklist } from "../close-checklist";
import { closeFacts } from "../close-facts.query";
import { AssignCloseCheckPorts } from "./assign-close-check";
import { CheckAssignment } from "./close-duty";
import { closeDutyStore } from "./close-duty.store";
import { SignOffPorts } from "./sign-off-close-check";

const holdPeriod = (tx: TenantTransaction) => async (key: string): Promise<Period | null> => ((await periodStore(tx).find(key)) ? ((await periodStore(tx).hold([key]))[0] ?? null) : null);
const noted = ({ period, owner, dueDays }: CheckAssignment): Record<string, unknown> => ({ period, owner, dueDays });

/** What `assignCloseCheck` needs, over one transaction. */
export function assignCloseCheckPorts(tx: TenantTransaction, record: RecordAudit): AssignCloseCheckPorts {
  return {
    ...closeDutyStore(tx),
    holdPeriod: holdPeriod(tx),
    audit: (before, after) => record(tx, { action: "assignCloseCheck", subjectKind: "CloseCheck", subjectKey: after.check, reason: after.reason, before: before && noted(before), after: noted(after) }),
  };
}

/** What the verbs of a signature need, over one transaction. */
export function signOffPorts(tx: TenantTransaction, record: RecordAudit, nowMs: number): SignOffPorts {
  const store = closeDutyStore(tx);
  return {
    ...store,
    subject: tx.scope.principal.subject,
    holdPeriod: holdPeriod(tx),
    holdChecklist: async (period) => {
      await store.hold();
      return closeChecklist(await closeFacts(tx, period, nowMs));
    },
    audit: (action, { period, check, finding, note, evidence }) => record(tx, { action, subjectKind: "CloseCheck", subjectKey: `${period}/${check}`, reason: note, after: { finding, evidence: [...evidence] } }),
  };
}
