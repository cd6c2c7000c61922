/** Bugs that the simulation of a cluster must find. Each changes one place of a copy of the runtime. */
const governance = "runtime/governance";

export const clusterBugs = [
  {
    name: "a call whose connection was lost is sent again, whatever it does",
    file: "runtime/client/moving-on.ts",
    find: 'if (error.reason === "draining") return restarts < maxDrained;',
    put: 'if (error.reason === "draining" || error.reason === "connection_lost") return restarts < maxDrained;',
  },
  {
    name: "retries do not ask what the schema allows",
    file: `${governance}/retry-safety.ts`,
    find: "  if (!isRepeatable(call.method)) return false;\n",
    put: "",
  },
  {
    name: "the budget never refuses",
    file: `${governance}/retry-budget.ts`,
    find: "if (sum + reserve < 1 - 1e-9) return false;",
    put: "",
  },
  {
    name: "what is taken from the budget is forgotten at the next turn of its window",
    file: `${governance}/retry-budget.ts`,
    find: "      add(-1);\n",
    put: "      sum -= 1;\n      balances[(slots.index + 1) % TimeSlots.count] = (balances[(slots.index + 1) % TimeSlots.count] as number) - 1;\n",
  },
  {
    name: "all instances but one may be ejected",
    file: `${governance}/outlier/outlier.ts`,
    find: "if (this.isClosed || this.ejected >= allowed ||",
    put: "if (this.isClosed || this.ejected >= size ||",
  },
  {
    name: "an ejected instance never returns",
    file: `${governance}/outlier/outlier.ts`,
    find: "record.timer = this.scope.environment.setTimer(delayMs, ",
    put: "record.timer = this.scope.environment.setTimer(delayMs * 1e5, ",
  },
  {
    name: "instances that drain are called",
    file: "runtime/client/cluster-members.ts",
    find: 'return instance.status === "up" && instance.weight > 0;',
    put: "return instance.weight > 0;",
  },
  {
    name: "an instance that leaves the list takes its calls along",
    file: "runtime/client/cluster-members.ts",
    find: "member.close(Infinity)",
    put: "member.close(0)",
  },
  {
    name: "a connection that came back does not count",
    file: "runtime/client/cluster.ts",
    find: 'if (state === "ready") member.setReachable(true);',
    put: 'if (state === "ready") member.setReachable(member.isAvailable);',
  },
  {
    name: "an instance that was ejected and drained stays ejected when it is back",
    file: `${governance}/outlier/outlier.ts`,
    find: "if (record.isEjected) this.return(endpoint, record, false);\n      this.records",
    put: "if (record.isEjected) this.ejected--;\n      this.records",
    first: 121,
    calls: 500,
  },
  {
    name: "retries go where the call has been",
    file: `${governance}/balance/fitness.ts`,
    find: "return endpoint.isAvailable && (tried.length === 0 || !tried.includes(endpoint));",
    put: "return endpoint.isAvailable;",
  },
  {
    name: "an instance that is back in the list waits for its next attempt to connect",
    file: "runtime/client/cluster-members.ts",
    find: 'if (isBack && member.state === "transient_failure") member.pool.connect(true);',
    put: "",
    first: 356,
    calls: 500,
  },
];
