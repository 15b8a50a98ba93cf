import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const EXAMPLES = join(__dirname, "..", "..", "examples");

export interface Example { readonly place: string; readonly text: string }

/** Every file of the examples. */
export function exampleFiles(folder = EXAMPLES): Example[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? exampleFiles(path) : [{ place: relative(EXAMPLES, path), text: readFileSync(path, "utf8") }];
  });
}

/** What a tool fills in before it sends a statement. */
const filledIn = (sql: string): string => sql
  .replaceAll("$__timeFrom()", "'2025-01-01'").replaceAll("$__timeTo()", "'2026-01-01'").replaceAll("${business_unit:sqlstring}", "'retail'")
  .replaceAll(/\{\{ source\('apportion', '(\w+)'\) \}\}/g, "bi.$1").replace(/;\s*$/, "");

/** Every SQL statement that the examples send to the views, as its tool would send it. */
export function exampleStatements(): ReadonlyArray<{ readonly place: string; readonly sql: string }> {
  return exampleFiles().flatMap(({ place, text }): Array<{ place: string; sql: string }> => {
    if (place.startsWith("grafana") && place.endsWith(".json")) return [...text.matchAll(/"(?:rawSql|query)": ("(?:[^"\\]|\\.)*")/g)].map(([, sql], index) => ({ place: `${place} ${index}`, sql: filledIn(JSON.parse(sql!) as string) }));
    if (place.endsWith(".md")) return [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql], index) => ({ place: `${place} ${index}`, sql: filledIn(sql!) }));
    return place.startsWith("dbt") && place.endsWith(".sql") ? [{ place, sql: filledIn(text) }] : [];
  });
}
