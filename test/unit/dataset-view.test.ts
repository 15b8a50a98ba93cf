import { selectOf } from "../../src/exports";
import { DATASETS } from "../../src/exports/dataset-list.query";
import { currencyOf } from "../../src/kernel/money";

describe("a dataset as a view", () => {
  it.each(DATASETS.map((dataset) => [dataset.name, dataset] as const))("%s asks for nothing from outside and names every column that it reads", (_, dataset) => {
    const sql = selectOf(dataset);
    expect(sql).not.toMatch(/\$\d|\bmoney\(|\w\.\*|;/);
    expect(/^select (.*?) from \(/.exec(sql)![1]).toBe(dataset.columns.map(({ name }) => `d.${name}`).join(", "));
  });

  it("shows amounts in the major unit of every currency", () => {
    const sql = selectOf(DATASETS[0]!);
    const cases = [...sql.matchAll(/when x\.currency in \(([^)]*)\) then (\S+)/g)].flatMap(([, codes, unit]) => [...codes!.matchAll(/'(\w+)'/g)].map(([, code]) => [code!, unit!] as const));
    const units = new Map(cases), otherwise = / else (\S+) end as minor_unit/.exec(sql)![1]!;
    for (const code of Intl.supportedValuesOf("currency")) expect([code, units.get(code) ?? otherwise]).toEqual([code, ["1", "0.1", "0.01", "0.001", "0.0001"][currencyOf(code)!.exponent]]);
    expect([units.get("JPY"), units.get("KWD"), units.get("USD")]).toEqual(["1", "0.001", undefined]);
  });
});
