import { findProgram } from "../process/find-program.ts";

/** Path of Chromium: CHROMIUM_PATH, else one found on PATH, else null. */
export function findChromium(): string | null {
  const given = process.env["CHROMIUM_PATH"];
  return given || findProgram("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
}
