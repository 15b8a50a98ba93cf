import "reflect-metadata";
import { Programme } from "../src/tenancy";
import { benchAllocate } from "./allocate";
import { benchAttribution } from "./attribution";
import { benchBulk } from "./bulk";
import { benchExport } from "./export";
import { say } from "./figures";
import { benchIngest } from "./ingest";
import { benchMethods } from "./methods";
import { Place, openPlace } from "./place";
import { makeProgramme } from "./programme";
import { benchRating } from "./rating";
import { benchStart } from "./start";
import { benchUpload } from "./upload";

type Options = { readonly large: boolean; readonly lines: number };
type Bench = (place: Place, programme: Programme, options: Options) => Promise<void>;

/** Those that share one installation, in the order in which they run. */
const SHARED: Readonly<Record<string, Bench>> = { ingest: benchIngest, bulk: benchBulk, attribution: benchAttribution, allocate: benchAllocate, methods: benchMethods, rating: benchRating, export: benchExport };
/** Those that take minutes: only when they are named. */
const LONG: Readonly<Record<string, Bench>> = { upload: benchUpload };
const ALL = [...Object.keys(SHARED), ...Object.keys(LONG), "start"];
const MOST_LINES = 2_000_000;
const USAGE = `npm run bench -- [${ALL.join("|")}]... [--large] [--lines <n>]

No name runs all of them but ${Object.keys(LONG).join(", ")}. One line of JSON per figure goes to standard output, progress to standard error.
--large lets attribution compare months of one and ten million events instead of 100,000 and one million, gives methods ten million, and export five million
rows instead of 400,000.
--lines says how many lines upload sends instead of two million.
`;

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const at = words.indexOf("--lines");
  const lines = at < 0 ? MOST_LINES : Number(words.splice(at, 2)[1]);
  const names = words.filter((word) => word !== "--large");
  const unknown = names.filter((name) => !ALL.includes(name));
  if (unknown.length > 0 || !Number.isSafeInteger(lines) || lines < 1) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const wanted = (name: string): boolean => names.length === 0 || names.includes(name);
  const shared = [...Object.entries(SHARED).filter(([name]) => wanted(name)), ...Object.entries(LONG).filter(([name]) => names.includes(name))];
  if (shared.length > 0) {
    const place = await openPlace();
    try {
      const programme = await makeProgramme(place.installation.database);
      for (const [, bench] of shared) await bench(place, programme, { large: words.includes("--large"), lines });
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
