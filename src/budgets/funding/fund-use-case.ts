import { Canonical } from "../../kernel/canonical";
import { hashOf } from "../../kernel/hash";
import { Refusal } from "../../kernel/refusal";
import { CostPool } from "../../costs";
import { PeriodStatus } from "../../governance";
import { ModelComponent } from "./budget-model";
import { FundingArrangement, FundingDocument, FundingInput, readFunding } from "./funding";

export interface FundingPorts {
  readonly subject: string;
  /** How the month stands, so that it cannot close before this transaction ends; null where nothing fell into it yet. */
  holdPeriod(key: string): Promise<PeriodStatus | null>;
  isUseCase(code: string): Promise<boolean>;
  findPools(codes: readonly string[]): Promise<readonly CostPool[]>;
  /** Every arrangement, oldest first; others who propose or approve wait until this transaction ends. */
  holdArrangements(): Promise<readonly FundingArrangement[]>;
  /** Components of the budget model that are not agreed. */
  missingComponents(): Promise<readonly ModelComponent[]>;
  save(document: FundingDocument, documentHash: string): Promise<FundingArrangement>;
  saveApproval(version: number): Promise<FundingArrangement>;
  audit(action: "proposeFunding" | "approveFunding", before: FundingArrangement | null, after: FundingArrangement): Promise<void>;
}

/** Proposes who funds a use case, or what no unit bears, from a month on. It takes effect when a second person approves it. The same again answers the newest version. */
export async function proposeFunding(ports: FundingPorts, input: FundingInput): Promise<FundingArrangement> {
  const document = readFunding(input);
  const documentHash = hashOf(document as unknown as Canonical);
  if (document.useCase !== null && !(await ports.isUseCase(document.useCase))) throw new Refusal("NOT_FOUND", `There is no use case ${document.useCase.slice(0, 64)}.`, ["useCase"]);
  await requireDirectPools(ports, document);
  await requireOpenFrom(ports, document);
  const newest = (await ports.holdArrangements()).filter(({ useCase }) => useCase === document.useCase).at(-1) ?? null;
  if (newest?.documentHash === documentHash) return newest;
  const saved = await ports.save(document, documentHash);
  await ports.audit("proposeFunding", newest, saved);
  return saved;
}

/**
 * Approves an arrangement. The proposer cannot (SAME_PERSON); approving again answers it as it stands. The first use case of a
 * programme may be funded as a project of its own; every further one is an expansion, which waits until all components of the
 * budget model are agreed (NOT_READY).
 */
export async function approveFunding(ports: FundingPorts, version: number): Promise<FundingArrangement> {
  const arrangements = await ports.holdArrangements();
  const found = arrangements.find((each) => each.version === version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no funding version ${version}.`, ["version"]);
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  if (found.approvedBy !== null) return found;
  await requireOpenFrom(ports, found);
  const isExpansion = found.useCase !== null && arrangements.some(({ approvedBy, useCase }) => approvedBy !== null && useCase !== null && useCase !== found.useCase);
  const missing = isExpansion ? await ports.missingComponents() : [];
  if (missing.length > 0) {
    throw new Refusal("NOT_READY", `${found.useCase} is an expansion: it is funded when the budget model is agreed. Missing: ${missing.join(", ")}. Propose with proposeBudgetModel and have a second person approve with approveBudgetModel.`, ["version"]);
  }
  const approved = await ports.saveApproval(version);
  await ports.audit("approveFunding", found, approved);
  return approved;
}

async function requireOpenFrom(ports: FundingPorts, { effectiveFrom }: FundingDocument): Promise<void> {
  if ((await ports.holdPeriod(effectiveFrom)) === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${effectiveFrom} is closed: who funded it stays. Take a later month.`, ["effectiveFrom"]);
}

async function requireDirectPools(ports: FundingPorts, { lines }: FundingDocument): Promise<void> {
  const codes = lines.flatMap(({ pools }) => pools);
  const known = new Map((await ports.findPools(codes)).map((pool) => [pool.code, pool]));
  for (const code of codes) {
    const pool = known.get(code);
    if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${code.slice(0, 64)}.`, ["lines", "pools"]);
    if (pool.kind !== "DIRECT") throw new Refusal("BAD_USER_INPUT", `${pool.code} is ${pool.kind}: implementation cost is direct cost of its use case, in a DIRECT pool.`, ["lines", "pools"]);
  }
}
