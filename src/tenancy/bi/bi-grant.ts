import { Refusal } from "../../kernel/refusal";

/** Groups of datasets that are granted each for itself; but for core they are the whole programme's. */
export const BI_SCOPES = ["core", "cases", "programme", "focus"] as const;
export type BiScope = (typeof BI_SCOPES)[number];

/** What a login of the database may read of its programme; the newest version of a login counts. */
export interface BiGrant {
  readonly login: string;
  readonly version: number;
  /** Codes of the units; null for every unit and the programme's own figures. Empty when it has ended. */
  readonly businessUnits: readonly string[] | null;
  /** What it reads of them; the last ones when it has ended. */
  readonly scopes: readonly BiScope[];
  readonly ended: boolean;
}

const LOGIN = /^[a-z][a-z0-9_]{0,62}$/;

/** The name of a login, or BAD_USER_INPUT. */
export function requireLogin(login: string): string {
  if (LOGIN.test(login) && !login.startsWith("pg_")) return login;
  throw new Refusal("BAD_USER_INPUT", `"${login.slice(0, 80)}" cannot be a login of the database: 1 to 63 small letters, digits and underscores, a letter first, and not beginning with pg_.`, ["login"]);
}
