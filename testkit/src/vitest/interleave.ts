import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from "vitest/node";

/**
 * Merges lists so that each is spread evenly over the result, in its own order: of two lists with 2 and 4 items, the result
 * alternates one of the first with two of the second.
 */
export function interleaved<Item>(lists: readonly (readonly Item[])[]): Item[] {
  return lists
    .flatMap((list) => list.map((item, at) => ({ item, place: at / list.length })))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/**
 * A sequencer that spreads the files of these projects evenly, so that files of different projects run side by side. Vitest
 * runs one project after the other otherwise, even where projects share their workers. The projects must have the same
 * `sequence.groupOrder`, which no other project has.
 */
export function interleaving(...projects: readonly string[]): TestSequencerConstructor {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = await super.sort(files);
      const isChosen = ({ project }: TestSpecification): boolean => projects.includes(project.name);
      const chosen = Map.groupBy(sorted.filter(isChosen), ({ project }) => project.name);
      return [...sorted.filter((file) => !isChosen(file)), ...interleaved([...chosen.values()])];
    }
  };
}
