import type { EntityTypes } from "./entities.generated.ts";

// Every hook of the client knows the suite's entity types through this.
declare module "@heliograph/client" {
  interface Register {
    entities: EntityTypes;
  }
}
