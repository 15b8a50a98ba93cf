/** The map of who may import whom. Low to high: a room imports only rooms that stand before it. */
const ROOMS = ["kernel", "tenancy", "governance", ["metering", "costs"], "rating", "allocation", "chargeback", ["corrections", "budgets", "benefits"], "closing", "journals", ["business-cases", "programme"], "exports"];

const upwards = ROOMS.flatMap((level, index) => [level].flat().map((room) => {
  const above = ROOMS.slice(index + 1).flat();
  const beside = [level].flat().filter((other) => other !== room);
  const forbidden = [...above, ...beside, "app", "cli"];
  return {
    name: `${room}-looks-down`,
    comment: `${room} may import only what stands below it.`,
    severity: "error",
    from: { path: `^src/${room}/` },
    to: { path: `^src/(${forbidden.join("|")})/` },
  };
}));

/** A file without a suffix touches nothing. The kernel's hashing and scalars are the stated exceptions. */
const BARE = "^src/(tenancy|governance|metering|costs|rating|allocation|chargeback|corrections|budgets|benefits|closing|journals|business-cases|programme|exports)/[a-z/-]+\\.ts$";
const EXCEPTIONS = "^src/tenancy/(access|request-context)\\.ts$";

module.exports = {
  forbidden: [
    ...upwards,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "app-is-the-top", comment: "Only the command line and main stand above the composition root.", severity: "error", from: { path: "^src/(?!app/|cli/|main)" }, to: { path: "^src/app/" } },
    {
      name: "bare-files-touch-nothing", comment: "Rules of the domain know no database, no GraphQL and no Node built-in, not even through others.", severity: "error",
      from: { path: BARE, pathNot: EXCEPTIONS },
      to: { path: "node_modules/(typeorm|pg|type-graphql|@apollo|fastify|dataloader|jsonwebtoken)/|\\.(store|query|entity|resolver|type|loader)\\.ts$", reachable: true },
    },
    {
      name: "bare-files-no-built-ins", severity: "error",
      from: { path: BARE, pathNot: EXCEPTIONS },
      to: { dependencyTypes: ["core"], path: "^(?!crypto|node:crypto)" },
    },
    { name: "entities-know-no-graphql", severity: "error", from: { path: "\\.entity\\.ts$" }, to: { path: "node_modules/(type-graphql|graphql)/" } },
    { name: "queries-know-no-graphql", severity: "error", from: { path: "\\.(query|store)\\.ts$" }, to: { path: "node_modules/(type-graphql|@apollo)/" } },
    { name: "index-is-bare", comment: "A room's words are its bare files.", severity: "error", from: { path: "^src/[a-z]+/index\\.ts$" }, to: { path: "\\.(store|query|entity|resolver|type|loader)\\.ts$" } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: { enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["require", "node", "default"] }, tsConfig: { fileName: "tsconfig.json" }, tsPreCompilationDeps: true, doNotFollow: { path: "node_modules" }, exclude: { path: "^dist/" } },
};
