/**
 * `npm run terraform`: validates the configuration in infra/terraform and runs its tests with mocked providers. Needs
 * terraform on PATH. TF_PLUGIN_DIR must name a folder with the AWS provider, as `terraform providers mirror` creates it.
 */
import { parseArgs } from "node:util";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { testTerraform } from "./terraform/check-terraform.ts";

readOptions(() => {
  const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
  return values.help ? null : values;
}, "npm run terraform   (no options)");

const plugins = process.env["TF_PLUGIN_DIR"] ?? "";
if (plugins === "") {
  console.error("TF_PLUGIN_DIR is not set. Create its folder with: terraform providers mirror <folder>");
  process.exit(69);
}
const problems = await testTerraform(plugins);
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
