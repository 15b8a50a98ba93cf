import { approvePolicy, proposePolicy } from "../src/allocation";
import { approvePolicyPorts, proposePolicyPorts } from "../src/allocation/allocation-ports.store";
import { PolicyInput } from "../src/allocation/policy";
import { recordAudit } from "../src/app/serve";
import { bookCost, createCostPool } from "../src/costs";
import { bookCostPorts, createCostPoolPorts } from "../src/costs/costs-ports.store";
import { Principal, Programme, Scope, createBusinessUnit, createProgramme, createUseCase } from "../src/tenancy";
import { createBusinessUnitPorts, createProgrammePorts, createUseCasePorts } from "../src/tenancy/tenancy-ports.store";
import { Database } from "../src/tenancy/database.store";

export const PROGRAMME = { code: "bench", name: "Programme to measure on", currency: "GBP", timeZone: "Europe/London" } as const;
export const UNITS: readonly string[] = Array.from({ length: 50 }, (_, index) => `unit-${String(index + 1).padStart(2, "0")}`);
/** Four use cases to a unit. */
export const USE_CASES: readonly string[] = UNITS.flatMap((unit) => [1, 2, 3, 4].map((number) => `${unit}-case-${number}`));
export const POOLS = ["platform", "telephony", "integration", "compliance", "office"] as const;

/** Five pools, one per driver and a blend. */
const POLICY: PolicyInput = {
  effectiveFrom: "2025-01",
  rules: [
    { pool: "platform", parts: [{ driver: "CALLS" }] },
    { pool: "integration", parts: [{ driver: "CONNECTED_SECONDS" }] },
    { pool: "telephony", parts: [{ driver: "BILLED_MINUTES", minimumSeconds: 60, incrementSeconds: 60 }] },
    { pool: "compliance", parts: [{ driver: "CONTACTS" }] },
    { pool: "office", parts: [{ fraction: "0.5", driver: "CALLS" }, { fraction: "0.5", driver: "CONNECTED_SECONDS" }] },
  ],
};

const person = (subject: string, role: Principal["role"]): Principal => ({ subject, role, programme: PROGRAMME.code, businessUnits: [] });

/** The scope of somebody who may see the whole programme. */
export function scopeOf(programme: Programme, subject: string, role: Principal["role"]): Scope {
  return { principal: person(subject, role), programme, reach: "programme", unitIds: [] };
}

/** 50 units, 200 use cases, five pools and an approved policy, made by the verbs. Idempotent. */
export async function makeProgramme(database: Database): Promise<Programme> {
  const administrator = person("bench-admin", "ADMIN");
  const programme = await database.withInstallation(administrator, (tx) => createProgramme(createProgrammePorts(tx, administrator, recordAudit), PROGRAMME));
  await database.withTenant(scopeOf(programme, "bench-admin", "ADMIN"), async (tx) => {
    for (const code of UNITS) await createBusinessUnit(createBusinessUnitPorts(tx, recordAudit), { code, name: `Business ${code}`, costCentre: `CC-${code.slice(-2)}`, chargebackMode: "CHARGEBACK" });
    for (const code of USE_CASES) await createUseCase(createUseCasePorts(tx, recordAudit), { code, name: `Use case ${code}`, businessUnit: code.slice(0, 7) });
  });
  await database.withTenant(scopeOf(programme, "bench-finance", "FINANCE"), async (tx) => {
    for (const code of POOLS) await createCostPool(createCostPoolPorts(tx, recordAudit), { code, name: `Pool ${code}`, kind: "OTHER" });
  });
  const policy = await database.withTenant(scopeOf(programme, "bench-finance", "FINANCE"), (tx) => proposePolicy(proposePolicyPorts(tx, recordAudit), POLICY, "bench-policy"));
  await database.withTenant(scopeOf(programme, "bench-controller", "FINANCE"), (tx) => approvePolicy(approvePolicyPorts(tx, recordAudit), policy.version));
  return programme;
}

/** Books 10,000.00 and some cents on each pool of a period. */
export async function bookCosts(database: Database, programme: Programme, period: string): Promise<void> {
  await database.withTenant(scopeOf(programme, "bench-finance", "FINANCE"), async (tx) => {
    for (const [index, pool] of POOLS.entries()) {
      await bookCost(bookCostPorts(tx, recordAudit), { pool, period, amount: `${10_000 + index}.0${index}`, currency: PROGRAMME.currency, externalId: `${pool}-${period}` });
    }
  });
}
