import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { firstPage } from "./build/first-page.ts";
import { offlineFiles } from "./build/offline-files.ts";

const gateway = process.env["VITE_DEV_PROXY"] ?? "http://127.0.0.1:4000";

export default defineConfig({
  plugins: [react(), tailwindcss(), offlineFiles()],
  build: {
    target: "es2023",
    // Inlining a small asset as a data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    // The first page loads one bundle; splitting it would cost a second round trip.
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: (id, graph) => (firstPage((other) => graph.getModuleInfo(other))(id) ? "first" : null) }],
        },
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: gateway },
      "/ws": { target: gateway, ws: true },
    },
  },
});
