import { Clock } from "../src/kernel/clock";
import { Principal, Programme, Scope } from "../src/tenancy";
import { Database, TenantTransaction } from "../src/tenancy/database.store";
import { RecordAudit } from "../src/tenancy/request-context";
import { DEMO_PROGRAMME, DEMO_UNITS, DemoScale } from "./demo-programme";

/** A person of the demo, as their token would say who they are. */
export function demoPerson(subject: string, role: Principal["role"], businessUnits: readonly string[] = []): Principal {
  return { subject, role, programme: DEMO_PROGRAMME.code, businessUnits };
}

export const DEMO_FINANCE = "demo-finance";
/** The second person, who approves and closes what the first proposed. */
export const DEMO_CONTROLLER = "demo-controller";
/** Owner of the first unit: the one whose token the start prints. */
export const DEMO_UNIT_OWNER = "demo-business-unit";

/** Who speaks for a unit. */
export function demoOwnerOf(unit: string): string {
  return unit === DEMO_UNITS[0]!.code ? DEMO_UNIT_OWNER : `${DEMO_UNIT_OWNER}-${unit}`;
}

/** What the demo is played on: the programme, who may act in it, and how they act. */
export interface DemoStage {
  readonly database: Database;
  readonly record: RecordAudit;
  readonly scale: DemoScale;
  readonly clock: Clock;
  /** A line for whoever waits. */
  say(message: string): void;
  readonly integration: Scope;
  /** Somebody who covers the whole programme. */
  scopeOf(subject: string): Scope;
  /** One transaction of somebody who covers the whole programme. */
  as<T>(subject: string, work: (tx: TenantTransaction) => Promise<T>): Promise<T>;
  /** One transaction of the owner of a unit. */
  asOwnerOf<T>(unit: string, work: (tx: TenantTransaction) => Promise<T>): Promise<T>;
}

export type StageOptions = Pick<DemoStage, "database" | "record" | "scale" | "clock" | "say">;

export function demoStage(options: StageOptions, programme: Programme, unitIds: ReadonlyMap<string, string>): DemoStage {
  const scopeOf = (subject: string): Scope => ({ principal: demoPerson(subject, "FINANCE"), programme, reach: "programme", unitIds: [] });
  const owner = (unit: string): Scope => ({ principal: demoPerson(demoOwnerOf(unit), "BUSINESS_UNIT", [unit]), programme, reach: "units", unitIds: [unitIds.get(unit)!] });
  // Jobs have no limit of their own on the length of a statement.
  const job = { statementTimeoutMs: 0 };
  return {
    ...options,
    integration: { principal: demoPerson("demo-integration", "INTEGRATION", [...unitIds.keys()]), programme, reach: "ingest", unitIds: [...unitIds.values()] },
    scopeOf,
    as: (subject, work) => options.database.withTenant(scopeOf(subject), work, job),
    asOwnerOf: (unit, work) => options.database.withTenant(owner(unit), work, job),
  };
}
