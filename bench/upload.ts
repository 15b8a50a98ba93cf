import { Programme } from "../src/tenancy";
import { printFigure, say, timed } from "./figures";
import { Place, tokenFor } from "./place";
import { residentMb } from "./processor-time";
import { PROGRAMME, UNITS, USE_CASES } from "./programme";
import { emptyUsage } from "./recount";
import { sendUpload } from "./upload-client";

const PIECE_LINES = 500;
const MOST_GROWTH_MB = 100;
const SAMPLE_MS = 250;
const MONTH_START = Date.parse("2025-10-01T00:00:00Z");

/** The memory of the server through one upload of many lines: how far it grows once a tenth of them, the warm-up, is answered. */
export async function benchUpload(place: Place, _programme: Programme, { lines }: { readonly lines: number }): Promise<void> {
  await emptyUsage(place.admin);
  const server = await place.startServer();
  try {
    const token = tokenFor(place.installation, "bench-upload", "INTEGRATION", PROGRAMME.code, UNITS);
    const samples: Array<{ readonly answered: number; readonly mb: number }> = [];
    let sent = 0, answered = 0;
    const timer = setInterval(() => {
      const mb = residentMb(server.pid);
      if (mb !== null) samples.push({ answered, mb });
      if (samples.length % 40 === 0) say(`upload: ${answered} lines answered, server ${samples.at(-1)?.mb} MB`);
    }, SAMPLE_MS);
    const pieces = function* (): Generator<Buffer> {
      for (; sent < lines; sent += PIECE_LINES) yield piece(sent, Math.min(PIECE_LINES, lines - sent));
    };
    let accepted = 0;
    const ms = await timed(async () => (accepted = (await sendUpload(server.found, token, "voice://upload", pieces(), (more) => (answered += more))).accepted));
    clearInterval(timer);
    if (accepted !== lines) throw new Error(`${accepted} of ${lines} events were accepted`);
    const after = samples.filter((sample) => sample.answered > lines / 10);
    if (after.length < 10) throw new Error("too few lines to tell: say --lines 100000 or more");
    const base = after[0]!.mb, peak = Math.max(...after.map(({ mb }) => mb));
    const growth = peak - base;
    printFigure("upload", "server-memory-growth", "MB", [growth], { atMost: MOST_GROWTH_MB, passes: growth <= MOST_GROWTH_MB, lines, afterWarmUpMb: base, peakMb: peak, endMb: samples.at(-1)!.mb, samples: samples.length, linesPerSecond: Math.round(lines / (ms / 1000)) });
  } finally {
    await server.stop();
    await emptyUsage(place.admin);
  }
}

/** Lines with the fields that every integration sends, spread over the units and a month. */
function piece(first: number, count: number): Buffer {
  let text = "";
  for (let number = first; number < first + count; number += 1) {
    const connected = MONTH_START + ((number * 7_919) % 2_500_000) * 1_000;
    const useCase = USE_CASES[(number * 31) % USE_CASES.length]!;
    text += `{"eventId":"up-${number}/completed","legId":"up-${number}","contactId":"up-contact-${Math.floor(number * 0.7)}","businessUnit":"${useCase.slice(0, 7)}","useCase":"${useCase}","channel":"VOICE","direction":"INBOUND","status":"COMPLETED","connectedAt":"${new Date(connected).toISOString()}","endedAt":"${new Date(connected + 61_000).toISOString()}","connectedMs":61000,"provider":"voice-platform","outcome":"CONTAINED"}\n`;
  }
  return Buffer.from(text);
}
