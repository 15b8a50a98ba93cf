import "reflect-metadata";
import pino from "pino";
import { demoScaleFound, seedDemo } from "../seeds/demo";
import { DEMO_CLOSED_PERIODS, DEMO_OPEN_PERIOD, DEMO_PROGRAMME, DEMO_UNITS } from "../seeds/demo-programme";
import { Config, ConfigError, TokenConfig, readConfig } from "./app/config";
import { Installation, openInstallation } from "./app/installation";
import { RunningServer, buildServer, recordAudit } from "./app/serve";
import { signToken } from "./app/token";
import { systemClock } from "./kernel/clock";
import { ROLES, isBoundToUnits } from "./tenancy";

const SHUTDOWN_LIMIT_MS = 20_000;
const DEMO_TOKEN_SECONDS = 86_400;

/** Starts everything, says where it is, and ends it cleanly on SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, redact: ["req.headers.authorization"] }, pino.destination(2));
  const say = (message: string): void => void process.stdout.write(`${message}\n`);
  const installation = await openInstallation(config, (message) => logger.info(message), "request");
  const server = await buildServer(installation, logger, { rateLimits: config.rateLimits });
  stopOnSignal(server, installation, logger);
  const origin = await server.http.listen({ port: config.port, host: config.host });
  if (config.demo) {
    const { database, clock } = installation;
    const scale = (await demoScaleFound({ database })) ?? "m";
    const { legs } = await seedDemo({ database: database.for("job"), record: recordAudit, scale, clock, say: (message) => void process.stderr.write(`${message}\n`) });
    say(`The demo programme stands: ${legs} legs of usage, ${DEMO_CLOSED_PERIODS[0]} to ${DEMO_CLOSED_PERIODS.at(-1)} closed, ${DEMO_OPEN_PERIOD} open.`);
  }
  server.setReady(true);
  say(`Apportion answers on ${origin}/graphql`);
  if (config.demo) printTokens(config, installation.token, say);
}

function printTokens(config: Config, token: TokenConfig, say: (message: string) => void): void {
  if (token.key.kind !== "secret" || config.token !== null) return;
  say("Tokens for the demo programme, valid for a day (Authorization: Bearer <token>):");
  const people: Array<[string, (typeof ROLES)[number]]> = [...ROLES.map((role): [string, (typeof ROLES)[number]] => [`demo-${role.toLowerCase().replace("_", "-")}`, role]), ["demo-controller", "FINANCE"]];
  for (const [subject, role] of people) {
    const businessUnits = role === "INTEGRATION" ? DEMO_UNITS.map(({ code }) => code) : isBoundToUnits(role) ? [DEMO_UNITS[0]!.code] : [];
    const signed = signToken(token, { role, subject, programme: DEMO_PROGRAMME.code, businessUnits, ttlSeconds: DEMO_TOKEN_SECONDS }, systemClock);
    say(`${role} (${subject}${businessUnits.length === 1 ? ` of ${businessUnits[0]}` : ""}): ${signed}`);
  }
}

function stopOnSignal(server: RunningServer, installation: Installation, logger: pino.Logger): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info(`${signal}: finishing what is under way`);
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
    await server.close();
    await installation.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop(signal));
}

main().catch((error: unknown) => {
  const message = error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Apportion did not start: ${message}\n`);
  process.exit(1);
});
