import { Canonical } from "../../kernel/canonical";
import { hashOf } from "../../kernel/hash";
import { Refusal } from "../../kernel/refusal";
import { PeriodStatus } from "../../governance";
import { AttributionDocument, AttributionInput, AttributionModel, readAttribution } from "./attribution-model";

export interface AttributionPorts {
  readonly subject: string;
  holdPeriod(key: string): Promise<PeriodStatus | null>;
  /** Others who write benefits wait until this transaction ends. */
  hold(): Promise<void>;
  isPool(code: string): Promise<boolean>;
  models(): Promise<readonly AttributionModel[]>;
  signedFrom(pool: string, period: string): Promise<string | null>;
  saveModel(document: AttributionDocument, documentHash: string): Promise<AttributionModel>;
  saveApproval(version: number): Promise<AttributionModel>;
  audit(action: "proposeAttributionModel" | "approveAttributionModel", before: AttributionModel | null, after: AttributionModel): Promise<void>;
}

/** Proposes which projects a pool's benefit is due to from a month on. It holds when finance agrees. The same again answers the newest version. */
export async function proposeAttributionModel(ports: AttributionPorts, input: AttributionInput): Promise<AttributionModel> {
  const document = readAttribution(input);
  await ports.hold();
  if (!(await ports.isPool(document.pool))) throw new Refusal("NOT_FOUND", `There is no benefit pool ${document.pool.slice(0, 64)}.`, ["pool"]);
  const documentHash = hashOf(document as unknown as Canonical);
  const newest = (await ports.models()).filter(({ pool }) => pool === document.pool).at(-1) ?? null;
  if (newest?.documentHash === documentHash) return newest;
  await requireFree(ports, document);
  const saved = await ports.saveModel(document, documentHash);
  await ports.audit("proposeAttributionModel", newest, saved);
  return saved;
}

/** Agrees to a model for finance. The proposer cannot (SAME_PERSON); again answers it as it stands. */
export async function approveAttributionModel(ports: AttributionPorts, version: number): Promise<AttributionModel> {
  await ports.hold();
  const found = (await ports.models()).find((each) => each.version === version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no attribution model version ${version}.`, ["version"]);
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person agrees to what you proposed.", ["version"]);
  if (found.approvedBy !== null) return found;
  await requireFree(ports, found);
  const approved = await ports.saveApproval(version);
  await ports.audit("approveAttributionModel", found, approved);
  return approved;
}

/** Two models in one month could credit one saving twice: no claim that a new one would cover is signed off yet. */
async function requireFree(ports: AttributionPorts, { pool, effectiveFrom }: AttributionDocument): Promise<void> {
  if ((await ports.holdPeriod(effectiveFrom)) === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${effectiveFrom} is closed: what was attributed in it stays. Take a later month.`, ["effectiveFrom"]);
  const signed = await ports.signedFrom(pool, effectiveFrom);
  if (signed !== null) throw new Refusal("CONFLICT", `Claims of ${signed} on ${pool} are signed off under another model. Take a month after it.`, ["effectiveFrom"]);
}
