import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { Statement } from "../chargeback";
import { StoredFile, filesOf, statementsOf } from "./journal.query";
import { outdatedJournals } from "./outdated-journals.query";

type Load<V> = (tx: TenantTransaction, keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

const by = <V>(name: string, load: Load<V>) => async (context: RequestContext, key: string): Promise<V | null> => (await context.loader<V>(name, load)).load(key);

/** The files of a journal, by profile. */
export const loadFiles = by<StoredFile[]>("JournalFiles", filesOf);
/** Whether there is something else to post than a journal posts; null for a reversal. */
export const loadOutdated = by<boolean>("OutdatedJournals", outdatedJournals);
/** The statements that a journal posts, by code of the unit. */
export const loadPostedStatements = by<Statement[]>("PostedStatements", statementsOf);
