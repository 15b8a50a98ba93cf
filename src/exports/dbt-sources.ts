import { Column, Dataset } from "./dataset";
import { commentOf, columnCommentOf, sqlTypeOf } from "./dataset-view";

/** A text in YAML: what JSON quotes, YAML reads. */
const quoted = (text: string): string => JSON.stringify(text);

/** The views of schema `bi` as sources of dbt: columns with types, words, and tests of what they promise. */
export function renderDbtSources(viewed: readonly Dataset[]): string {
  return `${[
    "# Written from the code by `npm run schema`; `npm run check` fails when it is not up to date.",
    "version: 2",
    "sources:",
    "  - name: apportion",
    "    schema: bi",
    "    quoting: { identifier: false }",
    "    tables:",
    ...viewed.flatMap(tableOf),
  ].join("\n")}\n`;
}

function tableOf(dataset: Dataset): string[] {
  return [
    `      - name: ${dataset.name}`,
    `        description: ${quoted(`${commentOf(dataset)} Key: ${dataset.key.join(", ")}.`)}`,
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
