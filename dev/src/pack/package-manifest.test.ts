import { expect, test } from "vitest";
import { packedManifest } from "./package-manifest.ts";

test("an installed package names built files, and omits fields that only the repository needs", () => {
  const manifest = {
    name: "@heliograph/client",
    version: "1.0.0",
    private: true,
    exports: { ".": "./src/index.ts", "./*": "./src/*.ts" },
    dependencies: { rxjs: "7.8.2" },
    devDependencies: { vitest: "5.1.1" },
    scripts: { build: "x" },
  };
  expect(packedManifest(manifest)).toEqual({
    name: "@heliograph/client",
    version: "1.0.0",
    dependencies: { rxjs: "7.8.2" },
    files: ["dist", "README.md", "LICENSE"],
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./*": { types: "./dist/*.d.ts", default: "./dist/*.js" },
    },
  });
});
