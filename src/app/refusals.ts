import { Refusal, RefusalCode } from "../kernel/refusal";

/** One table for every "no": the HTTP status when nothing else was answered, and the exit status of the command line. */
const TABLE: Readonly<Record<RefusalCode | "INTERNAL", { http: number; exit: number }>> = {
  UNAUTHENTICATED: { http: 401, exit: 1 },
  FORBIDDEN: { http: 403, exit: 1 },
  BAD_USER_INPUT: { http: 400, exit: 3 },
  NOT_FOUND: { http: 404, exit: 3 },
  CONFLICT: { http: 409, exit: 4 },
  PERIOD_CLOSED: { http: 409, exit: 4 },
  PERIOD_OPEN: { http: 409, exit: 4 },
  NOT_READY: { http: 409, exit: 4 },
  SAME_PERSON: { http: 409, exit: 4 },
  UNBALANCED: { http: 400, exit: 3 },
  CURRENCY_MISMATCH: { http: 400, exit: 3 },
  LIMIT_EXCEEDED: { http: 413, exit: 3 },
  TIMEOUT: { http: 408, exit: 5 },
  UNAVAILABLE: { http: 503, exit: 5 },
  INTERNAL: { http: 500, exit: 1 },
};

export function httpStatusOf(code: string): number {
  return TABLE[code as RefusalCode]?.http ?? 400;
}

export function exitStatusOf(error: unknown): number {
  return error instanceof Refusal ? TABLE[error.code].exit : TABLE.INTERNAL.exit;
}
