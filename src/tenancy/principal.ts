import { Role } from "./role";

/** Who asks, as the token says it: codes, not ids. */
export interface Principal {
  readonly subject: string;
  readonly role: Role;
  /** Code of the one programme; null for an administrator without one. */
  readonly programme: string | null;
  /** Codes of the units it may touch; meaningful only for roles that are bound to units. */
  readonly businessUnits: readonly string[];
}
