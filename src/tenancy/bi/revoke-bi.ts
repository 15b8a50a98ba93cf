import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { BiGrant, requireLogin } from "./bi-grant";
import { GrantBiPorts } from "./grant-bi";

export interface RevokeBiInput {
  readonly login: string;
  readonly reason: string;
}

export interface RevokeBiPorts extends Pick<GrantBiPorts, "holdGrant" | "saveGrant"> {
  audit(grant: BiGrant, before: BiGrant, reason: string): Promise<void>;
}

/** Ends what a login reads. The same again changes nothing. NOT_FOUND for one that was never granted anything. */
export async function revokeBi(ports: RevokeBiPorts, input: RevokeBiInput): Promise<BiGrant> {
  const login = requireLogin(input.login), reason = requireText(input.reason, ["reason"], 500);
  const before = await ports.holdGrant(login);
  if (!before) throw new Refusal("NOT_FOUND", `"${login}" was never granted anything in this programme.`, ["login"]);
  if (before.ended) return before;
  const grant: BiGrant = { login, version: before.version + 1, businessUnits: [], scopes: before.scopes, ended: true };
  await ports.saveGrant(grant, reason);
  await ports.audit(grant, before, reason);
  return grant;
}
