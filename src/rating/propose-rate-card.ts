import { Canonical } from "../kernel/canonical";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { CostPool, isShared } from "../costs";
import { RateCard, RateCardDocument, isFee } from "./rate-card";
import { requireFits } from "./rate-card-dates";
import { RateCardInput, readRateCard } from "./read-rate-card";

export interface ProposeRateCardPorts {
  findPools(codes: readonly string[]): Promise<readonly CostPool[]>;
  /** Approved cards of a vendor's component; other proposals and approvals wait until this transaction ends. */
  approvedCards(vendor: string, component: string): Promise<readonly RateCard[]>;
  findByIdempotencyKey(key: string): Promise<RateCard | null>;
  /** Stores the document under the next version number. */
  saveCard(document: RateCardDocument, documentHash: string, idempotencyKey: string | null): Promise<RateCard>;
  audit(card: RateCard): Promise<void>;
}

export function hashOfCard(document: RateCardDocument): string {
  return hashOf(document as unknown as Canonical);
}

/** Refuses a card whose pools do not exist or are of the wrong kind. */
export async function requireKnownPools(ports: Pick<ProposeRateCardPorts, "findPools">, card: RateCardDocument): Promise<void> {
  const pools = new Map((await ports.findPools([card.pool, ...(card.commitmentPool === null ? [] : [card.commitmentPool])])).map((pool) => [pool.code, pool]));
  const find = (code: string, field: string): CostPool => {
    const pool = pools.get(code);
    if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${code}. Make it with createCostPool.`, [field]);
    return pool;
  };
  const { kind } = find(card.pool, "pool");
  if (!isFee(card.unit) && kind !== "DIRECT") throw new Refusal("BAD_USER_INPUT", `${card.pool} is ${kind}: usage goes to the use case that caused it, on a DIRECT pool.`, ["pool"]);
  if (isFee(card.unit) && !isShared(kind)) throw new Refusal("BAD_USER_INPUT", `${card.pool} is ${kind}: no single call causes a charge per ${card.unit}, it goes to a shared pool.`, ["pool"]);
  if (card.commitmentPool !== null && find(card.commitmentPool, "commitmentPool").kind !== "UNUSED_COMMITMENT") {
    throw new Refusal("BAD_USER_INPUT", `${card.commitmentPool} is no pool of kind UNUSED_COMMITMENT: what a commitment leaves over is never direct usage. Make one with createCostPool.`, ["commitmentPool"]);
  }
}

/** Proposes a card; it takes effect when a second person approves it. Overlaps and gaps are CONFLICT. */
export async function proposeRateCard(ports: ProposeRateCardPorts, input: RateCardInput, idempotencyKey: string | null): Promise<RateCard> {
  const document = readRateCard(input);
  const documentHash = hashOfCard(document);
  if (idempotencyKey !== null) {
    const existing = await ports.findByIdempotencyKey(idempotencyKey);
    if (existing && existing.documentHash === documentHash) return existing;
    if (existing) throw new Refusal("CONFLICT", "This idempotencyKey was used for another card. Choose a new key.", ["idempotencyKey"]);
  }
  await requireKnownPools(ports, document);
  requireFits(document, await ports.approvedCards(document.vendor, document.component));
  const card = await ports.saveCard(document, documentHash, idempotencyKey);
  await ports.audit(card);
  return card;
}
