import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../../kernel/graph.type";
import { DateTimeScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { Role } from "../role";
import { RoleEnum } from "../tenancy.type";
import { API_KEY_STATUSES, ApiKeyStatus } from "./api-key";

export const ApiKeyStatusEnum = enumOf(API_KEY_STATUSES);
registerEnumType(ApiKeyStatusEnum, { name: "ApiKeyStatus", description: "ACTIVE while one of its secrets holds; EXPIRED when the last has ended, until it is rotated; REVOKED for ever." });

@ObjectType("ApiKey", { simpleResolvers: true, description: "A service account's way in. A key reads; it writes only usage (INTEGRATION). Its secret is shown when it is made and never again." })
export class ApiKeyType {
  @Field(() => String, { description: "Name of the service account, unique in the programme for ever; audit entries show it as key:<code>." }) code: string;
  @Field(() => String, { description: "User name of Basic, and what a bearer token begins with." }) keyId: string;
  @Field(() => String, { nullable: true, description: "What it is for." }) description: string | null;
  @Field(() => RoleEnum, { description: "What it may do is what this role may do." }) role: Role;
  @Field(() => [String], { description: "Codes of the units it may touch; empty for roles that are not bound to units." }) businessUnits: readonly string[];
  @Field(() => [String], { nullable: true, description: "The datasets that it may export, and then nothing else; null: all that its role may read." }) datasets: readonly string[] | null;
  @Field(() => ApiKeyStatusEnum, { description: "How it stands now." }) status: ApiKeyStatus;
  @Field(() => Int, { description: "Version of the newest secret, 1 for the first." }) secretVersion: number;
  @Field(() => DateTimeScalar, { description: "When the newest secret ends." }) expiresAt: Date;
  @Field(() => DateTimeScalar, { nullable: true, description: "Until when a secret before the newest is still good; null when none is." }) overlapEndsAt: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was last used, to the minute; null when it never was." }) lastUsedAt: Date | null;
  @Field(() => DateTimeScalar, { description: "When it was made." }) createdAt: Date;
  @Field(() => String, { description: "Subject that made it." }) createdBy: string;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was revoked; null while it is not." }) revokedAt: Date | null;
  @Field(() => String, { nullable: true, description: "Subject that revoked it." }) revokedBy: string | null;
  @Field(() => String, { nullable: true, description: "Why it was revoked." }) revokedReason: string | null;
}

export const ApiKeyConnection = connectionOf(ApiKeyType, "ApiKey");

@InputType()
export class CreateApiKeyInput {
  @Field(() => String, { description: "Name of the service account: 1 to 64 letters, digits, '.', '_' or '-'. CONFLICT for one that was ever given." }) code: string;
  @Field(() => String, { nullable: true, description: "What it is for, at most 500 characters." }) description?: string | null;
  @Field(() => RoleEnum, { description: "Any but ADMIN." }) role: Role;
  @Field(() => [String], { nullable: true, description: "Codes of units, for BUSINESS_UNIT, OPERATOR and INTEGRATION and only for them; NOT_FOUND for one that does not exist." }) businessUnits?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Restricts it to exports of these datasets. Left out: all that its role may read." }) datasets?: string[] | null;
  @Field(() => Int, { nullable: true, description: "Life of the secret in days, 1 to 366; 90 when left out." }) expiresInDays?: number | null;
}

@InputType()
export class RotateApiKeyInput {
  @Field(() => String, { description: "Code of the key; NOT_FOUND when there is none, CONFLICT when it was revoked." }) code: string;
  @Field(() => Int, { nullable: true, description: "How long the secrets before it are still good, in hours, 0 to 720; 24 when left out." }) overlapHours?: number | null;
  @Field(() => Int, { nullable: true, description: "Life of the new secret in days, 1 to 366; 90 when left out." }) expiresInDays?: number | null;
}

@InputType()
export class RevokeApiKeyInput {
  @Field(() => String, { description: "Code of the key; NOT_FOUND when there is none." }) code: string;
  @Field(() => String, { description: "Why; at most 500 characters." }) reason: string;
}

@ObjectType({ simpleResolvers: true })
export class ApiKeySecretPayload {
  @Field(() => ApiKeyType, { nullable: true, description: "The key." }) apiKey?: ApiKeyType | null;
  @Field(() => String, { nullable: true, description: "Password of Basic. Shown this once: it is stored as a hash." }) secret?: string | null;
  @Field(() => String, { nullable: true, description: "The same as a bearer token. Shown this once." }) bearerToken?: string | null;
  @Field(() => [UserError], { description: "Why nothing was done." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class ApiKeyPayload {
  @Field(() => ApiKeyType, { nullable: true, description: "The key." }) apiKey?: ApiKeyType | null;
  @Field(() => [UserError], { description: "Why nothing was done." }) userErrors: UserError[];
}
