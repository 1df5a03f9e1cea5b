import { readFileSync } from "node:fs";
import path from "node:path";
import type { Described } from "../plan/scenario.ts";

export const profileNames = ["local", "staging", "prod"] as const;
export type ProfileName = (typeof profileNames)[number];

/** Numbers for one kind of place. */
export interface Profile {
  readonly description: string;
  readonly sharedClock: boolean;
  readonly settings: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export function readProfile(name: ProfileName): Profile {
  const file = path.join(import.meta.dirname, "..", "profiles", `${name}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Profile;
}

/**
 * The numbers of a run: those of the profile with the changes of the command line. A name that the scenario does not
 * know is an error, and so is one that the profile does not give: nothing has a hidden default.
 */
export function settingsFor(
  scenario: Pick<Described<string>, "name" | "settings">,
  profile: { name: string; numbers: Profile },
  changes: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const given = profile.numbers.settings[scenario.name];
  if (!given)
    throw new Error(
      `Profile ${profile.name} has no numbers for ${scenario.name}. Remedy: use --profile local, or add them to loadtest/profiles/${profile.name}.json.`,
    );
  const known = Object.keys(scenario.settings);
  const unknown = [...Object.keys(given), ...Object.keys(changes)].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`${scenario.name} has no setting ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  const settings = { ...given, ...changes };
  const missing = known.filter((name) => settings[name] === undefined);
  if (missing.length > 0) throw new Error(`Profile ${profile.name} gives ${scenario.name} no ${missing.join(", ")}.`);
  return settings;
}
