import { deepStrictEqual } from "node:assert";

import { checkWrittenService } from "../../sdk/api/validate";
import { serviceName, validationCases, validSpec } from "../differential/validationCases";

describe("validation of a service", () => {
  for (const { title, spec, annotations, previous, paths } of validationCases) {
    it(`${paths.length > 0 ? "refuses" : "accepts"} ${title}`, () => {
      const problems = checkWrittenService(
        { name: serviceName, annotations, spec: { ...validSpec, ...spec } },
        previous ? { previous: { ...validSpec, ...previous } } : {},
      );
      deepStrictEqual(
        problems.map(({ path }) => path),
        paths,
      );
    });
  }
});
