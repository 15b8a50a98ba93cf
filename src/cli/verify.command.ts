import { Command, InvalidArgumentError } from "commander";
import { verifyProgramme } from "../app/verify";
import { ChainLink, readAnchor } from "../governance";
import { Proof } from "../kernel/proof";
import { count, print } from "./output";
import { CommonOptions, withCommonOptions, withProgramme } from "./session";

const FAILED = 1;

interface VerifyOptions extends CommonOptions {
  readonly anchor: readonly ChainLink[];
}

/** `verify`: proves the figures of a programme on its live data; ends with 1 when one of them cannot be proved. */
export function registerVerify(program: Command): void {
  withCommonOptions(program.command("verify"))
    .description("prove the figures: totals = rows, lines = pool, replay = hash, and the audit chain")
    .option("--anchor <sequence:hash>", "an end of the audit chain that was written down earlier; may be given several times", collectAnchor, [])
    .action(async (options: VerifyOptions) => {
      const proofs: Proof[] = [];
      await withProgramme(options, async ({ database, scope }) => {
        for await (const proof of verifyProgramme(database, scope, options.anchor)) {
          proofs.push(proof);
          if (!options.json) print(options, proof, inWords(proof));
        }
      });
      const ok = proofs.every(holds);
      if (options.json) print(options, { ok, proofs: proofs.map((proof) => ({ ...proof, ok: holds(proof) })) }, "");
      if (!ok) process.exitCode = FAILED;
    });
}

function collectAnchor(text: string, before: readonly ChainLink[]): readonly ChainLink[] {
  const anchor = readAnchor(text);
  if (!anchor) throw new InvalidArgumentError("Write the sequence, a colon and the 64 digits of the hash, as verify prints the head of the chain.");
  return [...before, anchor];
}

function holds(proof: Proof): boolean {
  return proof.differing === 0;
}

function inWords(proof: Proof): string {
  const lines = [`${holds(proof) ? "ok  " : "FAIL"}  ${proof.name.padEnd(40)}  ${proof.compared}`];
  if (!holds(proof)) lines.push(`      ${count(proof.differing)} difference(s)${proof.differing > proof.differences.length ? `, the first ${proof.differences.length}` : ""}:`);
  for (const difference of proof.differences) lines.push(`      ${difference}`);
  for (const note of proof.notes) lines.push(`      note: ${note}`);
  return lines.join("\n");
}
