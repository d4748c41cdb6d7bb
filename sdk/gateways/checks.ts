import { nearest } from "../nearest";
import type { Problem } from "../problems";
import { gatewayControllerFacts, gatewayControllerNames } from "./facts";
import { controllerArgument, type GatewayControllerFacts } from "./types";

/** What is checked of a gateway's controller: its name, its own arguments under their name, and the gateway's class. */
export interface CheckedController {
  readonly controller?: string;
  readonly gatewayClassName?: string;
  /** A class of its own that the gateway makes. */
  readonly gatewayClassController?: string;
  readonly [argument: string]: unknown;
}

/** What is wrong with the choice of a controller and of its class; `path` is that of the gateway's arguments. */
export function checkGatewayController(given: CheckedController, path = "gateway"): Problem[] {
  const { controller } = given;
  if (controller === undefined) return argumentsWithout(given, path);
  const facts = gatewayControllerFacts(controller);
  if (!facts) {
    const names = gatewayControllerNames();
    return [
      {
        path: `${path}.controller`,
        given: controller,
        message: "no such gateway controller",
        allowed: names.join(", "),
        ...suggestion(controller, names),
      },
    ];
  }
  return [
    ...argumentsOfOthers(given, facts, path),
    ...checkClass(given, facts, `${path}.gatewayClassName`),
    ...checkVersion(given, facts, path),
    ...(facts.withoutGateway ? gatewayArguments(given, facts, path) : []),
  ];
}

/** What would be said of a Gateway that is not made. */
function gatewayArguments(given: CheckedController, { name, title }: GatewayControllerFacts, path: string): Problem[] {
  return Object.keys(given)
    .filter((argument) => given[argument] !== undefined && !ofController.includes(argument))
    .filter((argument) => !gatewayControllerNames().map(controllerArgument).includes(argument))
    .map((argument) => ({
      path: `${path}.${argument}`,
      message: `has no effect: ${title} makes no Gateway`,
      fix: `leave it out, or choose another ${path}.controller than "${name}"`,
    }));
}

/** Arguments that are not a Gateway's, and what controllers are given of the environment. */
const ofController = ["cluster", "controller", "kubeconfig", "mirrors"];

function suggestion(given: string, candidates: readonly string[]): Pick<Problem, "fix"> {
  const close = nearest(given, candidates);
  return close === undefined ? {} : { fix: `did you mean "${close}"?` };
}

function argumentsWithout(given: CheckedController, path: string): Problem[] {
  return gatewayControllerNames().flatMap((name) => {
    const argument = controllerArgument(name);
    if (given[argument] === undefined) return [];
    return [
      {
        path: `${path}.${argument}`,
        message: "has no effect: no controller is chosen",
        fix: `set ${path}.controller to "${name}", or leave it out`,
      },
    ];
  });
}

function argumentsOfOthers(given: CheckedController, { name }: GatewayControllerFacts, path: string): Problem[] {
  const argument = controllerArgument(name);
  return gatewayControllerNames().flatMap((other) => {
    const others = controllerArgument(other);
    if (others === argument || given[others] === undefined) return [];
    return [
      {
        path: `${path}.${others}`,
        message: `has no effect: the controller is "${name}"`,
        allowed: `${path}.${argument}`,
        fix: `leave it out, or set ${path}.controller to "${other}"`,
      },
    ];
  });
}

/** A class must be one of the controller's, and one whose gateways know InferencePools. */
function checkClass(
  { gatewayClassName, gatewayClassController }: CheckedController,
  facts: GatewayControllerFacts,
  path: string,
): Problem[] {
  const { classes, classesWithoutPools = {}, title } = facts;
  const names = Object.keys(classes);
  if (gatewayClassName === undefined || Object.hasOwn(classes, gatewayClassName)) return [];
  if (Object.hasOwn(classesWithoutPools, gatewayClassName)) {
    return [
      {
        path,
        given: gatewayClassName,
        message: `gateways of this class send no requests to InferencePools: ${classesWithoutPools[gatewayClassName]}`,
        allowed: names.join(", "),
      },
    ];
  }
  if (names.length === 0 || (facts.ownClasses && gatewayClassController !== undefined)) return [];
  return [
    {
      path,
      given: gatewayClassName,
      message: `${title} has no such GatewayClass`,
      allowed: names.join(", "),
      ...suggestion(gatewayClassName, names),
    },
  ];
}

/** Whether the version that is asked for acts on InferencePools of API version v1. */
function checkVersion(given: CheckedController, facts: GatewayControllerFacts, path: string): Problem[] {
  const { version } = (given[controllerArgument(facts.name)] ?? {}) as { version?: unknown };
  if (typeof version !== "string") return [];
  const pools = facts.poolVersions(version);
  if (pools.includes("v1")) return [];
  const { title, minimumVersion } = facts;
  return [
    {
      path: `${path}.${controllerArgument(facts.name)}.version`,
      given: version,
      message:
        pools.length === 0
          ? `${title} ${version} does not know InferencePools`
          : `${title} ${version} acts on InferencePools of API version ${pools.join(", ")} only, and KServe needs v1`,
      ...(minimumVersion !== undefined && { allowed: `${minimumVersion} or newer` }),
      fix: facts.defaultVersion === undefined ? "upgrade it" : `leave it out for ${facts.defaultVersion}`,
    },
  ];
}
