import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { Period } from "../governance";
import { EliminatedCell } from "./benefit-cells";
import { Figure, ToldMonth, UnitGroup, amountOf, changedCells, disclosable, figuresOf, isSafe } from "./disclose";
import { PnlCell, PnlMonth, PnlSources, hashOfMonth } from "./pnl";

/** A month's statement as it was signed: by unit for finance, and the figures that executives may be shown. */
export interface SignedStatement {
  readonly period: string;
  readonly version: number;
  readonly hash: string;
  readonly sources: PnlSources;
  readonly groupsVersion: number | null;
  /** False: executives go on seeing the version before, for the difference would tell few units. */
  readonly forExecutives: boolean;
  readonly signedBy: string;
  readonly signedAt: Date;
}

export interface Aggregate extends Figure {
  readonly groupName: string;
  /** Null: it is not shown. */
  readonly amountMinor: bigint | null;
}

export interface SignedCells extends ToldMonth { readonly groups: readonly UnitGroup[]; readonly shown: readonly Figure[] }

export interface SignPnlPorts {
  readonly subject: string;
  readonly currency: string;
  /** The month, so that nobody else signs it before this transaction ends. */
  holdMonth(key: string): Promise<Period>;
  readMonth(key: string): Promise<PnlMonth>;
  /** By unit, what the month's eliminations are taken off. */
  readEliminated(key: string): Promise<readonly EliminatedCell[]>;
  newest(key: string): Promise<SignedStatement | null>;
  /** What every version that executives were ever shown is made of, oldest first. */
  seenByExecutives(key: string): Promise<readonly SignedCells[]>;
  groups(): Promise<{ readonly version: number; readonly groups: readonly UnitGroup[] } | null>;
  /** Units of which some executive was ever granted a view of the month. */
  grantedUnits(key: string): Promise<readonly string[]>;
  save(statement: Omit<SignedStatement, "signedBy" | "signedAt">, cells: readonly PnlCell[], aggregates: readonly Aggregate[]): Promise<SignedStatement>;
  audit(statement: SignedStatement): Promise<void>;
}

/**
 * Signs a closed month's statement, which from then on never changes; what came since is another version. The signer names the
 * hash of the figures that were looked at, and is not who closed the month. Executives see a later version only where nothing
 * that changed since any version that they were shown can be told to be of fewer than three units.
 */
export async function signProgrammePnl(ports: SignPnlPorts, input: { readonly period: string; readonly hash: string }): Promise<SignedStatement> {
  const period = await ports.holdMonth(requirePeriodKey(input.period));
  if (period.status !== "CLOSED") throw new Refusal("PERIOD_OPEN", `${period.key} is not closed: its figures still move. Close it first.`, ["period"]);
  if (period.closedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person signs the statement of a month that you closed.", ["period"]);
  const month = await ports.readMonth(period.key);
  const missing = month.gaps.map(({ reason }) => reason);
  if (missing.length > 0) throw new Refusal("NOT_READY", `${period.key} is not complete. Missing: ${missing.join(" ")}`, ["period"]);
  const hash = hashOfMonth(month, ports.currency);
  if (hash !== input.hash) throw new Refusal("CONFLICT", `The figures of ${period.key} are not those that you looked at. Read programmePnl with live again and sign its hash.`, ["hash"]);
  const newest = await ports.newest(period.key);
  if (newest?.hash === hash) return newest;
  const known = new Set(await ports.grantedUnits(period.key));
  const before = await ports.seenByExecutives(period.key);
  const scheme = before.length === 0 ? await ports.groups() : null;
  // A month keeps its groups: another division of the same figures would tell who moved.
  const groups = before[0]?.groups ?? scheme?.groups ?? [];
  const shown = disclosable({ cells: month.cells, eliminated: await ports.readEliminated(period.key) }, groups, known);
  // A closed month's eliminations never change. Changes that hide each other from one version to the next may stand alone between the first and the last.
  const forExecutives = before.every((each) => isSafe(both(each.shown, shown), { cells: changedCells(each.cells, month.cells), eliminated: [] }, groups, known));
  const isShown = new Set(shown.map(({ group, line }) => `${group} ${line}`));
  const aggregates = figuresOf(groups).map((figure): Aggregate => ({
    ...figure, groupName: groups.find(({ code }) => code === figure.group)?.name ?? "", amountMinor: isShown.has(`${figure.group} ${figure.line}`) ? amountOf(figure, month.cells, groups) : null,
  }));
  const signed = await ports.save({ period: period.key, version: (newest?.version ?? 0) + 1, hash, sources: month.sources, groupsVersion: scheme?.version ?? newest?.groupsVersion ?? null, forExecutives }, month.cells, aggregates);
  await ports.audit(signed);
  return signed;
}

/** Everything that either of two versions shows: who saw both can subtract them. */
function both(a: readonly Figure[], b: readonly Figure[]): Figure[] {
  return [...new Map([...a, ...b].map((figure) => [`${figure.group} ${figure.line}`, figure])).values()];
}
