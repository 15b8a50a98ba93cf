import { ownToken } from "../src/app/installation";
import { signToken } from "../src/app/token";
import { systemClock } from "../src/kernel/clock";
import { DEMO_PERIODS, DEMO_PROGRAMME } from "../seeds/demo-programme";
import { printFigure, say, timed } from "./figures";
import { ask } from "./http-client";
import { startProduct, temporaryFolder } from "./place";

const ROUNDS = 3;
const QUESTION = "query($period: PeriodKey!) { allocation(period: $period, groupBy: [BUSINESS_UNIT]) { allocated { amount } rows { amount { amount } } } }";

/** From nothing, and from a stopped installation, to the first answer: the demo's last month by unit. */
export async function benchStart(): Promise<void> {
  const cold: number[] = [], warm: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const folder = temporaryFolder();
    try {
      cold.push(await startAndAsk(folder.path));
      warm.push(await startAndAsk(folder.path));
      say(`start ${round}/${ROUNDS}: cold ${Math.round(cold.at(-1)!)} ms, warm ${Math.round(warm.at(-1)!)} ms`);
    } finally {
      folder.remove();
    }
  }
  printFigure("start", "cold-to-first-answer", "ms", cold, { demo: true });
  printFigure("start", "warm-to-first-answer", "ms", warm, { demo: true });
}

async function startAndAsk(dataDirectory: string): Promise<number> {
  let stop = async (): Promise<void> => undefined;
  try {
    return await timed(async () => {
      const product = await startProduct(dataDirectory, true);
      stop = product.stop;
      const token = signToken(ownToken(dataDirectory), { role: "FINANCE", subject: "demo-finance", programme: DEMO_PROGRAMME.code, businessUnits: [], ttlSeconds: 3_600 }, systemClock);
      const { allocation } = await ask<{ allocation: { rows: unknown[] } | null }>(product.found, token, QUESTION, { period: DEMO_PERIODS.at(-1)! });
      if (!allocation || allocation.rows.length === 0) throw new Error("the first answer holds nothing");
    });
  } finally {
    await stop();
  }
}
