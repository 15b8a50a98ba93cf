import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";

export const MODEL_COMPONENTS = ["SHARED_PLATFORM", "USE_CASE_INVESTMENT", "PROGRAMME_PNL"] as const;
/** How shared platform cost is divided and paid; how each use case is funded as an investment of its own; how the programme is judged as a whole. */
export type ModelComponent = (typeof MODEL_COMPONENTS)[number];

/** What was agreed of one component, in words and with a link to the paper. Versions are only ever added. */
export interface ModelVersion {
  readonly version: number;
  readonly component: ModelComponent;
  readonly statement: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

/** Components that no two people have agreed on yet, in their order. */
export function missingComponents(versions: readonly ModelVersion[]): ModelComponent[] {
  return MODEL_COMPONENTS.filter((component) => !versions.some((each) => each.component === component && each.approvedBy !== null));
}

export interface ModelPorts {
  readonly subject: string;
  /** Every version, oldest first; others who propose or approve wait until this transaction ends. */
  holdVersions(): Promise<readonly ModelVersion[]>;
  save(component: ModelComponent, statement: string): Promise<ModelVersion>;
  saveApproval(version: number): Promise<ModelVersion>;
  audit(action: "proposeBudgetModel" | "approveBudgetModel", before: ModelVersion | null, after: ModelVersion): Promise<void>;
}

/** Proposes what is agreed of a component; it holds when a second person approves it. The same words again answer the newest version. */
export async function proposeBudgetModel(ports: ModelPorts, input: { readonly component: ModelComponent; readonly statement: string }): Promise<ModelVersion> {
  const statement = requireText(input.statement, ["statement"], 1_000);
  const newest = (await ports.holdVersions()).filter(({ component }) => component === input.component).at(-1) ?? null;
  if (newest?.statement === statement) return newest;
  const saved = await ports.save(input.component, statement);
  await ports.audit("proposeBudgetModel", newest, saved);
  return saved;
}

/** Approves a component. The proposer cannot (SAME_PERSON); approving again answers it as it stands. */
export async function approveBudgetModel(ports: ModelPorts, version: number): Promise<ModelVersion> {
  const found = (await ports.holdVersions()).find((each) => each.version === version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no budget model version ${version}.`, ["version"]);
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  if (found.approvedBy !== null) return found;
  const approved = await ports.saveApproval(version);
  await ports.audit("approveBudgetModel", found, approved);
  return approved;
}
