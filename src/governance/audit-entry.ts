/** Who did what to what, why, and how it looked before and after. Written once, never changed. */
export interface AuditEntry {
  readonly id: string;
  /** Place in the programme's trail, from 1 without gaps. */
  readonly sequence: number;
  readonly recordedAt: Date;
  /** The token's subject. */
  readonly subject: string;
  readonly role: string;
  /** The mutation's name. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectKey: string;
  readonly reason: string | null;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  /** Hash of the entry before it; 64 zeros for the first. */
  readonly previousHash: string;
  /** SHA-256 over everything above, recordedAt with its microseconds. */
  readonly hash: string;
}
