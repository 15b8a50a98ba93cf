import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Arguments for `postgres`. Given at every start instead of written to postgresql.conf, so that an upgrade of this
 * program brings its settings along. Nothing here trades durability: fsync, synchronous_commit and full_page_writes stay on.
 */
export function serverArguments(clusterDirectory: string, port: number): string[] {
  const settings = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "60",
    shared_buffers: "256MB",
    max_wal_size: "2GB",
    random_page_cost: "1.1",
    jit: "off",
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    // One file per weekday, begun anew a week later, and only what the server says about itself: refused statements are
    // reported by the program that sent them, may hold personal data, and would let the files grow without bound.
    logging_collector: "on",
    log_directory: join(clusterDirectory, "log"),
    log_filename: "postgresql-%a.log",
    log_rotation_age: "1d",
    log_rotation_size: "0",
    log_truncate_on_rotation: "on",
    log_min_messages: "log",
    log_min_error_statement: "panic",
  };
  return ["-D", join(clusterDirectory, "data"), ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** The last lines of the newest server log, for an error message; empty when there is none. Never throws. */
export function lastLogLines(clusterDirectory: string): string {
  try {
    const folder = join(clusterDirectory, "log");
    const files = readdirSync(folder).map((name) => ({ path: join(folder, name), found: lstatSync(join(folder, name)) }));
    // The folder belongs to the server's user: a link in it is not ours to follow.
    const newest = files.filter(({ found }) => found.isFile()).sort((a, b) => b.found.mtimeMs - a.found.mtimeMs)[0];
    return newest ? readFileSync(newest.path, "utf8").trimEnd().split("\n").slice(-8).join("\n") : "";
  } catch {
    return "";
  }
}
