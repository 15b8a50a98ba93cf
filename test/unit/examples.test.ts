import { parse, validate } from "graphql";
import { buildPublicSchema } from "../../src/app/schema";
import { DATASETS } from "../../src/exports/dataset-list.query";
import { exampleFiles, exampleStatements } from "../support/examples";

const files = exampleFiles();
const schema = buildPublicSchema();
const datasetsAsked = files.flatMap(({ place, text }) => [...text.matchAll(/export\/([a-z_]+)[./]/g), ...text.matchAll(/Apportion\("([a-z_]+)"/g)].map(([, name]) => ({ place, name: name! })));

describe("the examples", () => {
  it("ask for datasets and fields that there are", () => {
    expect(datasetsAsked.length).toBeGreaterThan(5);
    const unknown = datasetsAsked.filter(({ name }) => !DATASETS.some((dataset) => dataset.name === name));
    expect(unknown).toEqual([]);
    const asked = files.flatMap(({ place, text }) => [...text.matchAll(/(?:export\/|Apportion\(")([a-z_]+)["./][^\n]*fields ?= ?"?([a-z_,]+)/g)].map(([, name, fields]) => ({ place, name: name!, fields: fields!.split(",") })));
    expect(asked.length).toBeGreaterThan(2);
    for (const { place, name, fields } of asked) {
      const columns = DATASETS.find((dataset) => dataset.name === name)!.columns.map((column) => column.name);
      expect([place, fields.filter((field) => !columns.includes(field))]).toEqual([place, []]);
    }
  });

  it("load every dataset of the programme that is read by month", () => {
    const script = files.find(({ place }) => place.endsWith("load.sh"))!.text;
    const loaded = /for dataset in ([a-z_ ]+); do/.exec(script)![1]!.split(" ");
    expect(loaded.filter((name) => !DATASETS.some((dataset) => dataset.name === name && dataset.byPeriod))).toEqual([]);
  });

  it("send queries that the schema knows", () => {
    const queries = files.flatMap(({ place, text }) => [...text.matchAll(/body:graphql \{\n(.*?)\n\}/gs)].map(([, query]) => ({ place, query: query! })));
    expect(queries.length).toBeGreaterThan(3);
    for (const { place, query } of queries) expect([place, validate(schema, parse(query)).map(({ message }) => message)]).toEqual([place, []]);
  });

  it("name views that there are, and have statements in every tool's folder", () => {
    const statements = exampleStatements();
    expect(new Set(statements.map(({ place }) => place.split(/[/.]/)[0]))).toEqual(new Set(["dbt", "grafana", "metabase", "superset"]));
    const views = statements.flatMap(({ place, sql }) => [...sql.matchAll(/bi\.(\w+)/g)].map(([, name]) => ({ place, name: name! })));
    expect(views.filter(({ name }) => !DATASETS.some((dataset) => dataset.name === name))).toEqual([]);
  });
});
