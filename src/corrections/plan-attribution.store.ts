import { periodStore } from "../governance/period.store";
import { Refusal } from "../kernel/refusal";
import { UseCase } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { Applied, PlannedChange } from "./planned-change";
import { CountingLeg } from "./select-legs.query";
import { attributeLegs } from "./stand-in.store";

/** ATTRIBUTE: the legs count under a use case and the unit that owned it when they ended, their later revisions too. CONFLICT when all stand there. */
export function planAttribution(tx: TenantTransaction, legs: readonly CountingLeg[], useCase: UseCase): PlannedChange {
  const moving = legs.filter((leg) => leg.useCaseId !== useCase.id);
  if (moving.length === 0) throw new Refusal("CONFLICT", `Every one of these legs stands under ${useCase.code} already: there is nothing to move.`, ["useCase"]);
  return {
    content: { useCase: useCase.code }, unchanged: legs.length - moving.length, leftOut: [],
    legs: moving.map(({ legKey, eventKey, overrideUseCaseId }) => ({ legKey, eventKey, useCaseBefore: overrideUseCaseId })),
    apply: async (): Promise<Applied> => {
      const periods = [...new Set(moving.map(({ periodKey }) => periodKey))].sort();
      await periodStore(tx).hold(periods);
      return { rows: await attributeLegs(tx, moving.map(({ legKey }) => ({ legKey, useCaseId: useCase.id })), "ATTRIBUTION"), periods };
    },
  };
}
