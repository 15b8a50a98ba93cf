import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../../kernel/graph.type";
import { DateTimeScalar, LongScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { PROVIDER_WORDS } from "../providers/provider";
import { ProviderRoute } from "../providers/routes";

export const VoiceProviderEnum = enumOf(PROVIDER_WORDS);
registerEnumType(VoiceProviderEnum, { name: "VoiceProvider", description: "A voice provider whose payloads are read as they are." });
const KEY_STATUSES = ["PENDING", "ACTIVE", "ENDED"] as const;
export const ProviderKeyStatusEnum = enumOf(KEY_STATUSES);
registerEnumType(ProviderKeyStatusEnum, { name: "ProviderKeyStatus", description: "PENDING: it holds later; ACTIVE: what is signed with it is taken; ENDED: it is not any more." });

const FIELD = 'The provider\'s name of the field, for example account_sid, agent_id, assistantId or divisionIds; or "metadata.<key>".';

@InputType({ description: "Where the legs belong of which a field has a value." })
export class ProviderRouteInput {
  @Field(() => String, { description: FIELD }) field: string;
  @Field(() => String, { description: "The value, exactly." }) value: string;
  @Field(() => String, { nullable: true, description: "Code of the business unit; the use case's owner when left out." }) businessUnit?: string | null;
  @Field(() => String, { nullable: true, description: "Code of the use case; left out: the legs are held for that unit." }) useCase?: string | null;
}

@InputType({ description: "Lets a provider send usage by itself, for one source." })
export class ConnectProviderInput {
  @Field(() => VoiceProviderEnum, { description: "Who sends." }) provider: string;
  @Field(() => String, { description: "URI of the source that its usage is of; NOT_FOUND unless it is registered." }) source: string;
  @Field(() => String, { description: "For people: 1 to 200 characters." }) name: string;
  @Field(() => [String], { description: "Codes of the business units that it may write, at most 500; NOT_FOUND for an unknown one." }) businessUnits: string[];
  @Field(() => [ProviderRouteInput], { nullable: true, description: "Where its legs belong, at most 1,000. What no route fits goes by business_unit and use_case of the leg's metadata, and is held without them." }) routes?: ProviderRouteInput[] | null;
  @Field(() => String, { nullable: true, description: "The secret with which the provider signs, where it gives one. Left out: one is made and answered this once. Kept sealed and never answered." }) secret?: string | null;
  @Field(() => String, { nullable: true, description: "Why; kept in the audit trail." }) reason?: string | null;
}

@InputType({ description: "Where the legs of a connection belong that end from an instant on." })
export class SetProviderRoutesInput {
  @Field(() => ID, { description: "The connection, by its opaque name." }) connection: string;
  @Field(() => [ProviderRouteInput], { description: "All routes from then on." }) routes: ProviderRouteInput[];
  @Field(() => DateTimeScalar, { nullable: true, description: "Legs that end at or after this instant, which is not in the past; now when left out." }) effectiveFrom?: Date | null;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@InputType({ description: "A further key of a connection." })
export class RotateProviderKeyInput {
  @Field(() => ID, { description: "The connection, by its opaque name." }) connection: string;
  @Field(() => String, { nullable: true, description: "The new secret, where the provider gives one. Left out: one is made and answered this once." }) secret?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "From when on it holds; now when left out." }) notBefore?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it ends by itself; left out: it does not." }) expiresAt?: Date | null;
  @Field(() => Int, { description: "How long the keys so far hold beside it, in seconds: 0 to 2,592,000 (30 days).", defaultValue: 86_400 }) overlapSeconds: number;
  @Field(() => String, { nullable: true, description: "Sent again with the same key, the request makes no second one." }) idempotencyKey?: string | null;
  @Field(() => String, { nullable: true, description: "Why; kept in the audit trail." }) reason?: string | null;
}

@InputType({ description: "A key of a connection that ends at once." })
export class RevokeProviderKeyInput {
  @Field(() => ID, { description: "The connection, by its opaque name." }) connection: string;
  @Field(() => ID, { description: "The key; NOT_FOUND when the connection has none of that id." }) key: string;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@ObjectType("ProviderRoute", { simpleResolvers: true, description: "Where the legs belong of which a field has a value." })
export class ProviderRouteType implements ProviderRoute {
  @Field(() => String, { description: FIELD }) field: string;
  @Field(() => String, { description: "The value, exactly." }) value: string;
  @Field(() => String, { nullable: true, description: "Code of the business unit; null: the use case's owner." }) businessUnit: string | null;
  @Field(() => String, { nullable: true, description: "Code of the use case; null: the legs are held for the unit." }) useCase: string | null;
}

@ObjectType("ProviderKey", { simpleResolvers: true, description: "A key with which a provider signs. Its secret is never answered." })
export class ProviderKeyType {
  @Field(() => ID, { description: "Its id, as revokeProviderKey takes it." }) id: string;
  @Field(() => ProviderKeyStatusEnum, { description: "Whether what is signed with it is taken now." }) status: (typeof KEY_STATUSES)[number];
  @Field(() => DateTimeScalar, { description: "From when on it holds." }) notBefore: Date;
  @Field(() => DateTimeScalar, { nullable: true, description: "From when on it is worth nothing; null while no end is set." }) endsAt: Date | null;
  @Field(() => String, { description: "Subject that made it." }) createdBy: string;
  @Field(() => DateTimeScalar, { description: "When it was made." }) createdAt: Date;
}

@ObjectType("VoiceProviderConnection", { simpleResolvers: true, description: "A provider that sends usage by itself: for one source, into some units." })
export class ProviderConnectionType {
  @Field(() => ID, { description: "Its opaque name, as the URL holds it." }) connection: string;
  @Field(() => VoiceProviderEnum, { description: "Who sends." }) provider: string;
  @Field(() => String, { description: "URI of the source that its usage is of." }) source: string;
  @Field(() => String, { description: "For people." }) name: string;
  @Field(() => [String], { description: "Codes of the business units that it may write." }) businessUnits: readonly string[];
  @Field(() => String, { description: "Where the provider sends to, below the address of this installation." }) path: string;
  @Field(() => String, { description: "Who pushes, as sources limit it and deliveries show it." }) subject: string;
  @Field(() => [ProviderKeyType], { description: "Its keys, ended ones too, the oldest first." }) keys: ProviderKeyType[];
  @Field(() => [ProviderRouteType], { description: "The newest routes." }) routes: readonly ProviderRoute[];
  @Field(() => Int, { description: "Counts its sets of routes, from 1." }) routesVersion: number;
  @Field(() => DateTimeScalar, { description: "The newest routes hold for legs that end at or after this instant." }) routesEffectiveFrom: Date;
  @Field(() => LongScalar, { description: "Requests in its name that had no good signature; nothing of them was stored." }) refusedRequests: number;
  @Field(() => DateTimeScalar, { nullable: true, description: "When the last of them came." }) lastRefusedAt: Date | null;
  @Field(() => String, { description: "Subject that connected it." }) createdBy: string;
  @Field(() => DateTimeScalar, { description: "When it was connected." }) createdAt: Date;
}

export const ProviderConnections = connectionOf(ProviderConnectionType, "VoiceProviderConnection");

@ObjectType({ simpleResolvers: true, description: "A connection as it stands now, or why nothing was changed." })
export class ProviderConnectionPayload {
  @Field(() => ProviderConnectionType, { nullable: true, description: "The connection; null with userErrors." }) connection?: ProviderConnectionType | null;
  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "A connection and the secret that was made for it, or why nothing was changed." })
export class ProviderSecretPayload {
  @Field(() => ProviderConnectionType, { nullable: true, description: "The connection; null with userErrors." }) connection?: ProviderConnectionType | null;
  @Field(() => String, { nullable: true, description: "The secret that was made, this once; null when the request brought its own or made none." }) secret?: string | null;
  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." }) userErrors: UserError[];
}
