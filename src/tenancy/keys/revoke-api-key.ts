import { requireText } from "../../kernel/code";
import { ApiKey, ApiKeyRevocation } from "./api-key";
import { noKey, RotateApiKeyPorts } from "./rotate-api-key";

export interface RevokeApiKeyInput {
  readonly code: string;
  readonly reason: string;
}

export interface RevokeApiKeyPorts extends Pick<RotateApiKeyPorts, "now" | "holdKey"> {
  subject(): string;
  saveRevocation(key: ApiKey, revocation: ApiKeyRevocation): Promise<void>;
  audit(key: ApiKey, revocation: ApiKeyRevocation): Promise<void>;
}

/** Ends a key with all its secrets, at once and for ever. The same again changes nothing. */
export async function revokeApiKey(ports: RevokeApiKeyPorts, input: RevokeApiKeyInput): Promise<ApiKey> {
  const reason = requireText(input.reason, ["reason"], 500);
  const found = await ports.holdKey(input.code);
  if (!found) throw noKey(input.code);
  if (found.revocation) return found.key;
  const revocation: ApiKeyRevocation = { revokedAt: ports.now(), revokedBy: ports.subject(), reason };
  await ports.saveRevocation(found.key, revocation);
  await ports.audit(found.key, revocation);
  return found.key;
}
