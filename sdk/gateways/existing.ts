import type { GatewayControllerFacts } from "./types";

/** A class that somebody else looks after. Nothing is known of it but what is said. */
export const existingFacts: GatewayControllerFacts = {
  name: "existing",
  title: "an existing GatewayClass",
  classes: {},
  ownClasses: true,
  poolVersions: () => ["v1"],
  source: "taken as given",
  makesService: true,
};
