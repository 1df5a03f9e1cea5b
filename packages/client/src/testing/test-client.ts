import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { createHeliograph, type Heliograph } from "../core/client.ts";
import type { HeliographOptions } from "../core/client-options.ts";
import type { Environment, EnvironmentEvent } from "../platform/environment.ts";
import { FakeServer } from "./fake-server.ts";
import { testId, testToken } from "./ids.ts";

export const organization = testId(900);

export interface TestClient {
  readonly client: Heliograph;
  readonly server: FakeServer;
  readonly clock: FakeClock;
  readonly lines: string[];
  readonly warnings: string[];
  readonly device: { online: boolean; emit: (event: EnvironmentEvent) => void };
}

/** A complete client with a fake server and a clock that the test advances. */
export function createTestClient(options: Partial<HeliographOptions> = {}): TestClient {
  const server = new FakeServer();
  const clock = new FakeClock();
  const lines: string[] = [];
  const warnings: string[] = [];
  const device = { online: true, emit: (_event: EnvironmentEvent) => {} };
  const environment: Environment = {
    online: () => device.online,
    subscribe(listener) {
      device.emit = listener;
      return () => {
        device.emit = () => {};
      };
    },
  };
  const client = createHeliograph({
    url: "ws://server.test/ws/sync",
    apiUrl: "http://server.test/api/v1",
    getToken: () => testToken(organization),
    clock,
    random: () => 0.5,
    fetch: server.fetch,
    openSocket: server.openSocket,
    probe: async () => ({ kind: "reachable" }),
    environment,
    logger: { info: (line) => lines.push(line), warn: (line) => warnings.push(line) },
    ...options,
  });
  return { client, server, clock, lines, warnings, device };
}
