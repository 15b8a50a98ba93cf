import { randomUUID } from "node:crypto";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal, invariant } from "../../kernel/refusal";
import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { Scope, programmeCurrency } from "../../tenancy";
import { Database, TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { StaleDrafts } from "../adjustment.store";
import { chargedUntil, holdLateFacts, monthsWithLateFacts } from "../late-months.query";
import { proveStatements } from "../statement-faults.query";
import { linesOf, newestStatements } from "../statement.query";
import { statementStore } from "../statement.store";
import { RequestRestatementPorts, RestatePeriodPorts, requireClosed, requireRestatable, restatePeriod } from "./restate-period";
import { restateStatements } from "./restate-statements";
import { changedCells } from "./restatement";
import { draftRestatement, restatementStore } from "./restatement.store";

const WRITE_TIMEOUT_MS = 600_000;

/** What the verbs of a request need, over one transaction. */
export function requestRestatementPorts(tx: TenantTransaction, record: RecordAudit): RequestRestatementPorts {
  return {
    ...restatementStore(tx),
    subject: tx.scope.principal.subject,
    lockPeriod: periodStore(tx).lockAlone,
    hasLateFacts: async (period) => (await monthsWithLateFacts(tx, { only: period })).length > 0,
    audit: (action, period, reason) => record(tx, { action, subjectKind: "Period", subjectKey: period, reason }),
  };
}

/**
 * Restates a month. It is worked out first, so that it is held no longer than writing takes; what comes later still is left to
 * the next version.
 */
export async function runRestatePeriod(database: Database, scope: Scope, record: RecordAudit, input: { readonly period: string }): Promise<number> {
  const key = requirePeriodKey(input.period);
  await database.withTenant(scope, async (tx) => {
    const period = await periodStore(tx).find(key);
    if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
    requireClosed(period);
    requireRestatable(await restatementStore(tx).newestRequest(key), key, scope.principal.subject);
  });
  for (;;) {
    const draft = await draftRestatement(database, scope, key);
    if (!draft) throw new Refusal("CONFLICT", `What came for ${key} has been charged since it was asked for: there is nothing left to restate. Take the request back with withdrawRestatement.`, ["period"]);
    try {
      return await database.withTenant(scope, (tx) => restatePeriod(restatePeriodPorts(tx, record), draft), { statementTimeoutMs: WRITE_TIMEOUT_MS });
    } catch (error) {
      // A month closed in between and charged the same facts.
      if (!(error instanceof StaleDrafts)) throw error;
    }
  }
}

function restatePeriodPorts(tx: TenantTransaction, record: RecordAudit): RestatePeriodPorts {
  const store = restatementStore(tx);
  return {
    ...store,
    subject: tx.scope.principal.subject,
    lockPeriod: periodStore(tx).lockAlone,
    requireFresh: async (draft) => {
      await holdLateFacts(tx);
      if ((await chargedUntil(tx, draft.period))?.getTime() !== draft.lateFrom.getTime()) throw new StaleDrafts();
    },
    newestVersion: async (period: Period) => {
      invariant(period.hash !== null, "a closed period without its hash");
      return (await store.newestVersion(period.key)) ?? { version: 1, hash: period.hash };
    },
    restateStatements: async (draft, version, reason) => {
      const newest = await newestStatements(tx, draft.period);
      if (newest.length === 0) return 0;
      const statements = statementStore(tx);
      const ports = {
        currency: programmeCurrency(tx.scope.programme), newId: randomUUID,
        linesOf: async ({ id }: { readonly id: string }) => (await linesOf(tx, [id])).get(id) ?? [],
        findUnit: async (code: string) => {
          const [unit] = await tenancyStore(tx).findBusinessUnits([code]);
          invariant(unit, "a restatement of a unit that is not there");
          return unit;
        },
      };
      const restated = await restateStatements(ports, newest, draft, draft.period, version);
      await statements.saveDrafts(restated.map((each) => each.draft));
      await statements.addEvents(restated.flatMap(({ before, draft: { id }, status }) => [
        ...(before ? [{ statementId: before.id, status: "SUPERSEDED" as const, reason }] : []), { statementId: id, status, reason },
      ]));
      await proveStatements(tx, draft.period);
      return restated.length;
    },
    audit: (draft, { period, version, previousHash }, hash, request, statements) =>
      record(tx, {
        action: "restatePeriod", subjectKind: "Period", subjectKey: period, reason: request.reason, before: { version: version - 1, hash: previousHash },
        after: { version, hash, requestedBy: request.by, lateEvents: draft.lateEvents, lateCostEntries: draft.lateCostEntries, changedCells: changedCells(draft).length, statements },
      }),
  };
}
