import { ProviderTests } from "./provider/harness";
import { awaitTests } from "./provider/awaits";
import { componentTests } from "./provider/components";
import { objectTests } from "./provider/objects";
import { rotationTests } from "./provider/rotation";
import { standInTests } from "./provider/standIn";

// All but the last group hold with the official provider too.
describe("Kubernetes provider through the engine", function () {
  this.timeout(120_000);
  const tests = new ProviderTests();

  before(() => tests.start());
  after(() => tests.stop());

  objectTests(tests);
  awaitTests(tests);
  componentTests(tests);
  rotationTests(tests);
  standInTests(tests);
});
