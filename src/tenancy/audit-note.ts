/** What a verb says for the audit trail; who and when are known to whoever records it. */
export interface AuditNote {
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectKey: string;
  readonly reason?: string | null;
  readonly before?: Record<string, unknown> | null;
  readonly after?: Record<string, unknown> | null;
}
