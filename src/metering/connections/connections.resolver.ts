import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { payload } from "../../kernel/user-error.type";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { RequestContext } from "../../tenancy/request-context";
import { Provider, providerOfWord, wordOf } from "../providers/provider";
import { ProviderRoute } from "../providers/routes";
import { connectProvider } from "./connect-provider";
import { ProviderConnection, ProviderKey, connectionRef, isOpen, requireConnectionId, requireVault, subjectOf } from "./connection";
import { listConnections } from "./connections.query";
import { ConnectionTools, connectProviderPorts, providerKeyPorts, setProviderRoutesPorts } from "./connections.store";
import { ConnectProviderInput, ProviderConnectionPayload, ProviderConnectionType, ProviderConnections, ProviderKeyType, ProviderRouteInput, ProviderSecretPayload, RevokeProviderKeyInput, RotateProviderKeyInput, SetProviderRoutesInput } from "./connections.type";
import { revokeProviderKey, rotateProviderKey } from "./rotate-provider-key";
import { setProviderRoutes } from "./set-provider-routes";

@Resolver()
export class ConnectionsResolver {
  @Allow("FINANCE", "AUDITOR", "ADMIN")
  @Query(() => ProviderConnections, { description: "Providers that send usage by themselves, by the URI of the source, then by provider." })
  async providerConnections(@Ctx() context: RequestContext, @Arg("first", () => Int, { description: "At most so many." }) first: number, @Arg("after", () => String, { nullable: true, description: "The cursor of the last one that was read." }) after?: string): Promise<Page<ProviderConnectionType>> {
    const page = { first: requirePageSize(first), after };
    const { edges, pageInfo } = await context.withTenant((tx) => listConnections(tx, page));
    const view = await viewOf(context);
    return { edges: edges.map(({ node, cursor }) => ({ node: view(node), cursor })), pageInfo };
  }

  @Allow("ADMIN")
  @Mutation(() => ProviderSecretPayload, { description: "Lets a provider send usage for a registered source. The same again answers what is there; CONFLICT when it is connected for that source in another way. NOT_READY while the installation has no key for keeping secrets." })
  async connectProvider(@Ctx() context: RequestContext, @Arg("input", () => ConnectProviderInput) input: ConnectProviderInput): Promise<ProviderSecretPayload> {
    const { name, source, businessUnits } = input;
    return answered(context, (tx, tools) =>
      connectProvider(connectProviderPorts(tx, tools), { provider: providerOf(input.provider), source, name, businessUnits, routes: routesOf(input.routes), secret: input.secret ?? null, reason: input.reason ?? null }));
  }

  @Allow("ADMIN")
  @Mutation(() => ProviderConnectionPayload, { description: "Says anew where the legs of a connection belong that end from an instant on. The same routes again change nothing." })
  async setProviderRoutes(@Ctx() context: RequestContext, @Arg("input", () => SetProviderRoutesInput) input: SetProviderRoutesInput): Promise<ProviderConnectionPayload> {
    return payload(async () => {
      const connectionId = requireConnectionId(input.connection, (await context.scope()).programme.code);
      const changed = await context.withTenant((tx) =>
        setProviderRoutes(setProviderRoutesPorts(tx, context.record, context.clock.now()), { connectionId, routes: routesOf(input.routes), effectiveFrom: input.effectiveFrom ?? null, reason: input.reason }));
      return { connection: (await viewOf(context))(changed) };
    });
  }

  @Allow("ADMIN")
  @Mutation(() => ProviderSecretPayload, { description: "Gives a connection a further key; those so far hold until the overlap is over. A secret that it holds already changes nothing." })
  async rotateProviderKey(@Ctx() context: RequestContext, @Arg("input", () => RotateProviderKeyInput) input: RotateProviderKeyInput): Promise<ProviderSecretPayload> {
    const { secret = null, notBefore = null, expiresAt = null, overlapSeconds, idempotencyKey = null, reason = null } = input;
    return answered(context, (tx, tools) => {
      const connectionId = requireConnectionId(input.connection, tx.scope.programme.code);
      return rotateProviderKey(providerKeyPorts(tx, tools), { connectionId, secret, notBefore, expiresAt, overlapSeconds, idempotencyKey, reason });
    });
  }

  @Allow("ADMIN")
  @Mutation(() => ProviderConnectionPayload, { description: "Ends a key at once; one that has ended stays as it is." })
  async revokeProviderKey(@Ctx() context: RequestContext, @Arg("input", () => RevokeProviderKeyInput) input: RevokeProviderKeyInput): Promise<ProviderConnectionPayload> {
    return answered(context, async (tx, tools) => {
      const connectionId = requireConnectionId(input.connection, tx.scope.programme.code);
      return { connection: await revokeProviderKey(providerKeyPorts(tx, tools), { connectionId, keyId: input.key, reason: input.reason }) };
    });
  }
}

/** Runs a write that needs the vault, and shows the connection as it stands then. */
function answered<T extends { readonly connection: ProviderConnection }>(context: RequestContext, work: (tx: TenantTransaction, tools: ConnectionTools) => Promise<T>) {
  return payload(async () => {
    const tools = { record: context.record, vault: requireVault(context.vault), nowMs: context.clock.now() };
    const result = await context.withTenant((tx) => work(tx, tools));
    return { ...result, connection: (await viewOf(context))(result.connection) };
  });
}

function providerOf(word: string): Provider {
  const provider = providerOfWord(word);
  invariant(provider, "the schema let through a provider that is none");
  return provider;
}

const routesOf = (routes: readonly ProviderRouteInput[] | null | undefined): ProviderRoute[] =>
  (routes ?? []).map(({ field, value, businessUnit, useCase }) => ({ field, value, businessUnit: businessUnit ?? null, useCase: useCase ?? null }));

async function viewOf(context: RequestContext): Promise<(connection: ProviderConnection) => ProviderConnectionType> {
  const { programme } = await context.scope();
  const nowMs = context.clock.now();
  return (each) => {
    const connection = connectionRef(programme.code, each.id);
    const newest = each.mappings.at(-1)!;
    return {
      connection, provider: wordOf(each.provider), source: each.source, name: each.name, businessUnits: each.businessUnits, path: `/usage/${each.provider}?connection=${connection}`, subject: subjectOf(each),
      keys: each.keys.map((key) => toKey(key, nowMs)), routes: newest.routes, routesVersion: newest.version, routesEffectiveFrom: new Date(newest.effectiveFromMs),
      refusedRequests: each.refused, lastRefusedAt: each.lastRefusedAt, createdBy: each.createdBy, createdAt: each.createdAt,
    };
  };
}

function toKey(key: ProviderKey, nowMs: number): ProviderKeyType {
  return { ...key, status: isOpen(key, nowMs) ? "ACTIVE" : key.notBefore.getTime() > nowMs && (key.endsAt === null || key.endsAt > key.notBefore) ? "PENDING" : "ENDED" };
}
