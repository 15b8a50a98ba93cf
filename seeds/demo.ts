import { allocatePeriod, approvePolicy, proposePolicy } from "../src/allocation";
import { allocatePeriodPorts, approvePolicyPorts, proposePolicyPorts } from "../src/allocation/allocation-ports.store";
import { bookCost, createCostPool } from "../src/costs";
import { bookCostPorts, createCostPoolPorts } from "../src/costs/costs-ports.store";
import { readBatch, reportUsage } from "../src/metering";
import { usageStore } from "../src/metering/usage.store";
import { Principal, Scope, createBusinessUnit, createProgramme, createUseCase } from "../src/tenancy";
import { Database } from "../src/tenancy/database.store";
import { RecordAudit } from "../src/tenancy/request-context";
import { createBusinessUnitPorts, createProgrammePorts, createUseCasePorts } from "../src/tenancy/tenancy-ports.store";
import { DEMO_COSTS, DEMO_PERIODS, DEMO_POLICY, DEMO_POOLS, DEMO_PROGRAMME, DEMO_SOURCE, DEMO_UNITS, DEMO_USE_CASES } from "./demo-programme";
import { demoUsage } from "./demo-usage";

const BATCH = 1_000;

const person = (subject: string, role: Principal["role"]): Principal => ({ subject, role, programme: DEMO_PROGRAMME.code, businessUnits: [] });

/**
 * Builds the demo programme through the verbs that everybody else uses. Each step is idempotent: begun and broken off,
 * it is finished by the next start. Answers how many events there are.
 */
export async function seedDemo(database: Database, record: RecordAudit, nowMs: number): Promise<number> {
  const administrator = person("demo-admin", "ADMIN");
  const programme = await database.withInstallation(administrator, (tx) => createProgramme(createProgrammePorts(tx, administrator, record), DEMO_PROGRAMME));
  const as = (subject: string, role: Principal["role"]): Scope => ({ principal: person(subject, role), programme, reach: "programme", unitIds: [] });
  await database.withTenant(as("demo-admin", "ADMIN"), async (tx) => {
    for (const unit of DEMO_UNITS) await createBusinessUnit(createBusinessUnitPorts(tx, record), unit);
    for (const { code, name, businessUnit } of DEMO_USE_CASES) await createUseCase(createUseCasePorts(tx, record), { code, name, businessUnit });
  });
  const events = await pushUsage(database, as("demo-integration", "INTEGRATION"), nowMs);
  await database.withTenant(as("demo-finance", "FINANCE"), async (tx) => {
    for (const pool of DEMO_POOLS) await createCostPool(createCostPoolPorts(tx, record), pool);
    for (const cost of DEMO_COSTS) await bookCost(bookCostPorts(tx, record), cost);
  });
  const policy = await database.withTenant(as("demo-finance", "FINANCE"), (tx) => proposePolicy(proposePolicyPorts(tx, record), DEMO_POLICY, "demo-policy"));
  await database.withTenant(as("demo-controller", "FINANCE"), (tx) => approvePolicy(approvePolicyPorts(tx, record), policy.version));
  for (const period of DEMO_PERIODS) await database.withTenant(as("demo-finance", "FINANCE"), (tx) => allocatePeriod(allocatePeriodPorts(tx, record), { period }));
  return events;
}

async function pushUsage(database: Database, scope: Scope, nowMs: number): Promise<number> {
  let batch: unknown[] = [];
  let sent = 0;
  const push = async (): Promise<void> => {
    const read = readBatch({ source: DEMO_SOURCE, events: batch }, nowMs);
    await database.withTenant(scope, (tx) => reportUsage(usageStore(tx), read));
    sent += batch.length;
    batch = [];
  };
  for (const event of demoUsage()) {
    batch.push(event);
    if (batch.length === BATCH) await push();
  }
  if (batch.length > 0) await push();
  return sent;
}
