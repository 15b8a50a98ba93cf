import { CREATE_POOL, CREATE_UNIT, CREATE_USE_CASE } from "../support/two-programmes";
import { must } from "../support/builders";
import { Rule, Setting } from "./model";
import { Proof } from "./report";
import { openScratchCluster } from "./scratch-cluster";
import { compare } from "./simulation-compare";
import { randomOf, settingOf } from "./simulation-plan";
import { Steps } from "./simulation-steps";
import { World } from "./simulation-world";

/** Four to seven minutes on two cores. */
const ROUNDS = 80;
const TOLD_EVERY = 10;

/** What a seed came to: the steps that it took, by kind of verdict, and the first difference, if there was one. */
export interface Life { readonly steps: number; readonly verdicts: Record<string, number>; readonly difference: string | null }

/**
 * Plays programmes out of seeds, step by step, on a product with an injected clock and chance, and beside them on a model.
 * After each step everything that can be seen of the programme must be what the model says.
 */
export const proveSimulation: Proof = async ({ seed, rounds }, report) => {
  const cluster = await openScratchCluster();
  const verdicts: Record<string, number> = {};
  let steps = 0, lives = 0;
  const differences: string[] = [];
  try {
    const world = await World.open(() => 0.5);
    try {
      for (const wanted = rounds ?? ROUNDS; lives < wanted && differences.length === 0; lives += 1) {
        const life = await live(world, seed + lives);
        steps += life.steps;
        for (const [verdict, count] of Object.entries(life.verdicts)) verdicts[verdict] = (verdicts[verdict] ?? 0) + count;
        if (life.difference !== null) differences.push(life.difference);
        if ((lives + 1) % TOLD_EVERY === 0) report.progress(`${lives + 1} of ${wanted} seeds, ${steps} steps`);
      }
    } finally {
      await world.close();
    }
  } finally {
    await cluster.close();
  }
  report.figure("seeds", lives, "seeds", { atLeast: 1 });
  report.figure("steps", steps, "steps", { atLeast: 1 }, { verdicts });
  report.none("differences", differences);
};

/** Plays one seed to its end or to the first difference. */
export async function live(world: World, seed: number): Promise<Life> {
  const random = randomOf(seed);
  const setting = settingOf(seed, random);
  world.base.clock.set(`${setting.months[0]!}-${String(3 + random(25)).padStart(2, "0")}T10:00:00.000Z`);
  await build(world, setting);
  const steps = new Steps(world, setting, random);
  const verdicts: Record<string, number> = {};
  const wanted = 20 + random(41);
  for (let number = 1; number <= wanted; number += 1) {
    const at = (message: string): Life => ({ steps: number, verdicts, difference: `--seed ${seed} --rounds 1, step ${number}: ${message}` });
    try {
      const { name, product, model } = await steps.next();
      const kind = `${name.split(" ")[0]!} ${model.split(" ")[0]!.split(",")[0]!}`.trim();
      verdicts[kind] = (verdicts[kind] ?? 0) + 1;
      if (product !== model) return at(`${name}\n  product ${product}\n  model   ${model}`);
      const difference = await compare(world, steps.token("FINANCE", "reader"), steps.facts, steps.months, steps.lineIds);
      if (difference) return at(`after ${name}: ${difference.what}\n  product ${JSON.stringify(difference.product)}\n  model   ${JSON.stringify(difference.model)}`);
    } catch (error) {
      return at(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }
  return { steps: wanted, verdicts, difference: null };
}

async function build(world: World, setting: Setting): Promise<void> {
  const { programme, currency, timeZone } = setting;
  const as = (role: "ADMIN" | "FINANCE", subject?: string) => world.base.as(role, { programme, ...(subject === undefined ? {} : { subject }) });
  await must(world.base.as("ADMIN", { programme: null }), "mutation($input: CreateProgrammeInput!) { createProgramme(input: $input) { userErrors { code message } } }", { input: { code: programme, name: "Simulated", currency, timeZone } });
  for (const code of setting.units) await must(as("ADMIN"), CREATE_UNIT, { input: { code, name: code } });
  for (const [code, businessUnit] of setting.unitOf) await must(as("ADMIN"), CREATE_USE_CASE, { input: { code, name: code, businessUnit } });
  for (const code of setting.sharedPools) await must(as("FINANCE"), CREATE_POOL, { input: { code, name: code, kind: "TELEPHONY" } });
  await must(as("FINANCE"), CREATE_POOL, { input: { code: setting.directPool, name: "Direct", kind: "DIRECT" } });
  for (const { from, version, rules } of setting.policies) {
    await must(as("FINANCE"), "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { userErrors { code message } } }", { input: { effectiveFrom: from, rules: rules.map(ruleInput) } });
    await must(as("FINANCE", "second-person"), "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { userErrors { code message } } }", { input: { version } });
  }
}

const ruleInput = ({ pool, parts, zeroDriver }: Rule) => ({ pool, zeroDriver, parts: parts.map(({ driver, percent }) => ({ driver, fraction: percent === 100 ? "1" : `0.${String(percent).padStart(2, "0")}` })) });
