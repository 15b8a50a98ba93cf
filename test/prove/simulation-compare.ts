import { Facts, Figures, Setting } from "./model";
import { Month, Months } from "./model-months";
import { World } from "./simulation-world";

const ROW = "businessUnit { code } useCase { code }";
const USAGE = `{ rows { ${ROW} legs calls connectedMs contacts } }`;
const LOOK = `query($p: PeriodKey!) {
  period(key: $p) { status closeRequestedBy }
  posted: usage(where: { period: $p }, groupBy: [BUSINESS_UNIT, USE_CASE]) ${USAGE}
  restated: usage(where: { period: $p, view: RESTATED }, groupBy: [BUSINESS_UNIT, USE_CASE]) ${USAGE}
  allocation(period: $p, groupBy: [BUSINESS_UNIT, USE_CASE, POOL]) { run { sequence } unallocated { amount } rows { ${ROW} pool { code } amount { amount } } }
  adjustments(period: $p) { originPeriod { key } lines { ${ROW} pool { code } amount { amount } } }
  statements(first: 20, where: { period: $p }) { edges { node { id version status businessUnit { code } total { amount }
    lines { id kind useCase { code } pool { code } originPeriod { key } amount { amount } dispute { outcome } } } } } }`;
const MONTHS = "{ periods(first: 50) { edges { node { key } } } }";

/** What the product and the model say of one thing. */
export interface Difference { readonly what: string; readonly product: unknown; readonly model: unknown }

/** Ids that only the product knows: of each unit's newest statement, and of its lines in order. */
export type LineIds = Map<string, readonly string[]>;

/** Everything that can be seen of a programme, beside the model's; the first thing that differs. */
export async function compare(world: World, token: string, facts: Facts, months: Months, lineIds: LineIds): Promise<Difference | null> {
  const known = (await world.ask(token, MONTHS, {})).data.periods.edges.map(({ node }: { node: { key: string } }) => node.key);
  const expected = months.inOrder().map(({ key }) => key);
  if (String(known) !== String(expected)) return { what: "months", product: known, model: expected };
  const replies = await Promise.all(expected.map((p) => world.ask(token, LOOK, { p })));
  for (const [index, key] of expected.entries()) {
    const reply = replies[index]!;
    if (reply.code !== "OK") return { what: `${key} read`, product: reply.body.slice(0, 1_000), model: "OK" };
    const month = months.all.get(key)!;
    const product = seen(reply.data, facts.setting);
    const model = reckoned(facts, months, month);
    for (const what of Object.keys(model) as Array<keyof typeof model>) {
      if (JSON.stringify(product[what]) !== JSON.stringify(model[what])) return { what: `${key} ${what}`, product: product[what], model: model[what] };
    }
    for (const { node } of reply.data.statements.edges) {
      const statement = month.statements!.get(node.businessUnit.code)!;
      if (statement.id !== "" && statement.id !== node.id) return { what: `${key} statement id`, product: node.id, model: statement.id };
      statement.id = node.id;
      lineIds.set(node.id, node.lines.map(({ id }: { id: string }) => id));
    }
  }
  return null;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- what was asked for */
function seen(data: any, setting: Setting) {
  const usage = (rows: any[]): string[] => rows.map((row) => `${row.businessUnit?.code ?? "-"} ${row.useCase?.code ?? "-"} legs=${row.legs} calls=${row.calls} ms=${row.connectedMs} contacts=${row.contacts}`).sort();
  const minor = (amount: string): string => String(toMinor(amount, setting.exponent));
  const line = (row: any): string => `${row.pool.code} ${row.businessUnit.code} ${row.useCase.code} ${minor(row.amount.amount)}`;
  const nonZero = (row: any): boolean => minor(row.amount.amount) !== "0";
  return {
    status: [data.period.status, data.period.closeRequestedBy],
    posted: usage(data.posted.rows), restated: usage(data.restated.rows),
    run: data.allocation?.run.sequence ?? 0,
    unallocated: data.allocation ? minor(data.allocation.unallocated.amount) : "0",
    allocation: (data.allocation?.rows ?? []).filter(nonZero).map(line).sort(),
    adjustments: data.adjustments.flatMap((each: any) => each.lines.filter(nonZero).map((row: any) => `${each.originPeriod.key} ${line(row)}`)).sort(),
    statements: data.statements.edges.map(({ node }: any) => ({
      unit: node.businessUnit.code, version: node.version, status: node.status, total: minor(node.total.amount),
      lines: node.lines.map((row: any) => `${row.kind} ${row.originPeriod.key} ${row.pool?.code ?? "-"} ${row.useCase?.code ?? "-"} ${minor(row.amount.amount)}${row.dispute?.outcome === "OPEN" ? " OPEN" : ""}`),
    })),
  };
}
/* eslint-enable @typescript-eslint/no-explicit-any */

function reckoned(facts: Facts, months: Months, month: Month) {
  const { setting } = facts;
  const usage = (rows: Map<string, Figures>): string[] =>
    [...rows].map(([useCase, { legs, calls, ms, contacts }]) => `${setting.unitOf.get(useCase) ?? "-"} ${useCase || "-"} legs=${legs} calls=${calls} ms=${ms} contacts=${contacts.size}`).sort();
  const line = ([key, amount]: readonly [string, bigint]): string => {
    const [pool, useCase] = key.split(" ").slice(-2) as [string, string];
    return `${pool} ${setting.unitOf.get(useCase)!} ${useCase} ${amount}`;
  };
  const lines = [...(month.run?.lines ?? [])];
  const pools = month.run === null ? 0n : month.run.facts.split("\n")[1]!.split(" ").reduce((sum, each) => sum + BigInt(each.split("=")[1]!), 0n);
  return {
    status: [month.status, month.requestedBy],
    posted: usage(facts.usage(month.key, months.postedAt(month.key))), restated: usage(facts.usage(month.key, facts.now)),
    run: month.run?.sequence ?? 0,
    unallocated: String(pools - lines.reduce((sum, [, amount]) => sum + amount, 0n)),
    allocation: lines.filter(([, amount]) => amount !== 0n).map(line).sort(),
    adjustments: [...month.adjustments].map((each) => `${each[0].split(" ")[0]} ${line(each)}`).sort(),
    statements: [...(month.statements?.values() ?? [])].map((statement) => ({
      unit: statement.unit, version: statement.version, status: statement.status, total: String(statement.lines.reduce((sum, { amount }) => sum + amount, 0n)),
      lines: statement.lines.map(({ key, amount, disputed }) => `${key} ${amount}${disputed ? " OPEN" : ""}`),
    })),
  };
}

function toMinor(amount: string, exponent: number): bigint {
  const [whole, rest = ""] = amount.split(".") as [string, string?];
  return BigInt(whole + rest.padEnd(exponent, "0"));
}

/** Minor units as the API takes them. */
export function toMajor(minor: bigint, exponent: number): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(exponent + 1, "0");
  return `${minor < 0n ? "-" : ""}${digits.slice(0, digits.length - exponent)}${exponent > 0 ? `.${digits.slice(-exponent)}` : ""}`;
}
