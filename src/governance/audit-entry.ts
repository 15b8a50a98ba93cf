/** Who did what to what, why, and how it looked before and after. Written once, never changed. */
export interface AuditEntry {
  readonly id: string;
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
}
