import { Canonical } from "../kernel/canonical";
import { requireText } from "../kernel/code";
import { given } from "../kernel/given";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { Agreed } from "./plan";

export type AgreedKind = "BUDGET" | "FORECAST" | "GROUPS";

/** What two people agree on: a body under a kind, in versions. */
export interface AgreePorts<Body, T extends Agreed> {
  readonly subject: string;
  /** Every version of the kind, oldest first; others who propose or approve wait until this transaction ends. */
  holdVersions(kind: AgreedKind): Promise<readonly T[]>;
  save(kind: AgreedKind, body: Body, note: string | null, documentHash: string): Promise<T>;
  saveApproval(kind: AgreedKind, version: number): Promise<T>;
  audit(action: string, kind: AgreedKind, before: T | null, after: T): Promise<void>;
}

const WORDS: Readonly<Record<AgreedKind, string>> = { BUDGET: "programme budget", FORECAST: "programme forecast", GROUPS: "scheme of groups" };

/** Proposes a version; without effect until a second person approves it. The same again answers the newest version. */
export async function proposeVersion<Body, T extends Agreed>(ports: AgreePorts<Body, T>, kind: AgreedKind, body: Body, note: string | null | undefined, action: string): Promise<T> {
  const said = given(note) ? requireText(note, ["note"], 500) : null;
  const documentHash = hashOf({ body, note: said } as unknown as Canonical);
  const newest = (await ports.holdVersions(kind)).at(-1) ?? null;
  if (newest?.documentHash === documentHash) return newest;
  const saved = await ports.save(kind, body, said, documentHash);
  await ports.audit(action, kind, newest, saved);
  return saved;
}

/** Approves a version, which is then frozen; its proposer cannot (SAME_PERSON). Naturally idempotent. */
export async function approveVersion<Body, T extends Agreed>(ports: AgreePorts<Body, T>, kind: AgreedKind, version: number, action: string): Promise<T> {
  const found = (await ports.holdVersions(kind)).find((each) => each.version === version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no ${WORDS[kind]} version ${version}.`, ["version"]);
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  if (found.approvedBy !== null) return found;
  const approved = await ports.saveApproval(kind, version);
  await ports.audit(action, kind, found, approved);
  return approved;
}
