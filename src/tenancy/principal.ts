import { Role } from "./role";

/** Who asks, as the token says it: codes, not ids. */
export interface Principal {
  readonly subject: string;
  readonly role: Role;
  /** Code of the one programme; null for an administrator without one. */
  readonly programme: string | null;
  /** Codes of the units it may touch; meaningful only for roles that are bound to units. */
  readonly businessUnits: readonly string[];
  /** The key that was presented; absent for a person's token. */
  readonly key?: PresentedKey;
}

/** What is to be known of a service account's key while it is served. */
export interface PresentedKey {
  readonly keyId: string;
  /** The datasets that it may export, and then nothing else; null: all that its role may read. */
  readonly datasets: readonly string[] | null;
}
