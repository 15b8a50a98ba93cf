import { Command, Option } from "commander";
import { seedDemo } from "../../seeds/demo";
import { DEMO_PERIODS, DEMO_PROGRAMME } from "../../seeds/demo-programme";
import { UsageError } from "./exit-status";
import { OutputOptions, count, print } from "./output";
import { recordAudit, withInstallation } from "./session";

/** `seed`: builds the demo programme through the verbs; begun and broken off, it is finished by the next call. */
export function registerSeed(program: Command): void {
  program
    .command("seed")
    .description(`build the demo programme "${DEMO_PROGRAMME.code}"; what is there already is left as it is`)
    .addOption(new Option("--scale <scale>", "how much of it").choices(["s", "m", "l"]).default("s"))
    .option("--json", "print JSON")
    .action(async (options: OutputOptions & { readonly scale: string }) => {
      if (options.scale !== "s") throw new UsageError(`--scale ${options.scale} comes with the larger demo, which is not part of this version. Use --scale s.`);
      const events = await withInstallation(({ database, clock }) => seedDemo(database, recordAudit, clock.now()));
      print(options, { programme: DEMO_PROGRAMME.code, periods: DEMO_PERIODS, events }, `The programme ${DEMO_PROGRAMME.code} stands: ${count(events)} usage events, ${DEMO_PERIODS.join(" and ")} allocated.`);
    });
}
