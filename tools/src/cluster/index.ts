/** Whole clusters for tests and tools: real processes on a real database. */

export { buildWeb, webFolder } from "../demo/build-web.ts";
export { type Edge, startEdge } from "../edge/edge.ts";
export { staticFiles } from "../edge/static-files.ts";
export { packPackages } from "../pack/pack-packages.ts";
export { ensureServiceLogins, roleUrl, type ServiceRole } from "../postgres/role-login.ts";
export { type ScratchServer, startScratchServer } from "../postgres/scratch-server.ts";
export { templateDatabase } from "../postgres/template-cluster.ts";
export { stopRequest } from "../process/stop-request.ts";
export { type FoundRedis, findRedis } from "../redis/find-redis.ts";
export { type RedisServer, startRedis } from "../redis/server.ts";
export { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
export {
  type ServiceExit,
  type ServiceKind,
  type ServiceOptions,
  type ServiceProcess,
  startService,
} from "./service-process.ts";
