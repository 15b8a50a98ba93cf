import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { BusinessUnit } from "./business-unit";

/** From an instant on, a unit stands below another, or at the top; the newest that has begun holds. */
export interface UnitPlacement {
  readonly businessUnitId: string;
  readonly parentUnitId: string | null;
  /** Milliseconds since 1970. */
  readonly effectiveFromMs: number;
}

export interface PlaceBusinessUnitInput {
  readonly businessUnit: string;
  /** Null: at the top. */
  readonly parent?: string | null;
  /** A day of the programme's zone, from its first instant on. */
  readonly effectiveFrom: string;
  readonly reason: string;
}

export interface PlacedUnit {
  readonly unit: BusinessUnit;
  readonly parent: BusinessUnit | null;
  readonly effectiveFrom: Date;
}

export interface PlaceBusinessUnitPorts {
  findBusinessUnits(codes: readonly string[]): Promise<readonly BusinessUnit[]>;
  /** First instant of a day in the programme's zone. */
  startOfDay(date: string): Promise<Date>;
  /** Holds the open months from the instant on and who stands where, until the transaction ends. */
  hold(from: Date): Promise<void>;
  /** PERIOD_CLOSED when a month that ends after the instant is closed. */
  requireOpenFrom(from: Date): Promise<void>;
  /** The placements that hold, one per unit and instant. */
  placements(): Promise<readonly UnitPlacement[]>;
  savePlacement(placement: UnitPlacement, reason: string): Promise<void>;
  audit(placed: PlacedUnit, beforeId: string | null, reason: string): Promise<void>;
}

/**
 * Puts a unit below another from a day on; places planned for later days stay planned. The same again changes nothing.
 * BAD_USER_INPUT when a unit would ever stand above itself.
 */
export async function placeBusinessUnit(ports: PlaceBusinessUnitPorts, input: PlaceBusinessUnitInput): Promise<PlacedUnit> {
  const reason = requireText(input.reason, ["reason"], 500);
  const unit = await requireUnit(ports, input.businessUnit, "businessUnit");
  const parent = input.parent === null || input.parent === undefined ? null : await requireUnit(ports, input.parent, "parent");
  const effectiveFrom = await ports.startOfDay(input.effectiveFrom);
  await ports.hold(effectiveFrom);
  const placements = await ports.placements();
  const atMs = effectiveFrom.getTime();
  const before = parentAt(placements, unit.id, atMs);
  const placed = { unit, parent, effectiveFrom };
  if (before === (parent?.id ?? null)) return placed;
  await ports.requireOpenFrom(effectiveFrom);
  const placement = { businessUnitId: unit.id, parentUnitId: parent?.id ?? null, effectiveFromMs: atMs };
  if (standsAboveItself(placements, placement)) throw new Refusal("BAD_USER_INPUT", `${unit.code} would stand above itself: ${parent!.code} is below it then, or comes to be. Choose another unit.`, ["parent"]);
  await ports.savePlacement(placement, reason);
  await ports.audit(placed, before, reason);
  return placed;
}

/** The unit above another at an instant; null at the top. */
export function parentAt(placements: readonly UnitPlacement[], unitId: string, atMs: number): string | null {
  let best: UnitPlacement | null = null;
  for (const each of placements) if (each.businessUnitId === unitId && each.effectiveFromMs <= atMs && (best === null || each.effectiveFromMs > best.effectiveFromMs)) best = each;
  return best?.parentUnitId ?? null;
}

/** Whether a new placement closes a circle, at its own instant or at one that is planned after it. */
export function standsAboveItself(placements: readonly UnitPlacement[], added: UnitPlacement): boolean {
  const all = [...placements.filter((each) => each.businessUnitId !== added.businessUnitId || each.effectiveFromMs !== added.effectiveFromMs), added];
  const instants = new Set([added.effectiveFromMs, ...all.map((each) => each.effectiveFromMs).filter((each) => each > added.effectiveFromMs)]);
  return [...instants].some((atMs) => {
    const seen = new Set([added.businessUnitId]);
    for (let above = parentAt(all, added.businessUnitId, atMs); above !== null; above = parentAt(all, above, atMs)) {
      if (seen.has(above)) return true;
      seen.add(above);
    }
    return false;
  });
}

async function requireUnit(ports: Pick<PlaceBusinessUnitPorts, "findBusinessUnits">, code: string, field: string): Promise<BusinessUnit> {
  const [unit] = await ports.findBusinessUnits([code]);
  if (!unit) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, [field]);
  return unit;
}
