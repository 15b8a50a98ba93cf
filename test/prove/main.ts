import "reflect-metadata";
import { randomInt } from "node:crypto";
import { say } from "../../bench/figures";
import { proveConservation } from "./conservation";
import { proveCutConnections } from "./cut-connections";
import { proveDiskFull } from "./disk-full";
import { proveKillDatabase } from "./kill-database";
import { proveKillServer } from "./kill-server";
import { provePool } from "./pool";
import { proveRaceClose } from "./race-close";
import { proveReplay } from "./replay";
import { proveSigterm } from "./sigterm";
import { proveSimulation } from "./simulation";
import { proveShuffle } from "./shuffle";
import { abandonAll } from "./leftovers";
import { Proof, Report } from "./report";

const PROOFS: Readonly<Record<string, Proof>> = {
  "kill-server": proveKillServer,
  "kill-database": proveKillDatabase,
  "cut-connections": proveCutConnections,
  pool: provePool,
  "disk-full": proveDiskFull,
  sigterm: proveSigterm,
  shuffle: proveShuffle,
  replay: proveReplay,
  "race-close": proveRaceClose,
  simulation: proveSimulation,
  conservation: proveConservation,
};

const USAGE = `npm run prove -- [${Object.keys(PROOFS).join("|")}]... [--seed <n>] [--rounds <n>]

No name runs all of them. One line of JSON per figure goes to standard output, progress to standard error; it ends with 1
when a figure leaves its bound. --seed replays a run, --rounds makes it shorter or longer.
`;

async function main(): Promise<void> {
  const asked = readWords(process.argv.slice(2));
  if (!asked) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const { names, rounds, seed } = asked;
  for (const name of names) {
    const report = new Report(name, seed);
    report.progress(`begins, --seed ${seed}${rounds === null ? "" : ` --rounds ${rounds}`}`);
    try {
      await PROOFS[name]!({ seed, rounds }, report);
    } catch (error) {
      report.none("broke-off", [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
    }
    report.progress(report.failed ? `FAILED; npm run prove -- ${name} --seed ${seed} runs it again` : "holds");
    if (report.failed) process.exitCode = 1;
  }
}

function readWords(words: readonly string[]): { names: string[]; seed: number; rounds: number | null } | null {
  const names: string[] = [];
  const numbers: Record<string, number> = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (word === "--seed" || word === "--rounds") {
      const value = Number(words[++index]);
      if (!Number.isSafeInteger(value) || value < 1) return null;
      numbers[word] = value;
    } else if (word in PROOFS) names.push(word);
    else return null;
  }
  return { names: names.length > 0 ? names : Object.keys(PROOFS), seed: numbers["--seed"] ?? randomInt(1, 2 ** 31), rounds: numbers["--rounds"] ?? null };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    say(`${signal}: removing what the proofs made`);
    abandonAll();
    // A database whose server was killed needs a moment to notice, and writes into its folder until then.
    setTimeout(() => process.exit(1), 1_500);
  });
}

void main().finally(() => {
  abandonAll();
  // Whatever still holds a connection open must not hold up the end.
  setTimeout(() => process.exit(), 1_000).unref();
});
