/** Something the voice AI does for one business unit. */
export interface UseCase {
  readonly id: string;
  readonly code: string;
  readonly name: string;
}

/** From an instant on, a unit owns a use case; the newest ownership that has begun holds. */
export interface UseCaseOwnership {
  readonly useCaseId: string;
  readonly businessUnitId: string;
  /** Milliseconds since 1970; minus infinity for the first owner. */
  readonly effectiveFromMs: number;
}

/** The unit that owned the use case at an instant; null before its first ownership. */
export function ownerAt(ownerships: readonly UseCaseOwnership[], useCaseId: string, atMs: number): string | null {
  let best: UseCaseOwnership | null = null;
  for (const each of ownerships) {
    if (each.useCaseId !== useCaseId || each.effectiveFromMs > atMs) continue;
    if (best === null || each.effectiveFromMs > best.effectiveFromMs) best = each;
  }
  return best?.businessUnitId ?? null;
}
