import { AddressInfo, Socket, connect, createServer } from "node:net";
import { Tally } from "./report";

/** Where a cut falls: COMMIT never arrives; COMMIT arrives and its answer is lost; anywhere else. */
export const CUTS = ["before COMMIT", "after COMMIT", "anywhere"] as const;
export type Cut = (typeof CUTS)[number];

/** A cable between the product and its database that is cut at chosen moments of the conversation. */
export interface CommitCable {
  readonly port: number;
  /** How many cuts there were, by place. */
  readonly cuts: Tally;
  /** Decides, at a message of the product, whether and where it is cut; null: no cuts. */
  decide: ((isCommit: boolean) => Cut | null) | null;
  /** Holds everything up, in both directions, without ending a connection. */
  setStalled(stalled: boolean): void;
  /** Every message takes so much longer on its way, in each direction. */
  setDelay(ms: number): void;
  close(): Promise<void>;
}

/** A simple query whose text is COMMIT, as it stands on the wire. */
const COMMIT = Buffer.from("Q\u0000\u0000\u0000\u000bCOMMIT\u0000", "latin1");

export async function layCommitCable(target: number): Promise<CommitCable> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let stalled = false;
  let delayMs = 0;
  const pass = (to: Socket, chunk: Buffer): void => void (delayMs === 0 ? to.write(chunk) : setTimeout(() => to.write(chunk), delayMs));
  const cuts = new Tally();
  const cable = {
    port: 0, cuts, decide: null as CommitCable["decide"],
    setStalled: (value: boolean) => {
      stalled = value;
      for (const pair of pairs) for (const end of pair) if (stalled) end.pause(); else end.resume();
    },
    setDelay: (ms: number) => void (delayMs = ms),
    close: () => new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const pair of pairs) for (const end of pair) end.destroy();
    }),
  };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(target, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    const cut = (place: Cut): void => {
      cuts.add(place);
      end();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", end);
    }
    let answerIsLost = false;
    near.on("data", (chunk: Buffer) => {
      const isCommit = chunk.length >= COMMIT.length && chunk.subarray(-COMMIT.length).equals(COMMIT);
      const place = cable.decide?.(isCommit) ?? null;
      if (place === "before COMMIT") return cut(place);
      if (place === "anywhere") {
        // Some of the message arrives, at most.
        far.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => cut(place));
        return;
      }
      if (place === "after COMMIT") answerIsLost = true;
      pass(far, chunk);
    });
    far.on("data", (chunk: Buffer) => {
      if (answerIsLost) return cut("after COMMIT");
      pass(near, chunk);
    });
    if (stalled) far.pause();
    else near.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cable.port = (server.address() as AddressInfo).port;
  return cable;
}
