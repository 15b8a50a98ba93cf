import { approvePolicy, proposePolicy } from "../src/allocation";
import { approvePolicyPorts, proposePolicyPorts } from "../src/allocation/allocation-ports.store";
import { runStore } from "../src/allocation/run.store";
import { createCostPool } from "../src/costs";
import { createCostPoolPorts } from "../src/costs/costs-ports.store";
import { Refusal } from "../src/kernel/refusal";
import { usageByGroup } from "../src/metering/questions/usage.query";
import { resolveUsageWhere } from "../src/metering/questions/usage-where.query";
import { registerSource } from "../src/metering";
import { registerSourcePorts } from "../src/metering/sources/sources-ports.store";
import { Programme, createBusinessUnit, createProgramme, createUseCase } from "../src/tenancy";
import { createBusinessUnitPorts, createProgrammePorts, createUseCasePorts } from "../src/tenancy/tenancy-ports.store";
import { programmeStore } from "../src/tenancy/tenancy.store";
import { tellCases } from "./demo-cases";
import { agreeOnBenefits } from "./demo-benefits";
import { tellMonth } from "./demo-closing";
import { DEMO_POOLS, demoPolicies } from "./demo-finance";
import { agreeOnProfit } from "./demo-profit";
import { DEMO_OPEN_PERIOD, DEMO_PERIODS, DEMO_PROGRAMME, DEMO_SCALES, DEMO_SOURCE_REGISTRATION, DEMO_UNITS, DEMO_USE_CASES, DemoScale } from "./demo-programme";
import { DEMO_CONTROLLER, DEMO_FINANCE, DemoStage, StageOptions, demoPerson, demoStage } from "./demo-stage";

/** What stands when the demo is built. */
export interface BuiltDemo {
  readonly programme: string;
  readonly scale: DemoScale;
  /** Legs that count, in all months together. */
  readonly legs: number;
}

/**
 * Builds the demo programme through the verbs that everybody else uses, month by month as it would have come about. Each
 * step is idempotent: begun and broken off, it is finished by the next start; built, it is left alone. CONFLICT when
 * another programme has its code, or when it was begun at another scale.
 */
export async function seedDemo(options: StageOptions): Promise<BuiltDemo> {
  const stage = await setUp(options);
  const isBuilt = (await stage.as(DEMO_FINANCE, (tx) => runStore(tx).latestRun(DEMO_OPEN_PERIOD))) !== null;
  if (!isBuilt) {
    // Only while it is built: what was registered anew since stays.
    await stage.as(DEMO_FINANCE, (tx) => registerSource(registerSourcePorts(tx, stage.record, stage.clock), DEMO_SOURCE_REGISTRATION));
    await agreeOnPolicies(stage);
    await agreeOnBenefits(stage);
    await agreeOnProfit(stage);
    for (const [index, period] of DEMO_PERIODS.entries()) {
      await tellCases(stage, period);
      await tellMonth(stage, period, DEMO_PERIODS[index - 1]);
    }
  }
  const [total] = await stage.as(DEMO_FINANCE, async (tx) => usageByGroup(tx, await resolveUsageWhere(tx, {}), [], { contacts: false, onlyGroups: false }));
  return { programme: DEMO_PROGRAMME.code, scale: stage.scale, legs: total?.legs ?? 0 };
}

/** The scale at which the demo was begun here; null when it was not. */
export async function demoScaleFound({ database }: Pick<StageOptions, "database">): Promise<DemoScale | null> {
  const found = await database.withInstallation("authentication", (tx) => programmeStore(tx).findProgramme(DEMO_PROGRAMME.code));
  if (!found) return null;
  const scale = (Object.keys(DEMO_SCALES) as DemoScale[]).find((each) => DEMO_SCALES[each].name === found.name);
  if (scale) return scale;
  throw new Refusal("CONFLICT", `A programme with the code ${DEMO_PROGRAMME.code} stands here that is not the demo. Start with APPORTION_DEMO=off, or with another APPORTION_DATA_DIR.`);
}

/** The programme with its units, use cases and pools. */
async function setUp(options: StageOptions): Promise<DemoStage> {
  const { database, record, scale } = options;
  const begun = await demoScaleFound(options);
  if (begun !== null && begun !== scale) throw new Refusal("CONFLICT", `The demo stands here at scale ${begun}. Keep that, or use another APPORTION_DATA_DIR for scale ${scale}.`);
  const administrator = demoPerson("demo-admin", "ADMIN");
  const programme: Programme = await database.withInstallation(administrator, (tx) => createProgramme(createProgrammePorts(tx, administrator, record), { ...DEMO_PROGRAMME, name: DEMO_SCALES[scale].name }));
  const unitIds = await database.withTenant({ principal: administrator, programme, reach: "programme", unitIds: [] }, async (tx) => {
    const ids = new Map<string, string>();
    for (const unit of DEMO_UNITS) ids.set(unit.code, (await createBusinessUnit(createBusinessUnitPorts(tx, record), unit)).id);
    for (const { code, name, businessUnit } of DEMO_USE_CASES) await createUseCase(createUseCasePorts(tx, record), { code, name, businessUnit });
    return ids;
  });
  const stage = demoStage(options, programme, unitIds);
  await stage.as(DEMO_FINANCE, async (tx) => {
    for (const pool of DEMO_POOLS) await createCostPool(createCostPoolPorts(tx, record), pool);
  });
  return stage;
}

async function agreeOnPolicies(stage: DemoStage): Promise<void> {
  for (const policy of demoPolicies(stage.scale)) {
    const { version } = await stage.as(DEMO_FINANCE, (tx) => proposePolicy(proposePolicyPorts(tx, stage.record), policy, `demo-policy-${policy.effectiveFrom}`));
    await stage.as(DEMO_CONTROLLER, (tx) => approvePolicy(approvePolicyPorts(tx, stage.record), version));
  }
}
