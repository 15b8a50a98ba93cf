import "reflect-metadata";
import { Programme } from "../src/tenancy";
import { benchAllocate } from "./allocate";
import { benchAttribution } from "./attribution";
import { say } from "./figures";
import { benchIngest } from "./ingest";
import { Place, openPlace } from "./place";
import { makeProgramme } from "./programme";
import { benchStart } from "./start";

type Options = { readonly large: boolean };
type Bench = (place: Place, programme: Programme, options: Options) => Promise<void>;

/** Those that share one installation, in the order in which they run. */
const SHARED: Readonly<Record<string, Bench>> = { ingest: benchIngest, attribution: benchAttribution, allocate: benchAllocate };
const ALL = [...Object.keys(SHARED), "start"];
const USAGE = `npm run bench -- [${ALL.join("|")}]... [--large]

No name runs all of them. One line of JSON per figure goes to standard output, progress to standard error.
--large lets attribution compare months of one and ten million events instead of 100,000 and one million.
`;

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const names = words.filter((word) => word !== "--large");
  const unknown = names.filter((name) => !ALL.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const wanted = (name: string): boolean => names.length === 0 || names.includes(name);
  if (Object.keys(SHARED).some(wanted)) {
    const place = await openPlace();
    try {
      const programme = await makeProgramme(place.installation.database);
      for (const [name, bench] of Object.entries(SHARED)) if (wanted(name)) await bench(place, programme, { large: words.includes("--large") });
    } finally {
      await place.close();
    }
  }
  if (wanted("start")) await benchStart();
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
