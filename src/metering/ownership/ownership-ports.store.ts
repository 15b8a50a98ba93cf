import { Refusal } from "../../kernel/refusal";
import { periodStore } from "../../governance/period.store";
import { ChangeOwnershipPorts, SplitBusinessUnitPorts, createBusinessUnit } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { changeNote, holdUseCases, ownershipStore } from "../../tenancy/ownership.store";
import { RecordAudit } from "../../tenancy/request-context";
import { createBusinessUnitPorts } from "../../tenancy/tenancy-ports.store";
import { holdOwnership } from "../../tenancy/tenancy.store";
import { followOwners } from "./follow-owners.store";

/** What a change of owners needs, over one transaction. */
export function changeOwnershipPorts(tx: TenantTransaction, record: RecordAudit): ChangeOwnershipPorts {
  const programmeId = tx.scope.programme.id;
  return {
    ...ownershipStore(tx),
    hold: async (useCaseIds, from) => {
      // In the order in which ingest takes them, and the close after it: use cases, months, owners.
      await holdUseCases(tx, useCaseIds, "alone");
      const months = await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 and ends_at > $2 and status <> 'CLOSED' order by key", [programmeId, from]);
      if (months.length > 0) await periodStore(tx).hold(months.map(({ key }) => key));
      await holdOwnership(tx, "alone");
    },
    requireOpenFrom: async (from) => {
      const [closed] = await tx.query<{ key: string; day: string }>(
        `select key, to_char(ends_at at time zone $3, 'YYYY-MM-DD') as day from governance.period
         where programme_id = $1 and status = 'CLOSED' and ends_at > $2 order by key desc limit 1`,
        [programmeId, from, tx.scope.programme.timeZone],
      );
      if (closed) throw new Refusal("PERIOD_CLOSED", `${closed.key} is closed: who was charged for it stays as it is. The earliest day is ${closed.day}.`, ["effectiveFrom"]);
    },
    followOwners: (useCaseIds, from) => followOwners(tx, useCaseIds, from),
    audit: async (change, moves, subject) => record(tx, await changeNote(tx, change, moves, subject)),
  };
}

/** What `splitBusinessUnit` needs, over one transaction. */
export function splitBusinessUnitPorts(tx: TenantTransaction, record: RecordAudit): SplitBusinessUnitPorts {
  return { ...changeOwnershipPorts(tx, record), createBusinessUnit: (input) => createBusinessUnit(createBusinessUnitPorts(tx, record), input) };
}
