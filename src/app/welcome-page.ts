/** The page at /: where things are. No script, nothing from elsewhere. */
export function welcomePage(): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Apportion</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}code{background:#f2f2f2;padding:.1em .3em}</style></head>
<body><h1>Apportion</h1>
<p>What a voice-AI programme costs, divided exactly and explained down to the call.</p>
<ul>
<li><code>POST /graphql</code>: the API; needs <code>Authorization: Bearer &lt;token&gt;</code>. Tokens are printed at start (demo) or come from <code>npm run -s apportion -- token</code>.</li>
<li><code>POST /usage</code>: usage in bulk, with the same token: a CloudEvent, a list of them, or NDJSON of any size, gzip too. One result line per event.</li>
<li><code>GET /journals/&lt;id&gt;/&lt;profile&gt;.csv</code>: the file of a closed month's journal, with the same token; <code>generateJournal</code> writes it.</li>
<li><code>GET /statement/&lt;id&gt;.pdf</code> (html, xlsx): a chargeback statement on paper, with the same token; <code>statements</code> tells the ids.</li>
<li><code>GET /export/&lt;dataset&gt;.csv</code> (json, ndjson, xlsx, parquet): flat tables for spreadsheets and BI tools, with a token or with the key of a service account; <code>GET /export</code> lists them.</li>
<li><a href="/explorer/">/explorer</a>: asks the API from the browser.</li>
<li><a href="/schema.graphql">/schema.graphql</a>: every operation, with units and errors.</li>
<li><a href="/livez">/livez</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a>: health and figures for operators.</li>
</ul></body></html>
`;
}
