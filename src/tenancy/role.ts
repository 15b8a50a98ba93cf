/** The nine roles of a token. A token has exactly one. */
export const ROLES = ["FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "INTEGRATION", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"] as const;

export type Role = (typeof ROLES)[number];

/** Roles that only ever touch the business units their token names. */
const BOUND_TO_UNITS: ReadonlySet<Role> = new Set(["BUSINESS_UNIT", "OPERATOR", "INTEGRATION"]);

export function isRole(text: unknown): text is Role {
  return typeof text === "string" && (ROLES as readonly string[]).includes(text);
}

export function isBoundToUnits(role: Role): boolean {
  return BOUND_TO_UNITS.has(role);
}
