/** Phases long enough for every path of the journeys, on a busy machine and within seconds. */
const phases = { rampSeconds: 2, holdSeconds: 2.5, settleSeconds: 2, verifySeconds: 0.3 };
/** Budget of latencies, milliseconds. So high that no test fails because its machine is slow. */
const generous = 60_000;
const small = { sockets: 6, perSocket: 4, rows: 12, rate: 10 };

/** Settings by scenario that exercise every path of its journeys within seconds. */
export const tinySettings: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  smoke: { ...phases, ...small, workers: 2, thinkSeconds: 0.3, deliveryP99Ms: generous, echoP99Ms: generous },
  users: {
    ...phases,
    sockets: 4,
    perSocket: 4,
    rows: 8,
    thinkSeconds: 0.3,
    deliveryP99Ms: generous,
    readP95Ms: generous,
  },
  steady: { ...phases, ...small, deliveryP99Ms: generous, receivedShare: 0.5 },
  "many-topics": {
    ...phases,
    sockets: 3,
    perSocket: 1500,
    rows: 3000,
    rate: 10,
    subscribeP95Ms: generous,
    deliveryP99Ms: generous,
  },
  "fan-out": {
    ...phases,
    sockets: 8,
    perSocket: 1,
    tagChanges: 1,
    rate: 3,
    deliveryP99Ms: generous,
    spreadP95Ms: generous,
  },
  "connect-storm": {
    rampSeconds: 0.5,
    holdSeconds: 1,
    settleSeconds: 1,
    rate: 15,
    staySeconds: 0.5,
    users: 10,
    perSocket: 3,
    rows: 10,
    connectP95Ms: generous,
    subscribeP95Ms: generous,
  },
  "burst-writes": {
    ...phases,
    ...small,
    // The comparison needs whole seconds before and after the burst.
    holdSeconds: 7,
    calmSeconds: 2.5,
    burst: 40,
    burstSeconds: 0.5,
    recoveryMs: generous,
  },
  "reconnect-deploy": {
    ...phases,
    ...small,
    holdSeconds: 6,
    settleSeconds: 4,
    deployAtSeconds: 0,
    resumeP95Ms: generous,
    writeShare: 0.2,
  },
  "leader-failover": {
    ...phases,
    ...small,
    holdSeconds: 5,
    settleSeconds: 3,
    killAtSeconds: 0.5,
    silenceP99Ms: generous,
  },
  // Clients must stall for longer than three pings of the tests' interval, after which they are closed.
  "slow-consumer": { ...phases, ...small, holdSeconds: 9, settleSeconds: 3, slow: 2, deliveryP99Ms: generous },
  "auth-abuse": { ...phases, ...small, attackers: 1, deliveryP99Ms: generous },
  "idle-capacity": {
    rampSeconds: 0.5,
    holdSeconds: 3,
    users: 2,
    socketsPerUser: 5,
    perSocket: 1,
    rows: 4,
    bytesPerSocket: 1e9,
  },
  soak: {
    ...phases,
    ...small,
    holdSeconds: 4,
    visitors: 5,
    staySeconds: 0.5,
    deliveryP99Ms: generous,
    drift: 1e9,
  },
};
