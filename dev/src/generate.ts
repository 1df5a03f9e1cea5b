/**
 * `npm run generate`: writes the files that are derived from the database's catalog, the protocol and the settings. With
 * `--check` it only names stale files, and fails when there is one.
 */
import { parseArgs } from "node:util";
import { checkSchema, writeSchema } from "@heliograph/db";
import { startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { generatedFiles, staleFiles, writeGenerated } from "./generate/generated-files.ts";

const usage = "npm run generate -- [--check]";
const { check: onlyCheck } = readOptions(() => {
  const { values } = parseArgs({
    options: { check: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  return values.help ? null : values;
}, usage);

await using server = await startScratchServer();
if (server.failure !== null) throw server.failure;
const files = await generatedFiles(server.url(templateDatabase.suite));
if (onlyCheck) {
  const problems = [
    ...staleFiles(files).map((file) => `${file} is stale: npm run generate`),
    ...(await checkSchema(server.url("postgres"))),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  await writeSchema(server.url("postgres"));
  const written = writeGenerated(files);
  console.log(["db/core/schema.sql", "db/suite/schema.sql", ...written].map((file) => `wrote ${file}`).join("\n"));
}
