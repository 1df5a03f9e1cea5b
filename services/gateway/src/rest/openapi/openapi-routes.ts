import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { EntityRegistry } from "../../db/entity-registry.ts";
import { openApiDocument } from "./openapi-document.ts";

/** Registers the API reference at /docs (a page) and /docs/json (for generators). It follows the catalog without a restart. */
export async function registerOpenApi(app: FastifyInstance, registry: EntityRegistry): Promise<void> {
  let built: { version: number; document: Record<string, unknown> } | undefined;
  const current = (): Record<string, unknown> => {
    if (built?.version !== registry.version)
      built = { version: registry.version, document: openApiDocument(registry.all()) };
    return built.document;
  };
  const pages: FastifyPluginAsync = async (scope) => {
    await scope.register(swagger, {
      mode: "static",
      specification: { document: openApiDocument([]) as never },
    });
    await scope.register(swaggerUi, {
      routePrefix: "/docs",
      staticCSP: true,
      transformSpecification: current,
      // A clone would be a copy of the empty document above.
      transformSpecificationClone: false,
      uiConfig: { docExpansion: "none", tryItOutEnabled: true, persistAuthorization: false },
    });
  };
  await app.register(pages);
}
