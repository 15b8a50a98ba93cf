import { isClosed } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { parentsAt } from "../../tenancy/hierarchy.store";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { FiguresView } from "../statement";
import { statementsAsOf, totalsByKind } from "../statement.query";
import { RolledUpUnit, membersBelow, requireAllVisible, rollUp } from "./roll-up";

/**
 * What a unit and everything below it are charged for a closed month. Who stands below whom is as of the month's end, which no
 * later move changes. Null for a unit that is not the caller's and for a month that is not closed; FORBIDDEN when the caller may
 * not see all of the units.
 */
export async function rolledUpStatements(tx: TenantTransaction, businessUnit: string, period: string, view: FiguresView, asOf: Date | null): Promise<RolledUpUnit[] | null> {
  const [unit, found] = [await tenancyStore(tx).findBusinessUnit(businessUnit), await periodStore(tx).find(period)];
  if (!unit || !found || !isClosed(found)) return null;
  // Who stands where is the programme's; it serves here to find out what is asked for, and goes no further.
  await tx.setReach("programme");
  const parents = await parentsAt(tx, found.to);
  await tx.setReach(tx.scope.reach);
  const members = membersBelow(unit.code, parents);
  const codes = members.map((member) => member.businessUnit);
  requireAllVisible(unit.code, members, new Set((await tenancyStore(tx).unitIds(codes)).keys()));
  const statements = await statementsAsOf(tx, codes, period, view, asOf);
  return rollUp(members, new Map(statements.map((each) => [each.businessUnit, each])), await totalsByKind(tx, statements.map(({ id }) => id)));
}
