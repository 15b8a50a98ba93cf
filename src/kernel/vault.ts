/**
 * Keeps secrets that must be read again, such as the keys with which others sign what they send. `about` says whose secret
 * it is and is bound to it: a sealed secret that is moved to another row does not open there.
 */
export interface Vault {
  seal(secret: string, about: string): Buffer;
  /** Null when it was sealed under another key, about something else, or was changed. */
  open(sealed: Buffer, about: string): string | null;
  /** True when it opens with the current key: what opens with an earlier one only is to be sealed anew. */
  isCurrent(sealed: Buffer, about: string): boolean;
}
