import { requireText } from "../kernel/code";
import { given } from "../kernel/given";
import { Refusal } from "../kernel/refusal";
import { BudgetAlert } from "./alert";

export interface AcknowledgeAlertPorts {
  /** By its opaque id; null when there is none, or none that is the caller's. Others who acknowledge it wait. */
  lockAlert(id: string): Promise<BudgetAlert | null>;
  save(alert: BudgetAlert, note: string | null): Promise<BudgetAlert>;
  audit(alert: BudgetAlert): Promise<void>;
}

/** Takes note of an alert, once: afterwards it is answered as it stands. */
export async function acknowledgeAlert(ports: AcknowledgeAlertPorts, input: { readonly alert: string; readonly note?: string | null }): Promise<BudgetAlert> {
  const note = given(input.note) ? requireText(input.note, ["note"], 500) : null;
  const alert = await ports.lockAlert(input.alert);
  if (!alert) throw new Refusal("NOT_FOUND", "There is no such alert.", ["alert"]);
  if (alert.acknowledgedBy !== null) return alert;
  const acknowledged = await ports.save(alert, note);
  await ports.audit(acknowledged);
  return acknowledged;
}
