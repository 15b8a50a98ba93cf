import { Column, Dataset } from "./dataset";
import { commentOf, columnCommentOf, sqlTypeOf } from "./dataset-view";

/** A text in YAML: what JSON quotes, YAML reads. */
const quoted = (text: string): string => JSON.stringify(text);

/** The views of schema `bi` as sources of dbt: columns with types, words, and tests of what they promise; `isKept` tells which are as of a refresh. */
export function renderDbtSources(datasets: readonly Dataset[], isKept: (dataset: Dataset) => boolean): string {
  return `${[
    "# Written from the code by `npm run schema`; `npm run check` fails when it is not up to date.",
    "version: 2",
    "sources:",
    "  - name: apportion",
    "    schema: bi",
    "    quoting: { identifier: false }",
    "    tables:",
    ...datasets.flatMap((dataset) => tableOf(dataset, isKept(dataset))),
  ].join("\n")}\n`;
}

function tableOf(dataset: Dataset, isKept: boolean): string[] {
  return [
    `      - name: ${dataset.name}`,
    `        description: ${quoted(`${commentOf(dataset, isKept)} Key: ${dataset.key.join(", ")}.`)}`,
    "        columns:",
    ...dataset.columns.flatMap(columnOf),
  ];
}

function columnOf(column: Column): string[] {
  return [
    `          - name: ${column.name.toLowerCase()}`,
    `            data_type: ${quoted(sqlTypeOf(column))}`,
    `            description: ${quoted(columnCommentOf(column))}`,
    ...(column.nullable ? [] : ["            data_tests: [not_null]"]),
  ];
}
