import { readFileSync, readdirSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { FastifyInstance } from "fastify";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".ico": "image/x-icon", ".js": "text/javascript; charset=utf-8", ".json": "application/json; charset=utf-8",
  ".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml", ".ttf": "font/ttf", ".woff": "font/woff", ".woff2": "font/woff2",
};

/** Nothing from elsewhere, and nothing to elsewhere: what somebody types stays between the browser and this server. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'";

const OPTIONS = {
  baseURL: "/explorer/", endpointURL: "/graphql", serveInitialOptionsInSeperateRequest: "options.js", initialName: "Apportion",
  initialHeaders: { Authorization: "Bearer <token>" }, initialQuery: "{\n  viewer { role permissions }\n  programme { code name currency }\n}\n", disableAccount: true,
};

interface Client {
  readonly page: string;
  readonly options: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Loaded when somebody opens it: a start does not wait for what it may never show. */
async function loadClient(): Promise<Client> {
  const { getDistDirectory, renderAltair, renderInitialOptions } = await import("altair-static");
  const root = getDistDirectory();
  // Only these are ever read: no name of a file comes from outside.
  const files = new Map(filesBelow(root).map((path) => [relative(root, path).split(sep).join("/"), path]));
  return { page: renderAltair(OPTIONS), options: renderInitialOptions(OPTIONS), files };
}

/** GET /explorer: a client for the API in the browser, from our own origin. It knows the schema of whoever has a token, for the API answers nobody else. */
export function addExplorer(app: FastifyInstance): void {
  let client: Promise<Client> | undefined;
  const guarded = { "content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };
  app.get("/explorer", async (_request, reply) => reply.redirect("/explorer/", 308));
  app.get("/explorer/*", async (request, reply) => {
    const name = (request.params as { "*": string })["*"];
    void reply.headers(guarded);
    const { page, options, files } = await (client ??= loadClient());
    if (name === "" || name === "index.html") return reply.type(TYPES[".html"]!).send(page);
    if (name === OPTIONS.serveInitialOptionsInSeperateRequest) return reply.type(TYPES[".js"]!).send(options);
    const path = files.get(name);
    if (path === undefined) return reply.callNotFound();
    return reply.header("cache-control", "public, max-age=3600").type(TYPES[extname(path)] ?? "application/octet-stream").send(readFileSync(path));
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
}
