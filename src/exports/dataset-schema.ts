import { Column, Dataset } from "./dataset";
import { FORMATS, parametersOf } from "./export-request";

/** A dataset as a program reads it. */
export function schemaOf(dataset: Dataset): unknown {
  const { name, version, title, grain, key, time, operation } = dataset;
  return {
    dataset: name, version, title, grain, key, timeColumn: time, sameRowsAs: operation, formats: FORMATS, parameters: parametersOf(dataset),
    columns: dataset.columns.map(({ name, type, precision, scale, unit, nullable, description }) => ({ name, type, precision: precision ?? null, scale: scale ?? null, unit, nullable, description })),
  };
}

const typeOf = ({ type, precision, scale }: Column): string => (type === "decimal" ? `decimal(${precision}, ${scale})` : type);

/** The dictionary of all datasets for people, in Markdown. */
export function renderDictionary(datasets: readonly Dataset[]): string {
  const head = [
    "# Datasets", "",
    "Written from the code by `npm run schema`; `npm run check` fails when it is not up to date. How to fetch them stands in `src/exports/README.md`.", "",
    "Each is also a read-only view of schema `bi`, with the same columns (names in small letters) and only the rows that count; who may log in and read it, by scope, stands in `src/app/bi/README.md`. In SQL an instant is a `timestamptz`, an integer a `bigint`, a decimal a `numeric` of that precision.", "",
    "| dataset | one row is | who reads it | scope of its view |", "|---|---|---|---|",
    ...datasets.map(({ name, grain, readers, scope }) => `| [${name}](#${name}) | ${grain} | ${readers.join(", ")} | ${scope} |`), "",
  ];
  return `${[...head, ...datasets.flatMap(chapterOf)].join("\n").trimEnd()}\n`;
}

function chapterOf(dataset: Dataset): string[] {
  return [
    `## ${dataset.name}`, "",
    `${dataset.title}, version ${dataset.version}. One row is ${dataset.grain}; the rows are those of \`${dataset.operation.replace("Query.", "")}\`.`,
    `Key and order: ${dataset.key.map((name) => `\`${name}\``).join(", ")}. Parameters: ${parametersOf(dataset).map((name) => `\`${name}\``).join(", ")}.`, "",
    "| column | type | unit | null | what it is |", "|---|---|---|---|---|",
    ...dataset.columns.map((column) => `| \`${column.name}\` | ${typeOf(column)} | ${column.unit ?? ""} | ${column.nullable ? "yes" : ""} | ${column.description.replaceAll("|", "\\|")} |`), "",
  ];
}
