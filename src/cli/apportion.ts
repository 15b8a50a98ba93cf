#!/usr/bin/env node
import "reflect-metadata";
import { runCommand } from "./run-command";

// Whoever reads our output may stop before its end, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

// Ends by itself, so that a pipe gets everything that was written.
void runCommand(process.argv);
