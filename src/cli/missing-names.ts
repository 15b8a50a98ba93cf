import { isCode } from "../kernel/code";
import { Scope, createBusinessUnit, createUseCase } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { createBusinessUnitPorts, createUseCasePorts } from "../tenancy/tenancy-ports.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { recordAudit } from "./session";

/** The names that an event gives: codes, or null for none. */
export interface NamedEvent {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
}

/** How many units and use cases were made. */
export interface MadeNames {
  readonly businessUnits: number;
  readonly useCases: number;
}

export interface MissingNames {
  /** Makes what the events name and the programme lacks. May be called while an earlier call is under way. */
  make(events: readonly NamedEvent[]): Promise<void>;
  made(): MadeNames;
}

const UNIQUE_VIOLATION = "23505";

/**
 * Makes business units and use cases as events name them, each with its code for a name. A use case is only made where
 * the event also names its unit; what is no code is left for the verdict on the event.
 */
export function missingNames(database: Database, scope: Scope): MissingNames {
  const known = new Set<string>();
  const made = { businessUnits: 0, useCases: 0 };
  let last: Promise<void> = Promise.resolve();

  const make = async (events: readonly NamedEvent[]): Promise<void> => {
    const units = new Set<string>();
    const owners = new Map<string, string>();
    for (const { businessUnit, useCase } of events) {
      if (businessUnit === null || !isCode(businessUnit)) continue;
      if (!known.has(unitKey(businessUnit))) units.add(businessUnit);
      if (useCase !== null && isCode(useCase) && !known.has(useCaseKey(useCase)) && !owners.has(useCase)) owners.set(useCase, businessUnit);
    }
    if (units.size === 0 && owners.size === 0) return;
    const work = (): Promise<MadeNames> => database.withTenant(scope, (tx) => makeIn(tx, [...units], owners));
    // Another import may make the same name at the same moment; then it is there at the second look.
    const result = await work().catch((error: unknown) => (codeOf(error) === UNIQUE_VIOLATION ? work() : Promise.reject(error as Error)));
    made.businessUnits += result.businessUnits;
    made.useCases += result.useCases;
    for (const unit of units) known.add(unitKey(unit));
    for (const useCase of owners.keys()) known.add(useCaseKey(useCase));
  };

  return {
    // One after the other: two batches that name the same unit would both find it missing.
    make: (events) => {
      const mine = last.then(() => make(events));
      last = mine.catch(() => undefined);
      return mine;
    },
    made: () => made,
  };
}

const unitKey = (code: string): string => `unit/${code}`;
const useCaseKey = (code: string): string => `use case/${code}`;

async function makeIn(tx: TenantTransaction, units: readonly string[], owners: ReadonlyMap<string, string>): Promise<MadeNames> {
  const store = tenancyStore(tx);
  const thereUnits = new Set((await store.findBusinessUnits(units)).map(({ code }) => code));
  const thereUseCases = new Set((await store.findUseCases([...owners.keys()])).map(({ code }) => code));
  const newUnits = units.filter((code) => !thereUnits.has(code));
  const newUseCases = [...owners].filter(([code]) => !thereUseCases.has(code));
  for (const code of newUnits) await createBusinessUnit(createBusinessUnitPorts(tx, recordAudit), { code, name: code });
  for (const [code, businessUnit] of newUseCases) await createUseCase(createUseCasePorts(tx, recordAudit), { code, name: code, businessUnit });
  return { businessUnits: newUnits.length, useCases: newUseCases.length };
}

function codeOf(error: unknown): unknown {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  return driverError?.code ?? code;
}
