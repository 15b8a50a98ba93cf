import { TenantTransaction } from "../tenancy/database.store";
import { CostEntry } from "./cost-entry";
import { CostPool } from "./cost-pool";
import { CostEntryEntity, CostPoolEntity } from "./costs.entity";

/** Pools and entries of the transaction's programme. */
export function costsStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const pools = tx.manager.getRepository(CostPoolEntity);
  const entries = tx.manager.getRepository(CostEntryEntity);
  return {
    findPool: (code: string): Promise<CostPool | null> => pools.findOneBy({ programmeId, code }),
    findPools: (codes: readonly string[]): Promise<CostPool[]> =>
      tx.query<CostPool>("select id, code, name, kind from costs.cost_pool where programme_id = $1 and code = any($2)", [programmeId, codes]),
    savePool: async (pool: CostPool): Promise<void> => void (await pools.insert({ programmeId, ...pool })),
    findEntry: (externalId: string): Promise<CostEntry | null> => entries.findOneBy({ programmeId, externalId }),
    /** False when the externalId is taken: a retry at the same moment waits here for the first to end. */
    saveEntry: async (entry: CostEntry): Promise<boolean> => {
      const result = await entries.createQueryBuilder().insert().values({ programmeId, ...entry }).orIgnore().returning("id").execute();
      return (result.raw as unknown[]).length > 0;
    },
  };
}
