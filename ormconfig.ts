import "reflect-metadata";
import { connect } from "./src/app/data-source";
import { readConfig } from "./src/app/config";

/** The data source that TypeORM's command line uses: the owner's connection of the running configuration. */
const config = readConfig(process.env, { tokens: false });
export default connect(config.migrationUrl ?? config.databaseUrl ?? "postgres://localhost/apportion", { purpose: "migrate" });
