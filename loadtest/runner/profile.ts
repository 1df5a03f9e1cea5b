import { readFileSync } from "node:fs";
import path from "node:path";
import type { RunnableDefinition } from "../plan/scenario.ts";

export const profileNames = ["local", "staging", "prod"] as const;
export type ProfileName = (typeof profileNames)[number];

/** The settings of all scenarios for one kind of environment. */
interface Profile {
  readonly description: string;
  /** Numbers by scenario and setting. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export function readProfile(name: ProfileName): Profile {
  const file = path.join(import.meta.dirname, "..", "profiles", `${name}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Profile;
}

/**
 * The settings of a run: those of the profile, overridden by the command line. A setting that the scenario does not have is
 * an error, and so is one that the profile does not provide, because settings have no hidden defaults.
 * @throws Error that names the setting
 */
export function settingsFor(
  scenario: Pick<RunnableDefinition<string>, "name" | "settings">,
  profile: { name: string; values: Profile },
  overrides: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const provided = profile.values.settings[scenario.name];
  if (!provided)
    throw new Error(
      `Profile ${profile.name} has no settings for ${scenario.name}. Remedy: use --profile local, or add them to loadtest/profiles/${profile.name}.json.`,
    );
  const known = Object.keys(scenario.settings);
  const unknown = [...Object.keys(provided), ...Object.keys(overrides)].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`${scenario.name} has no setting ${unknown.join(", ")}. Its settings are: ${known.join(", ")}.`);
  const settings = { ...provided, ...overrides };
  const missing = known.filter((name) => settings[name] === undefined);
  if (missing.length > 0)
    throw new Error(`Profile ${profile.name} does not provide ${missing.join(", ")} for ${scenario.name}.`);
  return settings;
}
