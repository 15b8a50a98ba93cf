/** The opaque id of an object: its type and its key. */
export function toNodeId(type: string, key: string): string {
  return Buffer.from(`${type}:${key}`, "utf8").toString("base64url");
}

/** What an opaque id points to; null when it is not one of ours. */
export function fromNodeId(id: string): { type: string; key: string } | null {
  const match = /^([A-Za-z]{1,40}):([A-Za-z0-9._:-]{1,80})$/.exec(Buffer.from(id, "base64url").toString("utf8"));
  return match ? { type: match[1]!, key: match[2]! } : null;
}

/** Whether a key is a UUID as PostgreSQL writes it: another text must not reach a query as one. */
export const isUuid = (key: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key);
