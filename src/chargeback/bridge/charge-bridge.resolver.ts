import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { bridgeShares } from "../../allocation";
import { COMPARISON, ComparedSide, comparedFacts } from "../../allocation/bridge/compared-facts.query";
import { programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { bridgeCharge } from "./charge-bridge";
import { toChargeBridge } from "./charge-bridge-view.type";
import { ChargeBridgeType } from "./charge-bridge.type";
import { UnitCharge, unitCharge } from "./unit-charge.query";

@Resolver()
export class ChargeBridgeResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => ChargeBridgeType, {
    description: "Why did the bill go up? A unit's charge of two months and everything that made the difference, by effect, pool and use case, exact to the minor unit. A unit asks for itself: NOT_FOUND for any other. BAD_USER_INPUT unless `from` is before `to`; NOT_FOUND for a month without facts; NOT_READY for an open month that was never divided.",
  })
  async chargeBridge(
    @Ctx() context: RequestContext,
    @Arg("businessUnit", () => String, { description: "Code of the unit." }) code: string,
    @Arg("from", () => PeriodKeyScalar, { description: "The earlier month." }) from: string,
    @Arg("to", () => PeriodKeyScalar, { description: "The later month." }) to: string,
  ): Promise<ChargeBridgeType> {
    requireOrder(from, to);
    return context.withTenant(async (tx) => {
      const unit = await tenancyStore(tx).findBusinessUnit(code);
      if (!unit) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, ["businessUnit"]);
      // A share hangs on what everybody used, so the facts are read whole; what leaves here are the unit's own lines and totals.
      await tx.setReach("programme");
      const [earlier, later] = [await unitCharge(tx, unit, from, "from"), await unitCharge(tx, unit, to, "to")];
      const compared = await comparedFacts(tx, sideOf(earlier), sideOf(later));
      await tx.setReach(tx.scope.reach);
      const bridge = bridgeCharge(earlier, later, bridgeShares(compared, unit.code));
      return toChargeBridge(tx, unit, earlier, later, bridge, programmeCurrency(tx.scope.programme));
    }, COMPARISON);
  }
}

const sideOf = ({ run, period }: UnitCharge): ComparedSide => (run ? { run } : { run: null, period: period.key });

function requireOrder(from: string, to: string): void {
  requirePeriodKey(from, ["from"]);
  requirePeriodKey(to, ["to"]);
  if (from === to) throw new Refusal("BAD_USER_INPUT", `from and to are both ${from}. Name two months.`, ["to"]);
  if (from > to) throw new Refusal("BAD_USER_INPUT", `from is ${from} and to is ${to}. Name the earlier month as from.`, ["from"]);
}
