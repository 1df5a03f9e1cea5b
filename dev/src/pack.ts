/**
 * `npm run pack -- --out <folder>`: packs the packages that applications install, as .tgz files for `npm install` or
 * `npm publish`.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { packPackages } from "./pack/pack-packages.ts";

const { values } = parseArgs({ options: { out: { type: "string", default: path.join(repositoryRoot, "artifacts") } } });
for (const file of await packPackages(path.resolve(values.out))) console.log(file);
