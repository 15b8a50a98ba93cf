/*
 * The README, done as it stands, against the server that it says to start and with the tokens that this prints. A block
 * `graphql` names in its first line whose token it takes; the blocks `json` after it are what the first, the second, ...
 * sending answers (none: it is sent once and succeeds); "..." in one stands for any text. $statement and $line are the
 * statement that was answered last and its largest line.
 */
import { readFileSync } from "node:fs";
import { ask, expect } from "./client.mjs";

const [url, log] = process.argv.slice(2);
const tokens = new Map([...readFileSync(log, "utf8").matchAll(/^[A-Z_]+ \((demo-[a-z-]+)[^)]*\): (\S+)$/gm)].map((match) => [match[1], match[2]]));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^```(graphql|json)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));

/** The answer with "..." wherever the README says so, so that the rest can be compared exactly. */
function masked(answer, told) {
  if (told === "...") return typeof answer === "string" ? "..." : answer;
  if (typeof answer !== "object" || typeof told !== "object" || answer === null || told === null) return answer;
  if (Array.isArray(answer)) return answer.map((each, index) => masked(each, told[index]));
  return Object.fromEntries(Object.entries(answer).map(([key, each]) => [key, masked(each, told[key])]));
}

const size = (line) => BigInt(line.amount.amount.replace(/[-.]/g, ""));
const variables = {};
function remember({ statement }) {
  if (!statement?.id) return;
  variables.statement = statement.id;
  variables.line = statement.lines.reduce((largest, line) => (size(line) > size(largest) ? line : largest)).id;
}

expect("ready", (await fetch(`${url}/readyz`)).status, 200);
let compared = 0;
for (let index = 0; index < blocks.length; index += 1) {
  if (blocks[index].language !== "graphql") continue;
  const query = blocks[index].text;
  const [, who] = /^# (demo-[a-z-]+)/.exec(query);
  const answers = [];
  while (blocks[index + 1]?.language === "json") answers.push(JSON.parse(blocks[(index += 1)].text));
  for (const told of answers.length > 0 ? answers : [null]) {
    const data = await ask(url, tokens.get(who), query, variables, { refusals: told !== null });
    if (told) expect(`${who}: ${query.split("\n")[1].slice(0, 60)}`, masked(data, told), told);
    remember(data);
    compared += told ? 1 : 0;
  }
}
expect("every answer was compared", compared, blocks.filter(({ language }) => language === "json").length);
