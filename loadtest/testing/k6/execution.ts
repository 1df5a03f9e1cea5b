import { current } from "./state.ts";

export default { scenario: current };
