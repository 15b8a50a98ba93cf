/** An Error for a person at a terminal: what is wrong, what to do, and the way round that always works. */
export function trouble(message: string, cause?: unknown): Error {
  const sentence = `The embedded PostgreSQL cannot be used: ${message} Or set DATABASE_URL to a PostgreSQL server (15 to 18) of your own.`;
  return new Error(sentence, cause === undefined ? undefined : { cause });
}

/** The errno name ("ENOENT") of whatever was thrown, or undefined. Never throws. */
export function errno(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
