import "reflect-metadata";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderDbtSources, renderDictionary } from "../exports";
import { isComputed } from "../exports/computed-dataset.query";
import { DATASETS } from "../exports/dataset-list.query";
import { buildPublicSchema, printPublicSchema } from "./schema";

/** What is written from the code and committed: the SDL, the dictionary of the datasets, and their views as sources of dbt. */
const written: ReadonlyArray<readonly [path: string, text: string]> = [
  [join("schema", "schema.graphql"), printPublicSchema(buildPublicSchema())],
  [join("docs", "datasets.md"), renderDictionary(DATASETS)],
  [join("examples", "dbt", "models", "sources.yml"), renderDbtSources(DATASETS, isComputed)],
];

/** Compares what is committed with what the code emits; `--write` writes it. */
for (const [path, emitted] of written) {
  const place = join(process.cwd(), path);
  if (process.argv.includes("--write")) {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, emitted);
  } else if (!existsSync(place) || readFileSync(place, "utf8") !== emitted) {
    process.stderr.write(`${path} is not what the code emits. Run \`npm run schema\` and look at the difference.\n`);
    process.exitCode = 1;
  }
}
