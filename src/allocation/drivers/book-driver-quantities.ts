import { Canonical } from "../../kernel/canonical";
import { hashOf } from "../../kernel/hash";
import { Refusal } from "../../kernel/refusal";
import { Period, isClosed } from "../../governance";
import { BookDriverQuantitiesInput, DriverBooking, DriverBookingContent, readDriverBooking } from "./driver-booking";

export interface BookDriverQuantitiesPorts {
  /** Makes the period when it is new and holds its status, so that nobody divides or closes it meanwhile. */
  holdPeriod(key: string): Promise<Period>;
  /** The newest version of a driver's booking for exactly this month. */
  findBooking(driver: string, period: string): Promise<DriverBooking | null>;
  /** Kind and unit that the driver was booked with first; null when it is new. */
  nature(driver: string): Promise<Pick<DriverBooking, "kind" | "unit"> | null>;
  /** Codes of these that exist. */
  findUnitCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  findSharedPoolCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Units and the use cases that they own when the month ends. */
  useCasesOf(period: string): Promise<ReadonlyMap<string, readonly string[]>>;
  saveBooking(content: DriverBookingContent, version: number, payloadHash: string): Promise<DriverBooking>;
  audit(booking: DriverBooking, before: DriverBooking | null): Promise<void>;
}

/**
 * Books all quantities of a driver for a month. The same again answers what is there; other content is the next version,
 * which replaces the one before from the next run on. PERIOD_CLOSED for a closed month.
 */
export async function bookDriverQuantities(ports: BookDriverQuantitiesPorts, input: BookDriverQuantitiesInput): Promise<DriverBooking> {
  const content = readDriverBooking(input);
  if (isClosed(await ports.holdPeriod(content.period))) throw new Refusal("PERIOD_CLOSED", `${content.period} is closed: its figures are final. Book the driver for a month that is open.`, ["period"]);
  const payloadHash = hashOf(content as unknown as Canonical);
  const before = await ports.findBooking(content.driver, content.period);
  if (before?.payloadHash === payloadHash) return before;
  const nature = await ports.nature(content.driver);
  if (nature && (nature.kind !== content.kind || nature.unit !== content.unit)) {
    throw new Refusal("CONFLICT", `${content.driver} is ${nature.kind} in ${nature.unit}: quantities of two kinds do not add up. Book another kind under a code of its own.`, [nature.kind === content.kind ? "unit" : "kind"]);
  }
  await requireKnown(ports, content);
  const saved = await ports.saveBooking(content, (before?.version ?? 0) + 1, payloadHash);
  await ports.audit(saved, before);
  return saved;
}

async function requireKnown(ports: BookDriverQuantitiesPorts, { period, quantities }: DriverBookingContent): Promise<void> {
  const units = await ports.findUnitCodes(quantities.flatMap(({ businessUnit }) => businessUnit ?? []));
  const pools = await ports.findSharedPoolCodes(quantities.flatMap(({ pool }) => pool ?? []));
  const owned = quantities.some(({ useCase }) => useCase !== null) ? await ports.useCasesOf(period) : new Map<string, readonly string[]>();
  quantities.forEach(({ businessUnit, useCase, pool }) => {
    if (businessUnit !== null && !units.has(businessUnit)) throw new Refusal("NOT_FOUND", `There is no business unit ${businessUnit}.`, ["quantities"]);
    if (pool !== null && !pools.has(pool)) throw new Refusal("NOT_FOUND", `There is no shared cost pool ${pool}.`, ["quantities"]);
    if (useCase !== null && !owned.get(businessUnit!)?.includes(useCase)) throw new Refusal("NOT_FOUND", `${businessUnit} owns no use case ${useCase} at the end of ${period}.`, ["quantities"]);
  });
}
