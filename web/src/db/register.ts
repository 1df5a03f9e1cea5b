import type { EntityTypes } from "./entities.generated.ts";

// Types all hooks of the client with the entity types of the demonstration schema.
declare module "@heliograph/client" {
  interface Register {
    entities: EntityTypes;
  }
}
