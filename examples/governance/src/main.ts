/** Runs each policy in turn. Each also runs by itself: `node dist/hedged.js`. */
const policies = [
  "failover",
  "hedged",
  "circuit-breaker",
  "outliers",
  "degradation",
  "mock",
  "rate-limit",
  "concurrency-limit",
  "balancers",
  "routing",
  "configuration",
  "metrics",
];

for (const policy of policies) await import(new URL(`./${policy}.js`, import.meta.url).href);
