import DataLoader from "dataloader";
import { Fraction } from "../kernel/fraction";
import { Page, PageRequest } from "../kernel/paging";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { LineOfRun, RatedCall, listRatedCalls, sumOfRatedCalls } from "./rated-calls.query";

/** What is behind the lines of one answer. */
export interface RatedCallsLoader {
  list(of: LineOfRun, page: PageRequest): Promise<Page<RatedCall>>;
  sum(of: LineOfRun): Promise<Fraction>;
}

/**
 * Reads what is behind the lines of one answer, line after line in one transaction: a hundred lines want one connection and
 * not a hundred.
 */
export function ratedCallsLoader(context: RequestContext): RatedCallsLoader {
  const oneByOne = <Asked, Found>(read: (tx: TenantTransaction, asked: Asked) => Promise<Found>): DataLoader<Asked, Found> =>
    new DataLoader(async (all: readonly Asked[]) => context.withTenant(async (tx) => {
      const found: Found[] = [];
      for (const asked of all) found.push(await read(tx, asked));
      return found;
    }), { cache: false });
  const pages = oneByOne<{ readonly of: LineOfRun; readonly page: PageRequest }, Page<RatedCall>>((tx, { of, page }) => listRatedCalls(tx, of, page));
  const sums = oneByOne<LineOfRun, Fraction>(sumOfRatedCalls);
  return { list: (of, page) => pages.load({ of, page }), sum: (of) => sums.load(of) };
}
