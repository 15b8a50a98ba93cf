import { Vault } from "../kernel/vault";
import { SealTally, resealProviderKeys, tallySeals } from "../metering";
import { resealPorts } from "../metering/connections/connections.store";
import { Programme } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { administrator, recordAudit } from "./session";

export interface ProgrammeSeals extends SealTally {
  readonly programme: string;
}

/** Seals the secrets of every programme under the current key, a transaction for each; with `isDryRun` only says what would be done. */
export async function reseal(database: Database, programmes: readonly Programme[], vault: Vault, { subject, isDryRun }: { readonly subject?: string; readonly isDryRun: boolean }): Promise<ProgrammeSeals[]> {
  const seals: ProgrammeSeals[] = [];
  for (const programme of programmes) {
    const scope = { principal: administrator(subject, programme.code), programme, reach: "programme" as const, unitIds: [] };
    const tally = await database.withTenant(scope, async (tx) => {
      const ports = resealPorts(tx, recordAudit);
      return isDryRun ? tallySeals(await ports.sealed(), vault) : resealProviderKeys(ports, vault);
    });
    seals.push({ programme: programme.code, ...tally });
  }
  return seals;
}
