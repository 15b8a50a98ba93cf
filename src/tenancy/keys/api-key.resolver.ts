import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { payload } from "../../kernel/user-error.type";
import { Allow } from "../access";
import { TenantTransaction } from "../database.store";
import { RequestContext } from "../request-context";
import { bearerOf, endOf, statusOf } from "./api-key";
import { createApiKeyPorts, revokeApiKeyPorts, rotateApiKeyPorts } from "./api-key-ports.store";
import { ApiKeyConnection, ApiKeyPayload, ApiKeySecretPayload, ApiKeyType, CreateApiKeyInput, RevokeApiKeyInput, RotateApiKeyInput } from "./api-key.type";
import { StoredApiKey, findApiKey, listApiKeys } from "./api-keys.query";
import { MadeKey, createApiKey } from "./create-api-key";
import { revokeApiKey } from "./revoke-api-key";
import { rotateApiKey } from "./rotate-api-key";

@Resolver()
export class ApiKeyResolver {
  @Allow("AUDITOR", "ADMIN")
  @Query(() => ApiKeyConnection, { description: "Keys of service accounts by code, the expired and the revoked too; never a secret." })
  async apiKeys(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<ApiKeyType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => listApiKeys(tx, page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toApiKey(node, context.clock.now()) })) };
  }

  @Allow("ADMIN")
  @Mutation(() => ApiKeySecretPayload, { description: "Makes a key for a service account and shows its secret this once. It reads what its role may read; it writes usage when it is an INTEGRATION, and nothing else. CONFLICT for a code that was ever given: an answer that got lost is made good by rotateApiKey." })
  async createApiKey(@Ctx() context: RequestContext, @Arg("input", () => CreateApiKeyInput) input: CreateApiKeyInput): Promise<ApiKeySecretPayload> {
    return payload(() => context.withTenant(async (tx) => shown(context, tx, await createApiKey(createApiKeyPorts(tx, context.record, context.clock, context.datasetsOf), input))));
  }

  @Allow("ADMIN")
  @Mutation(() => ApiKeySecretPayload, { description: "Gives a key a new secret, shown this once. The id stays; the secrets before it hold for the overlap." })
  async rotateApiKey(@Ctx() context: RequestContext, @Arg("input", () => RotateApiKeyInput) input: RotateApiKeyInput): Promise<ApiKeySecretPayload> {
    return payload(() => context.withTenant(async (tx) => shown(context, tx, await rotateApiKey(rotateApiKeyPorts(tx, context.record, context.clock), input))));
  }

  @Allow("ADMIN")
  @Mutation(() => ApiKeyPayload, { description: "Ends a key with all its secrets, from the next request on and for ever. Naturally idempotent." })
  async revokeApiKey(@Ctx() context: RequestContext, @Arg("input", () => RevokeApiKeyInput) input: RevokeApiKeyInput): Promise<ApiKeyPayload> {
    return payload(() => context.withTenant(async (tx) => {
      const { code } = await revokeApiKey(revokeApiKeyPorts(tx, context.record, context.clock), input);
      return { apiKey: await apiKeyOf(context, tx, code) };
    }));
  }
}

async function shown(context: RequestContext, tx: TenantTransaction, { key, credentials }: MadeKey): Promise<Omit<ApiKeySecretPayload, "userErrors">> {
  return { apiKey: await apiKeyOf(context, tx, key.code), secret: credentials.secret, bearerToken: bearerOf(credentials) };
}

async function apiKeyOf(context: RequestContext, tx: TenantTransaction, code: string): Promise<ApiKeyType> {
  const found = await findApiKey(tx, { code });
  invariant(found, "a key that was just written is not there");
  return toApiKey(found, context.clock.now());
}

function toApiKey({ key, secrets, revocation, lastUsedAt }: StoredApiKey, nowMs: number): ApiKeyType {
  const newest = secrets[secrets.length - 1]!;
  const overlapMs = Math.max(...secrets.slice(0, -1).map((each) => endOf(each, secrets).getTime()));
  return {
    ...key, lastUsedAt, status: statusOf(secrets, revocation, nowMs), secretVersion: newest.version, expiresAt: newest.expiresAt, overlapEndsAt: !revocation && overlapMs > nowMs ? new Date(overlapMs) : null,
    revokedAt: revocation?.revokedAt ?? null, revokedBy: revocation?.revokedBy ?? null, revokedReason: revocation?.reason ?? null,
  };
}
