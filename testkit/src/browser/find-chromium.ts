import { findProgram } from "../process/find-program.ts";

/** The Chromium of this machine: CHROMIUM_PATH, or one on PATH, or null. */
export function findChromium(): string | null {
  const given = process.env["CHROMIUM_PATH"];
  return given || findProgram("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
}
