import { requireText } from "../kernel/code";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { BusinessUnit } from "../tenancy";
import { isSafe } from "./disclose";
import { SignedCells } from "./sign-programme-pnl";

/** An executive's view of one unit's column, for months from and to; until it is revoked. */
export interface UnitGrant {
  readonly id: string;
  readonly subject: string;
  /** Code. */
  readonly businessUnit: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly grantedBy: string;
  readonly grantedAt: Date;
  readonly revokedBy: string | null;
  readonly revokedAt: Date | null;
}

export interface GrantUnitViewInput {
  readonly subject: string;
  readonly businessUnit: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface GrantUnitViewPorts {
  readonly subject: string;
  findBusinessUnit(code: string): Promise<BusinessUnit | null>;
  /** Every grant that there ever was; others who grant or sign wait until this transaction ends. */
  holdGrants(): Promise<readonly UnitGrant[]>;
  /** Signed months of a range in every version that executives were ever shown. */
  signedBetween(from: string, to: string): Promise<ReadonlyArray<SignedCells & { readonly period: string }>>;
  saveGrant(grant: GrantUnitViewInput, unit: BusinessUnit): Promise<UnitGrant>;
  saveRevocation(grant: UnitGrant, reason: string): Promise<UnitGrant>;
  audit(action: "grantUnitPnl" | "revokeUnitPnl", grant: UnitGrant, reason: string): Promise<void>;
}

/**
 * Lets one executive see one unit's column. Refused with CONFLICT where, with everything that was ever granted, the aggregate of
 * a signed month would then tell fewer than three other units apart; months that are signed later leave such figures out.
 */
export async function grantUnitView(ports: GrantUnitViewPorts, input: GrantUnitViewInput): Promise<UnitGrant> {
  const [from, to] = [requirePeriodKey(input.from, ["from"]), requirePeriodKey(input.to, ["to"])];
  if (from > to) throw new Refusal("BAD_USER_INPUT", `The range ends in ${to}, before it begins in ${from}.`, ["to"]);
  const [subject, reason] = [requireText(input.subject, ["subject"]), requireText(input.reason, ["reason"], 500)];
  if (subject === ports.subject) throw new Refusal("SAME_PERSON", "Somebody else grants you a view.", ["subject"]);
  const unit = await ports.findBusinessUnit(input.businessUnit);
  if (!unit) throw new Refusal("NOT_FOUND", `There is no business unit ${input.businessUnit.slice(0, 64)}.`, ["businessUnit"]);
  const grants = await ports.holdGrants();
  const same = grants.find((each) => each.revokedAt === null && each.subject === subject && each.businessUnit === unit.code && each.from === from && each.to === to);
  if (same) return same;
  for (const { period, groups, shown, ...month } of await ports.signedBetween(from, to)) {
    const known = new Set([unit.code, ...grants.filter((each) => each.from <= period && period <= each.to).map(({ businessUnit }) => businessUnit)]);
    if (!isSafe(shown, month, groups, known)) {
      throw new Refusal("CONFLICT", `With ${unit.code}, the signed figures of ${period} would tell another unit that was not granted. Grant months that are not signed yet: figures that would tell are left out when they are.`, ["businessUnit"]);
    }
  }
  const granted = await ports.saveGrant({ subject, businessUnit: unit.code, from, to, reason }, unit);
  await ports.audit("grantUnitPnl", granted, reason);
  return granted;
}

/** Ends a grant at once. Naturally idempotent. */
export async function revokeUnitView(ports: GrantUnitViewPorts, input: { readonly grant: string; readonly reason: string }): Promise<UnitGrant> {
  const reason = requireText(input.reason, ["reason"], 500);
  const found = (await ports.holdGrants()).find(({ id }) => id === input.grant);
  if (!found) throw new Refusal("NOT_FOUND", "There is no such grant.", ["grant"]);
  if (found.revokedAt !== null) return found;
  const revoked = await ports.saveRevocation(found, reason);
  await ports.audit("revokeUnitPnl", revoked, reason);
  return revoked;
}
