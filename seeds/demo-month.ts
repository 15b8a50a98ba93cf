import { allocatePeriod } from "../src/allocation";
import { allocatePeriodPorts } from "../src/allocation/allocation-ports.store";
import { bookCost } from "../src/costs";
import { bookCostPorts } from "../src/costs/costs-ports.store";
import { invariant } from "../src/kernel/refusal";
import { LARGEST_BATCH, ReadBatch, attributeUsage, readBatch } from "../src/metering";
import { attributeUsagePorts } from "../src/metering/attribute-ports.store";
import { storeBatch } from "../src/metering/ingest/store-batch.store";
import { demoCosts } from "./demo-finance";
import { DEMO_SOURCE, DEMO_STRAYS } from "./demo-programme";
import { DEMO_FINANCE, DemoStage } from "./demo-stage";

/** Outcomes of an event that the demo knows: anything else means that the demo contradicts itself or what it finds. */
const EXPECTED: ReadonlySet<string> = new Set(["ACCEPTED", "DUPLICATE", "SUPERSEDED", "HELD"]);

/**
 * Sends usage in batches as an integration would; the next one is made while one is stored, and no more are in memory.
 * Answers how many events there were.
 */
export async function sendUsage(stage: DemoStage, usage: Iterable<unknown>): Promise<number> {
  let sent = 0;
  let underWay = Promise.resolve();
  for (const events of batches(usage)) {
    const batch = readBatch({ source: DEMO_SOURCE, events }, stage.clock.now());
    await underWay;
    underWay = store(stage, batch);
    underWay.catch(() => undefined); // it is awaited in its turn; until then a failure must not end the process
    sent += events.length;
  }
  await underWay;
  return sent;
}

async function store(stage: DemoStage, batch: ReadBatch): Promise<void> {
  const results = await storeBatch(stage.database, stage.integration, batch, { statementTimeoutMs: 0 });
  const odd = results.find(({ outcome }) => !EXPECTED.has(outcome));
  invariant(!odd, `the demo's event ${odd?.eventId} is ${odd?.outcome}: ${odd?.message}`);
}

function* batches(usage: Iterable<unknown>): Generator<unknown[]> {
  let batch: unknown[] = [];
  for (const event of usage) {
    batch.push(event);
    if (batch.length < LARGEST_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Books what the vendors and teams charge for the month. */
export async function bookMonth(stage: DemoStage, period: string): Promise<void> {
  await stage.as(DEMO_FINANCE, async (tx) => {
    for (const cost of demoCosts(period)) await bookCost(bookCostPorts(tx, stage.record), cost);
  });
}

/** Says where the usage belongs that came under a name that nobody knows. */
export async function attributeStrays(stage: DemoStage, period: string): Promise<void> {
  const input = { where: { period, useCase: [DEMO_STRAYS.reportedAs] }, useCase: DEMO_STRAYS.useCase, reason: `${DEMO_STRAYS.reportedAs} is what the old gateway calls ${DEMO_STRAYS.useCase}` };
  await stage.as(DEMO_FINANCE, (tx) => attributeUsage(attributeUsagePorts(tx, stage.record), input));
}

/** Divides the month's shared cost; on the same facts it is the run that is there. */
export async function divideMonth(stage: DemoStage, period: string): Promise<void> {
  await stage.as(DEMO_FINANCE, (tx) => allocatePeriod(allocatePeriodPorts(tx, stage.record), { period }));
}
