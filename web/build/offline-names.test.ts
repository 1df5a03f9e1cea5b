import { expect, test } from "vitest";
import { type BuiltFile, offlineNames } from "./offline-names.ts";

function chunk(modules: readonly string[], more: Partial<Extract<BuiltFile, { type: "chunk" }>> = {}): BuiltFile {
  return { type: "chunk", isEntry: false, moduleIds: modules, imports: [], dynamicImports: [], ...more };
}

const devtools = "/app/packages/client/src/devtools/";

const bundle: Record<string, BuiltFile> = {
  "assets/index.js": chunk(["/app/web/src/main.tsx"], {
    isEntry: true,
    imports: ["assets/shared.js"],
    dynamicImports: ["assets/chart.js", "assets/devtools.js"],
  }),
  "assets/shared.js": chunk(["/app/node_modules/react/index.js"]),
  "assets/chart.js": chunk(["/app/web/src/chart/BurnUpChart.tsx"], { imports: ["assets/curve.js"] }),
  "assets/curve.js": chunk(["/app/node_modules/d3-shape/index.js"]),
  "assets/devtools.js": chunk([`${devtools}index.ts`], {
    imports: ["assets/shared.js", "assets/curve.js", "assets/table.js"],
    dynamicImports: ["assets/rows.js"],
  }),
  "assets/rows.js": chunk([`${devtools}RowsView.tsx`]),
  "assets/table.js": chunk(["/app/node_modules/devtools-only/index.js"]),
  "assets/index.css": { type: "asset" },
  "assets/index.js.map": { type: "asset" },
  "index.html": { type: "asset" },
};

test("keeps every file that the application may need offline, except those that only the devtools panel loads", () => {
  expect(offlineNames(bundle)).toEqual([
    "assets/index.js",
    "assets/shared.js",
    "assets/chart.js",
    "assets/curve.js",
    "assets/index.css",
    "index.html",
  ]);
});
