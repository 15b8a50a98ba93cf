import { Refusal } from "../../kernel/refusal";
import { BI_SCOPES, BiGrant, BiScope, requireLogin } from "./bi-grant";

export interface GrantBiInput {
  readonly login: string;
  /** Codes of units; null for the whole programme. */
  readonly businessUnits: readonly string[] | null;
  readonly scopes: readonly BiScope[];
}

export interface GrantBiPorts {
  /** The newest version of a login, held until the end of the transaction. */
  holdGrant(login: string): Promise<BiGrant | null>;
  knownUnits(codes: readonly string[]): Promise<ReadonlySet<string>>;
  saveGrant(grant: BiGrant, reason: string | null): Promise<void>;
  audit(grant: BiGrant, before: BiGrant | null): Promise<void>;
}

/** Says what a login of the database reads: some units, or the whole programme, and which scopes of datasets. The same again changes nothing. */
export async function grantBi(ports: GrantBiPorts, input: GrantBiInput): Promise<BiGrant> {
  const login = requireLogin(input.login);
  const businessUnits = input.businessUnits === null ? null : [...new Set(input.businessUnits)].sort();
  if (businessUnits?.length === 0) throw new Refusal("BAD_USER_INPUT", "Name the business units that it reads, or all.", ["businessUnits"]);
  const scopes = BI_SCOPES.filter((scope) => input.scopes.includes(scope));
  if (scopes.length === 0) throw new Refusal("BAD_USER_INPUT", `Name the scopes that it reads: ${BI_SCOPES.join(", ")}.`, ["scopes"]);
  const tooWide = scopes.find((scope) => scope !== "core");
  if (businessUnits !== null && tooWide !== undefined) throw new Refusal("BAD_USER_INPUT", `The scope ${tooWide} is the whole programme's: grant it with all units, or leave it out.`, ["scopes"]);
  const known = await ports.knownUnits(businessUnits ?? []);
  const missing = businessUnits?.find((code) => !known.has(code));
  if (missing !== undefined) throw new Refusal("NOT_FOUND", `There is no business unit ${missing.slice(0, 64)}.`, ["businessUnits"]);
  const before = await ports.holdGrant(login);
  if (before && !before.ended && JSON.stringify([before.businessUnits, before.scopes]) === JSON.stringify([businessUnits, scopes])) return before;
  const grant: BiGrant = { login, version: (before?.version ?? 0) + 1, businessUnits, scopes, ended: false };
  await ports.saveGrant(grant, null);
  await ports.audit(grant, before);
  return grant;
}
