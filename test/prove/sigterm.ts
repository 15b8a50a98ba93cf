import { setTimeout as pause } from "node:timers/promises";
import { randomFrom } from "../../seeds/random";
import { REPORT, Reported, UNITS, bookAndAgree, call, createAcme } from "../support/builders";
import { reportAftermath } from "./aftermath";
import { Reply, send, statusOf, until } from "./client";
import { Ledger } from "./ledger";
import { MONTHS } from "./load";
import { Product } from "./product";
import { Proof, Tally, spread } from "./report";
import { ScratchCluster, openScratchCluster } from "./scratch-cluster";

const ROUNDS = 20;
const SENDERS = 6;
const BATCH = 200;
/** The longest that a shutdown may take by the product's own limit, and a second to notice. */
const GRACE_MS = 20_000;

/**
 * SIGTERM under load. From that moment it is not ready; every request that was under way is answered, stored or with a
 * typed error; what was acknowledged stands; it is gone in time, also when a statement of the database never ends.
 */
export const proveSigterm: Proof = async ({ seed, rounds }, report) => {
  const random = randomFrom(seed);
  const place = await openScratchCluster();
  const product = place.product();
  const ledger = new Ledger();
  const flips: number[] = [], exits: number[] = [];
  const codes = new Tally(), answers = new Tally();
  const unanswered: string[] = [];
  try {
    await product.start();
    await createAcme(product.door);
    await bookAndAgree(product.door, { period: MONTHS[0]! });
    const times = rounds ?? ROUNDS;
    for (let round = 1; round <= times; round += 1) {
      if (!product.isAlive) await product.start();
      const senders = push(product, ledger, `term-${round}`, random);
      await pause(200 + random(600));
      const signalled = performance.now();
      product.signal("SIGTERM");
      await until("not ready", async () => (await statusOf(product.origin, "/readyz")) !== 200, GRACE_MS, 1);
      flips.push(performance.now() - signalled);
      codes.add(String(await product.ended()));
      exits.push(performance.now() - signalled);
      for (const { began, reply } of await senders.stop()) {
        const word = reply.status === 0 ? "no answer" : `${reply.status} ${reply.code}`;
        const underWay = began < signalled;
        answers.add(`${underWay ? "under way" : "afterwards"}: ${word}`);
        if (underWay && !/^(200 OK|503 UNAVAILABLE|408 TIMEOUT)$/.test(word)) unanswered.push(`${word}: ${reply.body.slice(0, 200)}`);
        if (!underWay && reply.status !== 0 && !/^(200 OK|503 UNAVAILABLE|408 TIMEOUT)$/.test(word)) unanswered.push(`afterwards ${word}: ${reply.body.slice(0, 200)}`);
      }
      if (round % 5 === 0 || round === times) report.progress(`${round}/${times}, not ready after ${JSON.stringify(spread(flips))} ms, gone after ${JSON.stringify(spread(exits))} ms`);
    }
    await deliverTheRest(product, ledger);
    report.none("under-way-without-a-typed-answer", unanswered, { answers: answers.asRecord() });
    report.figure("not-ready-after", spread(flips).p99, "ms", { atMost: 250 }, spread(flips));
    report.figure("gone-after", spread(exits).max, "ms", { atMost: GRACE_MS }, spread(exits));
    report.figure("clean-exits", codes.of("0"), "exits", { equals: times }, { codes: codes.asRecord() });
    await neverEnding(product, place, report.figure.bind(report));
    const found = await place.look();
    await reportAftermath(found, ledger, report);
    await found.close();
  } finally {
    await product.kill();
    await place.close();
  }
};

interface Sent { readonly began: number; readonly reply: Reply }

/** Batches that were sent and not acknowledged when their server went: they are sent again at the end. */
const pending: Array<{ ids: string[]; input: unknown }> = [];

function push(product: Product, ledger: Ledger, prefix: string, random: (below: number) => number): { stop(): Promise<Sent[]> } {
  let wanted = true;
  const sent: Sent[] = [];
  const token = product.sign("INTEGRATION", { businessUnits: [...UNITS] });
  const sender = async (who: number): Promise<void> => {
    for (let number = 0; wanted; number += 1) {
      const ids = Array.from({ length: BATCH }, (_, index) => `${prefix}-${who}-${number}-${index}`);
      const input = { source: "prove://sigterm", events: ids.map((id) => eventOf(id, 1_000 + random(9) * 1_000)) };
      for (const id of ids) ledger.sent.add(id);
      const began = performance.now();
      const reply = await send(product.origin, token, REPORT, { input });
      sent.push({ began, reply });
      if (reply.status === 200) note(ledger, input.events, reply);
      else {
        pending.push({ ids, input });
        return;
      }
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, (_, who) => sender(who)));
  return {
    stop: async () => {
      wanted = false;
      await senders;
      return sent;
    },
  };
}

const eventOf = (id: string, connectedMs: number): Record<string, unknown> => call(id, { connectedMs, connectedAt: null, endedAt: `${MONTHS[0]!}-10T15:00:00.000Z` });

function note(ledger: Ledger, events: ReadonlyArray<Record<string, unknown>>, reply: Reply): void {
  (reply.data as { reportUsage: Reported }).reportUsage.results.forEach(({ outcome }, index) => {
    ledger.verdicts.add(outcome);
    const { eventId, useCase, connectedMs } = events[index] as { eventId: string; useCase: string; connectedMs: number };
    ledger.stored.set(eventId, { eventId, useCase, connectedMs, period: MONTHS[0]! });
  });
}

/** Sends what got no acknowledgement again, blindly, as its senders would have. */
async function deliverTheRest(product: Product, ledger: Ledger): Promise<void> {
  await product.start();
  const token = product.sign("INTEGRATION", { businessUnits: [...UNITS] });
  for (const { input } of pending.splice(0)) {
    const reply = await send(product.origin, token, REPORT, { input });
    if (reply.status !== 200) throw new Error(`sent again: ${reply.status} ${reply.body.slice(0, 300)}`);
    note(ledger, (input as { events: Array<Record<string, unknown>> }).events, reply);
  }
}

/** A session of the database that is frozen holds a request for ever; the server goes when its grace is over. */
async function neverEnding(product: Product, place: ScratchCluster, figure: (name: string, value: number, unit: string, bound?: { atMost?: number; equals?: number }) => void): Promise<void> {
  const blocker = await place.administrator();
  let frozen = 0;
  try {
    await blocker.query("begin; lock table metering.source in access exclusive mode");
    const asked = send(product.origin, product.sign("INTEGRATION", { businessUnits: [...UNITS] }), REPORT, { input: { source: "prove://frozen", events: [eventOf("frozen", 1_000)] } });
    await until("a request that waits", async () => {
      const { rows } = await blocker.query<{ pid: number }>("select pid from pg_stat_activity where application_name = 'apportion' and wait_event_type = 'Lock'");
      frozen = rows[0]?.pid ?? 0;
      return frozen !== 0;
    });
    process.kill(frozen, "SIGSTOP");
    const signalled = performance.now();
    product.signal("SIGTERM");
    await product.ended();
    figure("gone-after-a-frozen-statement", Math.round(performance.now() - signalled), "ms", { atMost: GRACE_MS + 1_000 });
    await asked;
  } finally {
    if (frozen !== 0) process.kill(frozen, "SIGCONT");
    await blocker.query("rollback").catch(() => undefined);
    await blocker.end().catch(() => undefined);
  }
}
