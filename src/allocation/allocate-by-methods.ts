import { compareCodes } from "../kernel/apportion";
import { Fraction, ZERO, fraction, scale, truncate } from "../kernel/fraction";
import { groupBy } from "../kernel/group-by";
import { invariant } from "../kernel/refusal";
import type { AllocatedPool, AllocationFacts } from "./allocate";
import { Line, Share } from "./divide-pool";
import { basePerUnit } from "./driver";
import { ChainLink, FactPoolResult, divideFacts } from "./methods/divide-facts";
import { PreparedFacts, asNotReady, prepareMethods } from "./method-facts";
import { splitUnit } from "./split-unit";

/** How a pool was divided by its methods: its place in the sequence and what went between pools, in minor units. */
export interface PoolByMethods {
  readonly step: number;
  readonly receivedMinor: bigint;
  readonly passedMinor: bigint;
  /** The part of what is unallocated that stated rates did not recover (above zero) or recovered beyond the pool. */
  readonly varianceMinor: bigint;
  /** Every flow out of the pool, exact. */
  readonly links: readonly PoolLink[];
}

/** A flow with its driver in the words of the policy. Quantities are in the driver's own unit. */
export interface PoolLink extends Omit<ChainLink, "step" | "pool"> {
  readonly toPool: boolean;
  /** The driver's name beside the one that it is divided by. */
  readonly driverName: string | null;
}

/** Divides the pools of a period by their methods, in the sequence of the policy. */
export function allocateByMethods(facts: AllocationFacts): AllocatedPool[] {
  try {
    const prepared = prepareMethods(facts);
    const { pools, chain } = divideFacts(prepared.facts);
    const [byPool, byStep] = [groupBy(chain, ({ pool }) => pool), groupBy(chain, ({ step }) => step)];
    return [...pools].sort((a, b) => compareCodes(a.pool, b.pool)).map((pool) => toAllocated(pool, byPool.get(pool.pool) ?? [], byStep.get(pool.step) ?? [], prepared, facts));
  } catch (error) {
    throw asNotReady(error);
  }
}

/** `circle` is all links of the pool's step: where pools are solved at once, its own cost ends where they lead together. */
function toAllocated(pool: FactPoolResult, own: readonly ChainLink[], circle: readonly ChainLink[], prepared: PreparedFacts, facts: AllocationFacts): AllocatedPool {
  const to = groupBy(circle, (link) => link.to);
  const base = pool.amountMinor + pool.receivedMinor;
  const ofBase = base === 0n ? ZERO : fraction(1n, base);
  const unitShares: Share[] = [];
  const lines: Line[] = [];
  for (const { receiver, amountMinor, posted } of pool.lines) {
    if (amountMinor === 0n && posted.numerator === 0n) continue;
    const links = to.get(receiver) ?? [];
    const single = circle.length === own.length ? singleDriver(links, prepared) : null;
    const share = (exact: Fraction): Pick<Share, "share" | "adjustmentMinor"> & { byMethods: NonNullable<Share["byMethods"]> } => ({
      share: scale(exact, ofBase), adjustmentMinor: 0n, byMethods: { exact, driver: single?.name ?? null, hasShare: base !== 0n },
    });
    const driverFigures = { driverQuantity: single?.quantity ?? ZERO, driverTotal: single?.total ?? ZERO };
    unitShares.push({ part: 0, businessUnit: receiver, ...driverFigures, ...share(posted), amountMinor, adjustmentMinor: amountMinor - truncate(posted) });
    for (const each of splitUnit(receiver, amountMinor, posted, links, prepared, facts)) {
      const known = single !== null && each.splitDriver === single.name && each.splitQuantity !== null;
      const figures = share(each.exact);
      lines.push({
        part: 0, businessUnit: receiver, useCase: each.useCase, channel: "", ...figures,
        driverQuantity: known ? each.splitQuantity! : ZERO, driverTotal: driverFigures.driverTotal,
        amountMinor: each.amountMinor, adjustmentMinor: each.amountMinor - truncate(each.exact),
        byMethods: { ...figures.byMethods, driver: known ? single.name : null, split: each },
      });
    }
  }
  const allocatedMinor = lines.reduce((sum, line) => sum + line.amountMinor, 0n);
  const unallocatedMinor = pool.unallocatedMinor + pool.varianceMinor;
  invariant(allocatedMinor + unallocatedMinor + pool.passedMinor === base, "lines, unallocated, variance and what was passed on do not make the pool");
  return {
    pool: pool.pool, amountMinor: pool.amountMinor, rule: prepared.rules.get(pool.pool) ?? null, lines, unitShares, allocatedMinor, unallocatedMinor,
    unallocatedReason: pool.reasons.length > 0 ? pool.reasons.join(" ") : null,
    byMethods: { step: pool.step, receivedMinor: pool.receivedMinor, passedMinor: pool.passedMinor, varianceMinor: pool.varianceMinor, links: own.map((link) => toLink(link, prepared)) },
  };
}

function toLink({ to, part, leg, driver, quantity, total, share, rate, amount }: ChainLink, prepared: PreparedFacts): PoolLink {
  return { to, part, leg, driver, quantity, total, share, rate, amount, toPool: prepared.isPool(to), driverName: driver === null ? null : (prepared.drivers.get(driver)?.name ?? driver) };
}

/** The driver that alone says what a unit bears of a pool, in base units; null for anything more involved. */
function singleDriver(links: readonly ChainLink[], prepared: PreparedFacts): { name: string; quantity: Fraction; total: Fraction } | null {
  const [link] = links;
  if (links.length !== 1 || !link?.driver || !link.quantity || !link.total) return null;
  const driver = prepared.drivers.get(link.driver);
  if (!driver || prepared.rules.get(link.pool)?.parts[link.part!]?.method === "TIERS") return null;
  const base = fraction(basePerUnit(driver.name));
  return { name: driver.name, quantity: scale(link.quantity, base), total: scale(link.total, base) };
}
