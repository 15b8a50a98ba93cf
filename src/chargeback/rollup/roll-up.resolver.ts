import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { Currency, toMoney } from "../../kernel/money";
import { invariant } from "../../kernel/refusal";
import { DateTimeScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { BusinessUnitType } from "../../tenancy/tenancy.type";
import { FiguresView } from "../statement";
import { toStatement } from "../statement-view.resolver";
import { FiguresViewEnum } from "../statement.type";
import { KindTotal, chargedAs } from "./roll-up";
import { rolledUpStatements } from "./roll-up.query";
import { StatementKindTotalType, StatementRollUpType } from "./roll-up.type";

@Resolver()
export class StatementRollUpResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => StatementRollUpType, { nullable: true, description: "What a unit and everything below it are charged for a closed month. Null for a unit that is not yours and a month that is not closed. A unit's token must name every unit that is summed: being the parent of one opens nothing (FORBIDDEN)." })
  async statementRollUp(
    @Ctx() context: RequestContext,
    @Arg("businessUnit", () => String, { description: "Code of the unit at the head." }) businessUnit: string,
    @Arg("period", () => PeriodKeyScalar) period: string,
    @Arg("view", () => FiguresViewEnum, { defaultValue: "RESTATED", description: "POSTED leaves out versions that a restatement of the month went into." }) view: FiguresView,
    @Arg("asOf", () => DateTimeScalar, { nullable: true, description: "Versions that were issued before this instant, as they were known then." }) asOf?: Date | null,
  ): Promise<StatementRollUpType | null> {
    const currency = programmeCurrency((await context.scope()).programme);
    return context.withTenant(async (tx) => {
      const units = await rolledUpStatements(tx, businessUnit, period, view, asOf ?? null);
      if (!units) return null;
      const known = new Map((await tenancyStore(tx).findBusinessUnits(units.map((each) => each.businessUnit))).map((unit) => [unit.code, unit]));
      const [head] = units;
      invariant(head, "a roll-up without its head");
      return {
        period, total: toMoney(head.totalMinor, currency), chargeback: toMoney(chargedAs("CHARGEBACK", units), currency), showback: toMoney(chargedAs("SHOWBACK", units), currency), kinds: byKind(head.kinds, currency),
        units: units.map(({ businessUnit: code, parent, depth, statement, own, ownMinor, kinds, totalMinor }) => ({
          businessUnit: known.get(code) as BusinessUnitType, parent, depth, statement: statement && toStatement(statement, currency),
          own: toMoney(ownMinor, currency), ownKinds: byKind(own, currency), total: toMoney(totalMinor, currency), kinds: byKind(kinds, currency),
        })),
      };
    });
  }
}

const byKind = (kinds: readonly KindTotal[], currency: Currency): StatementKindTotalType[] => kinds.map(({ kind, amountMinor }) => ({ kind, amount: toMoney(amountMinor, currency) }));
