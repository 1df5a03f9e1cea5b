/**
 * `npm run terraform`: validates the configuration in infra/terraform and runs its tests with mocked providers. Needs
 * terraform on PATH, and in TF_PLUGIN_DIR a folder with the AWS provider, as `terraform providers mirror` makes one.
 */
import { testTerraform } from "./terraform/check-terraform.ts";

const plugins = process.env["TF_PLUGIN_DIR"] ?? "";
if (plugins === "") {
  console.error("TF_PLUGIN_DIR is not set: terraform providers mirror <folder> makes the folder that it must name.");
  process.exit(69);
}
const problems = await testTerraform(plugins);
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
