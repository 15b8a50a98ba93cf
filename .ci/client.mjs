/** Asks the API; fails loudly on any error, and on any user error unless `refusals` are what the caller looks for. */
export async function ask(url, token, query, variables, { refusals = false } = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const body = await response.json();
  const userErrors = Object.values(body.data ?? {}).flatMap((field) => field?.userErrors ?? []);
  if (body.errors || (userErrors.length > 0 && !refusals)) throw new Error(`${query.slice(0, 60)}: ${JSON.stringify(body.errors ?? userErrors)}`);
  return body.data;
}

/** Compares exactly; says what was expected and what came. */
export function expect(what, actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
  console.log(`ok: ${what}: ${b}`);
}
