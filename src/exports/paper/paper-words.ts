import { StatementFacts } from "./statement-facts";

/** Pools and use cases as a person reads them. */
export interface Names {
  pool(code: string | null): string | null;
  useCase(code: string | null): string | null;
}

/** The name with its code; the code alone where the reader may not know the name. */
export function namesOf({ poolNames, useCaseNames }: Pick<StatementFacts, "poolNames" | "useCaseNames">): Names {
  const named = (names: ReadonlyMap<string, string>) => (code: string | null): string | null => (code === null ? null : names.has(code) && names.get(code) !== code ? `${names.get(code)} (${code})` : code);
  return { pool: named(poolNames), useCase: named(useCaseNames) };
}

/** UTC, with milliseconds. */
export const instant = (at: Date): string => at.toISOString();
