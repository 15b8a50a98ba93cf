import { Command, Option } from "commander";
import { seedDemo } from "../../seeds/demo";
import { DEMO_CLOSED_PERIODS, DEMO_OPEN_PERIOD, DEMO_PERIODS, DEMO_PROGRAMME, DEMO_SCALES, DemoScale } from "../../seeds/demo-programme";
import { OutputOptions, count, print, say } from "./output";
import { recordAudit, withInstallation } from "./session";

/** `seed`: builds the demo programme through the verbs; begun and broken off, it is finished by the next call. */
export function registerSeed(program: Command): void {
  program
    .command("seed")
    .description(`build the demo programme "${DEMO_PROGRAMME.code}"; what is there already is left as it is`)
    .addOption(new Option("--scale <scale>", "how many contacts, about: s 4,000, m 100,000, l 1,000,000").choices(Object.keys(DEMO_SCALES)).default("m"))
    .option("--json", "print JSON")
    .action(async (options: OutputOptions & { readonly scale: DemoScale }) => {
      const built = await withInstallation(({ database, clock }) => seedDemo({ database, record: recordAudit, scale: options.scale, clock, say }));
      print(options, { ...built, periods: DEMO_PERIODS }, `The programme ${built.programme} stands: ${count(built.legs)} legs of usage, ${DEMO_CLOSED_PERIODS[0]} to ${DEMO_CLOSED_PERIODS.at(-1)} closed, ${DEMO_OPEN_PERIOD} open.`);
    });
}
