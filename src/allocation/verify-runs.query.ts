import { Proof, ProofNotes } from "../kernel/proof";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { allocate, hashInputs, hashResult } from "./allocate";
import { AllocationRun } from "./allocate-period";
import { gatherFacts } from "./facts.query";
import { policyStore } from "./policy.store";
import { newerFacts, storedFacts, storedPools } from "./stored-run.query";

/** What came of checking one run: sentences about what differs, per proof. */
export interface CheckedRun {
  readonly lines: number;
  readonly newest: boolean;
  readonly result: readonly string[];
  readonly replay: readonly string[];
  readonly input: readonly string[];
  readonly notes: readonly string[];
}

/** Checks one stored run against its own lines and snapshot; the newest of its period also against the facts as they are now. */
export async function checkRun(tx: TenantTransaction, run: AllocationRun): Promise<CheckedRun> {
  const policy = await policyStore(tx).findPolicy(run.policyVersion);
  invariant(policy, "a run without its policy");
  const pools = await storedPools(tx, run.id);
  const amounts = pools.map(({ pool, amountMinor }) => ({ code: pool, amountMinor }));
  const replayed = allocate(await storedFacts(tx, run, policy, amounts));
  const newest = run.status === "FINAL";
  const now = newest ? hashInputs(await gatherFacts(tx, run.periodKey, policy)) : run.inputHash;
  const newer = now === run.inputHash ? [] : Object.entries(await newerFacts(tx, run)).map(([what, number]) => `${number} ${what}`);
  return {
    lines: pools.reduce((sum, pool) => sum + pool.lines.length, 0),
    newest,
    result: differs(run, "result hash", run.resultHash, "its lines hash to", hashResult(run.periodKey, run.currency, pools)),
    replay: [
      ...differs(run, "input hash", run.inputHash, "its snapshot hashes to", replayed.inputHash),
      ...differs(run, "result hash", run.resultHash, "divided anew it hashes to", replayed.resultHash),
    ],
    input: newer.length > 0 ? [] : differs(run, "input hash", run.inputHash, "no fact was recorded after its cut-off, yet the facts now hash to", now),
    notes: newer.length > 0 ? [`${run.periodKey}: newer facts exist (${newer.join(", ")}): allocate again`] : [],
  };
}

function differs(run: AllocationRun, what: string, stored: string, how: string, computed: string): string[] {
  return stored === computed ? [] : [`run ${run.periodKey}/${run.sequence}: ${what} ${stored.slice(0, 12)}…, ${how} ${computed.slice(0, 12)}…`];
}

/** Sums up checked runs, so that one run is held in memory and not all of them. */
export class RunProofs {
  private runs = 0;
  private newest = 0;
  private lines = 0;
  private readonly results = new ProofNotes();
  private readonly replays = new ProofNotes();
  private readonly inputs = new ProofNotes();

  add(checked: CheckedRun): void {
    this.runs += 1;
    this.newest += checked.newest ? 1 : 0;
    this.lines += checked.lines;
    for (const difference of checked.result) this.results.differs(difference);
    for (const difference of checked.replay) this.replays.differs(difference);
    for (const difference of checked.input) this.inputs.differs(difference);
    for (const note of checked.notes) this.inputs.note(note);
  }

  proofs(): Proof[] {
    return [
      this.results.proof("result hash = hash of the stored lines", `${this.runs} runs, ${this.lines} lines`),
      this.replays.proof("replay of the stored snapshot = run", `${this.runs} runs`),
      this.inputs.proof("input hash = hash of the facts now", `${this.newest} periods`),
    ];
  }
}
