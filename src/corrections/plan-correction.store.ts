import { Refusal, invariant } from "../kernel/refusal";
import { UseCase } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { backfillStore } from "./backfill.store";
import { Correction } from "./correction";
import { CorrectionRequest } from "./correction-input";
import { UsageEventPatch } from "./patch";
import { PlannedLeg } from "./plan";
import { planAttribution } from "./plan-attribution.store";
import { planBackfill } from "./plan-backfill.store";
import { planAmend, planVoid } from "./plan-rows.store";
import { PlannedChange } from "./planned-change";
import { countingLegs, selectLegs } from "./select-legs.query";

/** Works a request out on the usage as it is; its legs are held until the transaction ends. */
export async function planCorrection(tx: TenantTransaction, request: CorrectionRequest, nowMs: number): Promise<PlannedChange> {
  switch (request.kind) {
    case "VOID":
      return planVoid(tx, await selectLegs(tx, request.selection));
    case "AMEND":
      return planAmend(tx, await selectLegs(tx, request.selection), request.patch, nowMs);
    case "ATTRIBUTE": {
      const useCase = await requireUseCase(tx, request.useCase);
      return planAttribution(tx, await selectLegs(tx, request.selection), useCase);
    }
    case "BACKFILL": {
      const backfill = await backfillStore(tx).findBackfill(request.backfill);
      if (!backfill) throw new Refusal("NOT_FOUND", `There is no batch ${request.backfill.slice(0, 64)}. Fill it with addToBackfill.`, ["backfill"]);
      return planBackfill(tx, backfill, nowMs, null);
    }
  }
}

/** Works a proposed correction out anew, on its own legs as they are now. */
export async function replanCorrection(tx: TenantTransaction, correction: Correction, legs: readonly PlannedLeg[], nowMs: number): Promise<PlannedChange> {
  const legKeys = legs.map(({ legKey }) => legKey);
  const standing = correction.kind === "BACKFILL" ? [] : await countingLegs(tx, legKeys);
  switch (correction.kind) {
    case "VOID":
      return planVoid(tx, standing);
    case "AMEND":
      return planAmend(tx, standing, correction.patch as UsageEventPatch, nowMs);
    case "ATTRIBUTE":
      return planAttribution(tx, standing, await useCaseOf(tx, correction.useCaseId!));
    case "BACKFILL": {
      const backfill = await backfillStore(tx).findBackfill(correction.backfill!);
      invariant(backfill, "a correction without its batch");
      return planBackfill(tx, backfill, nowMs, new Set(legKeys));
    }
  }
}

async function requireUseCase(tx: TenantTransaction, code: string): Promise<UseCase> {
  const found = await tenancyStore(tx).findUseCase(code);
  if (!found) throw new Refusal("NOT_FOUND", `There is no use case ${code.slice(0, 64)}.`, ["useCase"]);
  return found.useCase;
}

async function useCaseOf(tx: TenantTransaction, id: string): Promise<UseCase> {
  const [found] = await tx.query<UseCase>("select id, code, name from tenancy.use_case where programme_id = $1 and id = $2", [tx.scope.programme.id, id]);
  invariant(found, "a correction without its use case");
  return found;
}
