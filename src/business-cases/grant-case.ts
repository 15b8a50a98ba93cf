import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { CaseRecord, noUseCase } from "./business-case";

/** Lets one executive see the case of one use case in `[from, to)`, until it is revoked. Written once. */
export interface CaseGrant {
  readonly id: string;
  readonly useCase: string;
  readonly subject: string;
  readonly from: Date;
  readonly to: Date;
  readonly reason: string;
  readonly grantedBy: string;
  readonly grantedAt: Date;
  readonly revokedBy: string | null;
  readonly revokedAt: Date | null;
}

export interface GrantCasePorts {
  readonly subject: string;
  findCase(useCase: string): Promise<Pick<CaseRecord, "useCaseId" | "useCase"> | null>;
  findGrant(id: string): Promise<CaseGrant | null>;
  saveGrant(useCaseId: string, grant: Pick<CaseGrant, "subject" | "from" | "to" | "reason">): Promise<CaseGrant>;
  saveRevocation(id: string, reason: string): Promise<CaseGrant>;
  audit(action: "grantBusinessCase" | "revokeBusinessCaseGrant", grant: CaseGrant, reason: string): Promise<void>;
}

export interface GrantCaseInput {
  readonly useCase: string;
  /** Subject of the executive's token. */
  readonly subject: string;
  readonly from: Date;
  readonly to: Date;
  readonly reason: string;
}

/** Grants an executive sight of a case. Nobody grants it to themselves (SAME_PERSON). */
export async function grantCase(ports: GrantCasePorts, input: GrantCaseInput): Promise<CaseGrant> {
  const [subject, reason] = [requireText(input.subject, ["subject"]), requireText(input.reason, ["reason"], 500)];
  if (input.from >= input.to) throw new Refusal("BAD_USER_INPUT", "A grant ends after it begins: it holds from `from` on and no longer at `to`.", ["to"]);
  if (subject === ports.subject) throw new Refusal("SAME_PERSON", "Somebody else grants you what you want to see.", ["subject"]);
  const found = await ports.findCase(input.useCase);
  if (!found) throw noUseCase();
  const grant = await ports.saveGrant(found.useCaseId, { subject, from: input.from, to: input.to, reason });
  await ports.audit("grantBusinessCase", grant, reason);
  return grant;
}

/** Takes a grant back, from the next request on. Naturally idempotent. */
export async function revokeGrant(ports: GrantCasePorts, id: string, why: string): Promise<CaseGrant> {
  const reason = requireText(why, ["reason"], 500);
  const found = await ports.findGrant(id);
  if (!found) throw new Refusal("NOT_FOUND", "There is no such grant.", ["grant"]);
  if (found.revokedBy !== null) return found;
  const revoked = await ports.saveRevocation(found.id, reason);
  await ports.audit("revokeBusinessCaseGrant", revoked, reason);
  return revoked;
}

/** True when one of the grants lets a subject see a use case at an instant. */
export function isGranted(grants: readonly CaseGrant[], subject: string, useCase: string, at: Date): boolean {
  return grants.some((grant) => grant.subject === subject && grant.useCase === useCase && grant.revokedAt === null && grant.from <= at && at < grant.to);
}
