import "reflect-metadata";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPublicSchema, printPublicSchema } from "./schema";

/** Compares the committed SDL with the emitted one; `--write` commits the emitted one. */
const path = join(process.cwd(), "schema", "schema.graphql");
const emitted = printPublicSchema(buildPublicSchema());

if (process.argv.includes("--write")) {
  writeFileSync(path, emitted);
} else if (readFileSync(path, "utf8") !== emitted) {
  process.stderr.write("schema/schema.graphql is not what the code emits. Run `npm run schema` and look at the difference.\n");
  process.exit(1);
}
