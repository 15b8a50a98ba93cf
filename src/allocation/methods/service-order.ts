import { Refusal } from "../../kernel/refusal";
import { poolsNamedBy } from "./bearers";
import { MethodFacts } from "./method";

/**
 * The positions of the pools in groups that are divided one after the other; a group of several is a circle that is
 * solved at once. Without a rule of service every pool may only name pools after it.
 */
export function serviceOrder(facts: MethodFacts): number[][] {
  const positions = new Map(facts.pools.map((pool, index) => [pool.code, index]));
  const named = facts.pools.map((pool) => [...poolsNamedBy(facts, pool)].map((code) => positions.get(code)!).sort((a, b) => a - b));
  if (facts.services === "RECIPROCAL") return circles(named);
  if (facts.services === null) requireForward(facts, named);
  return facts.pools.map((_, index) => [index]);
}

function requireForward(facts: MethodFacts, named: readonly number[][]): void {
  const circle = circles(named).find((group) => group.length > 1) ?? named.flatMap((targets, index) => (targets.includes(index) ? [[index]] : []))[0];
  const code = (position: number): string => facts.pools[position]!.code;
  if (circle) {
    throw new Refusal("BAD_USER_INPUT", circle.length === 1
      ? `Pool ${code(circle[0]!)} serves itself. Leave that out, or say with services how pools serve each other.`
      : `The pools ${circle.map(code).join(", ")} serve each other in a cycle. Say with services: RECIPROCAL, STEP_DOWN in the order of the pools, or DIRECT.`, ["facts", "services"]);
  }
  named.forEach((targets, index) => {
    // Stryker disable next-line EqualityOperator: a pool that serves itself is refused above.
    const closed = targets.find((target) => target < index);
    if (closed !== undefined) throw new Refusal("BAD_USER_INPUT", `Pool ${code(index)} serves ${code(closed)}, which is divided before it: a closed pool never receives. Put ${code(index)} first, or say services.`, facts.pools[index]!.path);
  });
}

/** Strongly connected groups (Tarjan), those that serve before those that are served; the positions alone decide on ties, and order members. */
function circles(named: readonly number[][]): number[][] {
  const order: number[] = named.map(() => -1);
  // Stryker disable ArrayDeclaration: every place is written before it is read, and what is below the first pool on the stack is never taken off.
  const lowest: number[] = [];
  const stack: number[] = [];
  // Stryker restore ArrayDeclaration
  const groups: number[][] = [];
  let next = 0;
  const visit = (at: number): void => {
    order[at] = lowest[at] = next;
    next += 1;
    stack.push(at);
    for (const to of named[at]!) {
      if (order[to] === -1) visit(to);
      if (stack.includes(to)) lowest[at] = Math.min(lowest[at]!, lowest[to]!);
    }
    if (lowest[at] !== order[at]) return;
    groups.push(stack.splice(stack.indexOf(at)).sort((a, b) => a - b));
  };
  // Groups come out with the served first; later pools are visited first so that the answer follows the given order.
  // Stryker disable next-line ArithmeticOperator: beyond the last pool there is none to visit.
  for (let at = named.length - 1; at >= 0; at -= 1) if (order[at] === -1) visit(at);
  return groups.reverse();
}
