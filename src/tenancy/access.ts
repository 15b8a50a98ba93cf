import { Extensions } from "type-graphql";
import { Role } from "./role";

/** Where a rule stands in the extensions of a field or type of the schema. */
export const ACCESS_RULE = "allow";

/** The roles that may use an operation, or (on a field or type) see it at all. An operation without a rule stops the start. */
export function Allow(...roles: readonly Role[]): MethodDecorator & PropertyDecorator & ClassDecorator {
  return Extensions({ [ACCESS_RULE]: roles }) as MethodDecorator & PropertyDecorator & ClassDecorator;
}

/** Roles that read the names of units, use cases and pools. */
export const READS_NAMES: readonly Role[] = ["FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"];
